"""Bytes to ParsedMail. Pure: no database, no network, no clock."""

import hashlib

from sportello.channels.email import addresses, automatic, bounces
from sportello.channels.email.bodies import Bodies, read_bodies
from sportello.channels.email.headers import Headers
from sportello.channels.email.mime import Part, read
from sportello.channels.email.parsed import Address, ParsedMail

_LONGEST_SUBJECT = 998
_MOST_RESULTS = 20


def parse(raw: bytes, *, envelope_sender: str | None = None) -> ParsedMail:
    """The mail that raw holds. Never raises, whatever the bytes; time grows with length alone.

    envelope_sender: the address of MAIL FROM, "" for the null return path, None when it is not known (then the
    Return-Path header speaks).
    """
    repairs: list[str] = []
    root = read(raw, repairs)
    headers = root.headers
    certified = _certified_message(root)
    if certified is not None:
        repairs.append("pec-unwrapped")
    speaking = certified.headers if certified is not None else headers
    bodies = read_bodies(root, repairs, unwrapped=certified)
    return_path = _return_path(headers, envelope_sender)
    sender = _sender(speaking, return_path, repairs)
    message_id = addresses.message_id(headers)
    if not message_id:
        repairs.append("message-id-missing")
    date = addresses.sent_at(speaking.raw("date"))
    if date is None:
        repairs.append("date-broken" if "date" in speaking else "date-missing")
    subject = " ".join(speaking.get("subject").split())[:_LONGEST_SUBJECT]
    bounce = bounces.find_bounce(root, raw, bodies.text, return_path)
    return ParsedMail(
        message_id=message_id,
        digest=hashlib.sha256(raw).hexdigest(),
        in_reply_to=_ids("in-reply-to", headers, speaking),
        references=_ids("references", headers, speaking),
        sender=sender,
        reply_to=addresses.header_addresses(speaking, "reply-to"),
        to=addresses.header_addresses(speaking, "to"),
        cc=addresses.header_addresses(speaking, "cc"),
        delivered_to=_delivered_to(headers),
        subject=subject,
        date=date,
        text=bodies.text,
        html=bodies.html,
        attachments=bodies.attachments,
        automatic=_why_automatic(root, subject, return_path, bodies, bounced=bounce is not None),
        bounce=bounce,
        spam=automatic.spam_header(headers),
        authentication=tuple(headers.all_raw("authentication-results", _MOST_RESULTS)),
        repairs=tuple(dict.fromkeys(repairs)),
    )


def _why_automatic(root: Part, subject: str, return_path: str | None, bodies: Bodies, *, bounced: bool) -> str:
    if bodies.calendar_method == "reply" and not bodies.has_own_text:
        return "calendar-reply"
    report = root.type_parameters.get("report-type", "").lower()
    why = automatic.why_automatic(root.headers, subject=subject, return_path=return_path, report_type=report)
    return why or ("bounce" if bounced else "")


def _ids(name: str, *blocks: Headers) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for headers in blocks for found in addresses.message_ids(headers, name)))[-50:]


def _return_path(headers: Headers, envelope_sender: str | None) -> str | None:
    if envelope_sender is not None:
        return envelope_sender.strip().strip("<>").lower()
    if "return-path" not in headers:
        return None
    return headers.raw("return-path").strip().strip("<>").strip().lower()


def _sender(headers: Headers, return_path: str | None, repairs: list[str]) -> Address | None:
    for value in headers.all_raw("from"):
        if found := addresses.addresses(value):
            return found[0]
    repairs.append("from-broken" if "from" in headers else "from-missing")
    instead = [*headers.all_raw("sender"), *([return_path] if return_path else [])]
    return next((found[0] for value in instead if (found := addresses.addresses(value))), None)


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    found = addresses.header_addresses(headers, "delivered-to", "x-original-to", "envelope-to")
    return tuple(address.address for address in found)


def _certified_message(root: Part) -> Part | None:
    """The message inside Italian certified mail (PEC): the envelope's sender is the provider, not the person."""
    if root.headers.raw("x-trasporto").lower() != "posta-certificata":
        return None
    waiting = [root]
    while waiting:
        part = waiting.pop(0)
        if part.content_type == "message/rfc822" and part.parts:
            return part.parts[0]
        waiting += part.parts
    return None
