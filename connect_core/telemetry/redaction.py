"""Taking secrets out of texts before they are logged, traced or returned (I6).

Two nets: values known to be secret (``Config.secrets``, resolved references), and forms that hold one whatever its
value (``//user:pass@host``, ``password=...``). Neighbours: ``logs`` applies both to every log line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"
_SHORT = 3  # "a" as a password must not tear every word of a text apart
_HARMLESS = frozenset({"YES", "NO", "null", "true", "false"})  # "(using password: YES)" is how databases put it

_URL = re.compile(r"(//[^\s/:@]*):[^\s/]*@")
_WORD = r"(?:password|passwd|pwd|secret|token|api[._-]?key|access[._-]?key(?:[._-]?id)?|credentials?)"
_PAIR = re.compile(
    rf"""(?ix)
    ( ["']? [\w.\-]* {_WORD} ["']? \s* [=:] \s* )     # connection.password=   "password":   ;pwd:
    ( "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | [^\s,;&"')\]}}]+ )
    """
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with every given secret and everything that looks like one shown as ``[hidden]``."""
    for secret in sorted(secrets, key=len, reverse=True):  # a secret that holds another goes first
        if secret and secret in text:
            text = text.replace(secret, HIDDEN) if len(secret) > _SHORT else _whole_words(text, secret)
    if "@" in text:
        text = _URL.sub(rf"\1:{HIDDEN}@", text)
    return _PAIR.sub(_hide, text)


def _whole_words(text: str, secret: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, text)


def _hide(found: re.Match[str]) -> str:
    if found[2].startswith(HIDDEN[:-1]) or found[2] in _HARMLESS:
        return found[0]
    quote = found[2][0] if found[2][0] in "\"'" else ""
    return f"{found[1]}{quote}{HIDDEN}{quote}"
