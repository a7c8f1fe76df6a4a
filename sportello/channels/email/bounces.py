"""Reports of mail that was not delivered: standard ones (RFC 3464), a library's knowledge, and plain sentences."""

import logging
import re
from email import message_from_bytes

from flufl.bounce import all_failures

from sportello.channels.email.addresses import bare_addresses, message_id, message_ids
from sportello.channels.email.headers import Headers, read_headers
from sportello.channels.email.mime import Part
from sportello.channels.email.parsed import Bounce

_LONGEST_DIAGNOSTIC = 1000
_MOST_TEXT = 100_000
# What the library looks at: its detectors take time that grows faster than the text.
_MOST_FOR_LIBRARY = 20_000
_MOST_LINES_FOR_LIBRARY = 500
_MOST_GROUPS = 1000
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"(?:^|[\s:(#])([45]\d\d)[ -]")
_POSTMAN = re.compile(
    r"mailer-?daemon|postmaster|mail[- ]delivery[- ]su[b]?system|microsoftexchange[0-9a-f]{32}|mdaemon|postfix",
    re.IGNORECASE,
)
_FAILURE_SUBJECT = re.compile(
    r"undeliver|deliver(?:y|ed)? .{0,30}(?:fail|status|problem|delay|warning|incomplete)|failure notice|returned mail"
    r"|mail delivery (?:failed|system)|delayed mail|could not be delivered|non[- ]recapitabil|mancato recapito"
    r"|non recapitat|recapito non riuscito|impossibile recapitare|notifica (?:di|sullo) stato (?:del|di) recapito"
    r"|mancata consegna"
    r"|unzustellbar|nicht zustellbar|zustellung .{0,20}fehl|non remis|échec de (?:la )?remise|no se puede entregar"
    r"|no entregado|error de entrega",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"delay|will (?:keep|continue|be) (?:trying|retr)|will be retried|not yet been delivered|in ritardo|ritardat"
    r"|nuovi tentativi|still trying|you do not need to resend|non è necessario inviarlo di nuovo",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"given up|giving up|permanent|retry time(?:out)? (?:has been )?exceeded|non verrà|definitiv", re.IGNORECASE
)
_ORIGINAL_START = re.compile(
    r"^[ \t>-]*(?:--- ?(?:below this line is a copy|the header of the original|original message|enclosed)"
    r"|[^\n]{0,40}(?:this is a copy of (?:the|your) message|original message (?:headers|follows)|included below"
    r"|intestazioni (?:del messaggio )?originali|messaggio originale|ursprüngliche nachrichtenkopfzeilen))",
    re.IGNORECASE | re.MULTILINE,
)
_ORIGINAL_ID = re.compile(r"^[ \t>|]*(?:original-)?message-id:\s*<?([^<>\s]{3,500})>?", re.IGNORECASE | re.MULTILINE)


def find_bounce(root: Part, raw: bytes, text: str, return_path: str | None) -> Bounce | None:
    """The report this mail is, or None. Reports of success ("delivered", "relayed") are none.

    permanent follows the reporting server's action, not the status class: a server that gives up after days of 4.x.x
    says "failed", and the mail will not arrive. Only the first recipient that failed is told.
    """
    parts = _leaves(root)
    groups = _recipient_groups(parts)
    told = None
    if groups:
        told = _from_delivery_status(groups)
    elif _comes_from_a_postman(root.headers, return_path):
        told = _from_library(raw, text) or _from_text(root.headers, text)
    if told is None:
        return None
    recipient, permanent, status, diagnostic = told
    return Bounce(recipient, permanent, status, diagnostic[:_LONGEST_DIAGNOSTIC], _original_id(root, parts, text))


# It logs the broken mails it raises on, with their text; we catch what it raises.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_Told = tuple[str, bool, str, str]  # recipient, permanent, status, diagnostic


def _leaves(root: Part) -> list[Part]:
    """All parts, except what lies inside a message that is carried along."""
    found, waiting = [], [root]
    while waiting:
        part = waiting.pop(0)
        found.append(part)
        if part.content_type not in ("message/rfc822", "message/global"):
            waiting += part.parts
    return found


def _recipient_groups(parts: list[Part]) -> list[Headers]:
    groups: list[Headers] = []
    for part in parts:
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            groups += _groups(part.content([])[:_MOST_TEXT])
    return [group for group in groups if "action" in group or "final-recipient" in group]


def _from_delivery_status(groups: list[Headers]) -> _Told | None:
    """What the first failed, else the first delayed recipient's group says; None when all went well."""
    actions = [group.raw("action").partition("(")[0].strip().lower() for group in groups]
    action = next((action for action in ("failed", "delayed", "") if action in actions), None)
    if action is None:
        return None
    group = groups[actions.index(action)]
    code = group.raw("diagnostic-code")
    status = _first(_STATUS, group.raw("status")) or _first(_STATUS, code)
    permanent = action == "failed" or (not action and not status.startswith("4"))
    recipient = _address(group.raw("final-recipient")) or _address(group.raw("original-recipient"))
    return recipient, permanent, status, " ".join(code.partition(";")[2].split()) or code


def _groups(content: bytes) -> list[Headers]:
    blocks = re.split(rb"\n{2,}", content.replace(b"\r\n", b"\n").strip(b"\n"), maxsplit=_MOST_GROUPS)[:_MOST_GROUPS]
    return [read_headers(block, 0, len(block), [])[0] for block in blocks]


def _address(text: str) -> str:
    found = bare_addresses(text.rpartition(";")[2])
    return found[0] if found else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _comes_from_a_postman(headers: Headers, return_path: str | None) -> bool:
    if _POSTMAN.search(headers.raw("from")[:1000]) or headers.raw("x-failed-recipients"):
        return True
    return return_path == "" and _FAILURE_SUBJECT.search(headers.get("subject")[:300]) is not None


def _from_library(raw: bytes, text: str) -> _Told | None:
    head = b"\n".join(raw[:_MOST_FOR_LIBRARY].split(b"\n")[:_MOST_LINES_FOR_LIBRARY])
    try:
        temporary, permanent = all_failures(message_from_bytes(head))
    except Exception:  # the library and the parser below it give no list of what they raise on broken mail
        return None
    found = sorted(permanent) or sorted(temporary)
    if not found:
        return None
    recipient = _address(found[0].decode("utf-8", "replace"))
    if not recipient:
        return None
    status, diagnostic = _reason(text, recipient)
    return recipient, bool(permanent) and not _is_delay(text), status, diagnostic


def _from_text(headers: Headers, text: str) -> _Told | None:
    text = text[:_MOST_TEXT]
    original = _ORIGINAL_START.search(text)
    told = text[: original.start()] if original else text
    subject = headers.get("subject")
    failed = headers.raw("x-failed-recipients")
    if (
        not failed
        and not _FAILURE_SUBJECT.search(subject)
        and not _STATUS.search(told)
        and not _REPLY_CODE.search(told)
    ):
        return None
    own = set(bare_addresses(headers.raw("from")))
    recipients = [found for found in bare_addresses(failed) + bare_addresses(told) if found not in own]
    recipient = next((found for found in recipients if not _POSTMAN.match(found)), "")
    status, diagnostic = _reason(told, recipient)
    permanent = not _is_delay(subject + "\n" + told)
    return recipient, permanent, status, diagnostic


def _is_delay(text: str) -> bool:
    head = text[:3000]
    return bool(_DELAY.search(head)) and not _GIVEN_UP.search(head)


def _reason(text: str, recipient: str) -> tuple[str, str]:
    """Status and sentence: from the lines after the recipient's first mention, else from anywhere."""
    text = text[:_MOST_TEXT]
    at = text.lower().find(recipient) if recipient else -1
    start = text.rfind("\n", 0, max(at, 0)) + 1
    for piece in (text[start : start + 1500], text):
        lines = [" ".join(line.split()) for line in piece.split("\n")]
        for line in lines:
            if _STATUS.search(line) or _REPLY_CODE.search(line):
                status = _first(_STATUS, line)
                code = _first(_REPLY_CODE, line)
                return status or (f"{code[0]}.0.0" if code else ""), line
        after = [line for line in lines[1:4] if line]
        if at >= 0 and after:
            return "", after[0]
    return "", ""


def _original_id(root: Part, parts: list[Part], text: str) -> str:
    for part in parts:
        carried = part.parts if part.content_type in ("message/rfc822", "message/global") else []
        if carried and (found := message_id(carried[0].headers)):
            return found
        if part.content_type in ("text/rfc822-headers", "message/global-headers"):
            content = part.content([])
            headers, _ = read_headers(content, 0, len(content), [])
            if found := message_id(headers):
                return found
    for part in parts:
        if part.content_type.startswith(("text/", "message/delivery-status")):
            body = part.content([])[:_MOST_TEXT].decode("utf-8", "replace").replace("\r\n", "\n")
            if found := _first(_ORIGINAL_ID, body):
                return found
    if found := _first(_ORIGINAL_ID, text[:_MOST_TEXT]):
        return found
    ids = message_ids(root.headers, "in-reply-to") or message_ids(root.headers, "references")
    return ids[-1] if ids else ""
