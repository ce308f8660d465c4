"""Config providers: where ``${provider:path:key}`` is looked up (KIP-297). One module per place.

Used only where plugin code runs (I6). Neighbours: ``config.references`` finds the references, ``plugins`` the classes.
"""
