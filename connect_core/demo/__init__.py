"""The story of ``make demo``: `story` on a worker, `aws` as functions; `shop` is the order system and the CRM."""
