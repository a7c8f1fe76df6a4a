"""Webhooks: what is sent to another program, and how it is signed. Pure; docs/webhooks.md"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from ..words import SendState
from .kinds import Unreadable
from .placeholders import SOURCE_LIMIT, render

# Later again: too many requests, and what is wrong on the other side. Everything else stays as it is.
AGAIN = 429
GONE = 410
GIVE_UP_AFTER = timedelta(days=1)
FAILURES = 50  # in a row


def read_body(value: Any, check: Callable[[str], list[str]]) -> str:
    """A body as it is kept: JSON in whose texts placeholders may stand; "" for the usual one. Raises Unreadable.

    check: what is wrong with the placeholders of a text.
    """
    body = value.strip() if isinstance(value, str) else ""
    if not body:
        return ""
    if len(body) > SOURCE_LIMIT:
        raise Unreadable(_("The text is longer than %(limit)d characters.") % {"limit": SOURCE_LIMIT})
    try:
        data = json.loads(body, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        where = {"line": fault.lineno, "column": fault.colno}
        raise Unreadable(
            _("This is no JSON: line %(line)s, column %(column)s. Placeholders stand in quotation marks.") % where
        ) from None
    except (ValueError, RecursionError):
        raise Unreadable(_("This is no JSON that can be kept.")) from None
    for text in _texts(data):
        complaint = next(iter(check(text)), None)
        if complaint:
            raise Unreadable(complaint)
    return body


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, (list, dict)):
        for it in data.values() if isinstance(data, dict) else data:
            yield from _texts(it)


def fill(body: str, values: Mapping[str, Any]) -> str:
    """The body with its placeholders filled: each text by itself, so that no value can break out of it."""
    return write(_filled(json.loads(body), values))


def _filled(data: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(data, str):
        return render(data, values) if "{" in data else data
    if isinstance(data, list):
        return [_filled(it, values) for it in data]
    if isinstance(data, dict):
        return {name: _filled(it, values) for name, it in data.items()}
    return data


def write(data: Any) -> str:
    """As it travels. Half a character, which a subject may hold, would be no JSON: it becomes a question mark."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode()


def headers(secret: str, body: str, now: datetime, *, webhook_id: int, call: str) -> dict[str, str]:
    """What goes with a body. The signature is the vendor's: base64(HMAC-SHA256(secret, timestamp + body)).

    call: names the call in all its attempts, so that the other side can drop what it has seen.
    """
    timestamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hmac.new(secret.encode(), (timestamp + body).encode(), hashlib.sha256).digest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Sportello",
        "X-Zendesk-Webhook-Id": str(webhook_id),
        "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
        "Idempotency-Key": call,
    }


def state_after(status: int | None, age: timedelta) -> SendState:
    """What becomes of a call that got this answer (None: nobody answered) at this age."""
    if status is not None and 200 <= status < 300:
        return SendState.SENT
    again = status is None or status == AGAIN or status >= 500
    return SendState.QUEUED if again and age < GIVE_UP_AFTER else SendState.FAILED


_UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")


def line(text: str, limit: int = 500) -> str:
    """The beginning of an answer as a line that can be kept and shown."""
    return _UNSEEN.sub(" ", text[: 4 * limit]).strip()[:limit]
