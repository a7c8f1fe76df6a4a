"""A desk's way to a hub: its file there, distributions back."""

import json
from contextlib import suppress

from sportello.kit import outward

from . import exchange
from .file import Signed
from .refusals import WORDS, Refused

_JSON = {"Content-Type": "application/json"}


def send(hub: str, signed: Signed, *, private: bool = False) -> str:
    """Hand in the file; returns "received", "replaced" or "same".

    hub: "https://…". Raises Refused with the hub's reason, outward.Refused, outward.Unreachable. May be done again.
    private: http and private addresses too.
    """
    answer = outward.post(f"{hub.rstrip('/')}/files", signed.as_bytes(), _JSON, private=private)
    said = _said(answer)
    state = said.get("state")
    if state not in ("received", "replaced", "same"):
        raise outward.Unreachable("this is no hub")
    return str(state)


def fetch(hub: str, month: str, *, private: bool = False) -> exchange.Collection:
    """All that the hub publishes of the month, and nothing else. Raises the same."""
    answer = outward.get(f"{hub.rstrip('/')}/publications/{month}", limit=exchange.LIMIT + 1, private=private)
    if answer.status != 200:
        _said(answer)
    found = exchange.read(answer.text.encode())
    if any(each.month != month for each in found.publications):
        raise Refused("wrong_month", month[:20])
    return found


def months(hub: str, *, private: bool = False) -> list[str]:
    """Those that are published, the newest first. Raises the same."""
    found = _said(outward.get(f"{hub.rstrip('/')}/publications", private=private)).get("months")
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise outward.Unreachable("this is no hub")
    return found


def _said(answer: outward.Answer) -> dict[str, object]:
    said: object = None
    with suppress(ValueError, RecursionError):
        said = json.loads(answer.text)
    error = said.get("error") if isinstance(said, dict) else None
    if isinstance(error, dict) and error.get("code") in WORDS:
        raise Refused(str(error["code"]), str(error.get("where", ""))[:100])
    if answer.status not in (200, 201) or not isinstance(said, dict):
        raise outward.Unreachable(f"the hub answers {answer.status}")
    return said
