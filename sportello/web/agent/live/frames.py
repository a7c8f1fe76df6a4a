"""Server-sent events as bytes: written once, sent to many."""

import json
from collections.abc import Mapping
from typing import Any

# It keeps proxies from taking the stream for dead, and tells the page that it is not.
PING = b"event: ping\ndata: {}\n\n"
# How long a browser waits before it comes again by itself, in milliseconds; live.js spreads it further.
RETRY = b"retry: 3000\n\n"


def frame(event: str, data: Mapping[str, Any], key: int | None = None) -> bytes:
    """One event. key: the audit up to which whoever has got it knows everything."""
    head = f"id: {key}\n" if key is not None else ""
    return f"{head}event: {event}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
