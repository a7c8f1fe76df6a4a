"""Verbs on the addresses of the desk: keep one, make it the default, try the whole way of a mail to it."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import clock, secrets

from ..errors import Invalid, Refused
from ..models import Group, InboundMail, Mailbox, OutgoingMail, User
from ..rules import letters as rules
from . import configuration, letters, rule_rows
from .people import fold_address

KIND = "mailbox"
HOST = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,253}")
FOLDERS = 20


def save(data: Mapping[str, Any], *, actor: User | None, mailbox_id: int | None = None) -> Mailbox:
    """Keep a new address of the desk, or change one; the first is the default one.

    data: "address", "name", "group" (id or None), "plus_addressing", "active", "default", and how it is fetched:
    "imap_host" (empty: by the listener), "imap_port", "imap_security", "imap_user", "imap_folders",
    "imap_from_now_on"; "imap_password": None keeps the one that is there. What is not named stays.

    Raises Invalid("address" | "group" | "imap_host" | "imap_port" | "imap_security" | "imap_folders" |
    "imap_password" | "active" | "default"), Missing.
    """
    with transaction.atomic():
        found = rule_rows.find(Mailbox, mailbox_id) if mailbox_id else Mailbox(created_at=clock.now())
        before = export(found) if mailbox_id else None
        faults: dict[str, object] = {}
        _set(found, data, faults)
        _set_fetching(found, data, faults)
        others = Mailbox.objects.exclude(pk=mailbox_id or 0)
        if found.address and others.filter(address=found.address).exists():
            faults["address"] = _("The desk has this mailbox already.")
        is_default = bool(data.get("default", found.default)) or not others.exists()
        if is_default and not found.active:
            faults["active"] = _("This is what the desk writes from: make another one the default first.")
        if found.default and not is_default:
            faults["default"] = _("Some mailbox must be the default: choose it there.")
        password = data.get("imap_password")
        has_moved = before and any(before[it] != getattr(found, it) for it in ("imap_host", "imap_user"))
        if has_moved and found.imap_host and found.imap_secret and password is None:
            # What was given to one server is not shown to another.
            faults["imap_password"] = _("Server or user have changed: enter the password again.")
        if faults:
            raise Invalid(faults)
        if is_default and not found.default:
            _take_over(others, actor)
        found.default = is_default
        if password is not None:
            found.imap_secret = secrets.encrypt(password)
        if before is None or before != export(found) or password is not None:
            # What was wrong was wrong with what stood there before.
            found.last_error = ""
        found.save()
        after = export(found) | ({"imap_password": "new"} if password else {})
        if before != after:
            rule_rows.log(KIND, found.pk, before, after, actor)
    configuration.forget()
    return found


def _set(found: Mailbox, data: Mapping[str, Any], faults: dict[str, object]) -> None:
    if "address" in data:
        try:
            found.address = fold_address(str(data["address"]))
        except Invalid as refusal:
            faults["address"] = refusal.fields["email"]
    if data.get("group") is not None and not Group.objects.filter(pk=data["group"], active=True).exists():
        faults["group"] = _("Choose one from the list.")
    elif "group" in data:
        found.group_id = data["group"]
    if "name" in data:
        found.name = " ".join(str(data["name"]).split())[:100]
    for column in ("plus_addressing", "active", "imap_from_now_on"):
        if column in data:
            setattr(found, column, bool(data[column]))


def _set_fetching(found: Mailbox, data: Mapping[str, Any], faults: dict[str, object]) -> None:
    for column in ("imap_host", "imap_user"):
        if column in data:
            setattr(found, column, str(data[column]).strip())
    if found.imap_host and not HOST.fullmatch(found.imap_host):
        faults["imap_host"] = _("This is not the name of a server.")
    if "imap_port" in data:
        found.imap_port = data["imap_port"] or 993
    if not 0 < found.imap_port < 65536:
        faults["imap_port"] = _("Between %(lowest)s and %(highest)s, please.") % {"lowest": 1, "highest": 65535}
    if "imap_security" in data:
        found.imap_security = data["imap_security"]
    if found.imap_security not in Mailbox.Security.values:
        faults["imap_security"] = _("Choose one from the list.")
    if "imap_folders" in data:
        found.imap_folders = list(dict.fromkeys(filter(None, (str(it).strip()[:255] for it in data["imap_folders"]))))
    if len(found.imap_folders) > FOLDERS:
        faults["imap_folders"] = _("At most %(limit)s folders, please.") % {"limit": FOLDERS}
    if found.imap_host and not found.imap_user:
        found.imap_user = found.address


def _take_over(others: Any, actor: User | None) -> None:
    """There is one default at a time."""
    for other in others.select_for_update().filter(default=True):
        before = export(other)
        other.default = False
        other.save(update_fields=["default"])
        rule_rows.log(KIND, other.pk, before, export(other), actor)


def export(mailbox: Mailbox) -> dict[str, Any]:
    """The mailbox as it is kept in its history: no password."""
    names = ("address", "name", "group_id", "default", "plus_addressing", "active", "imap_host", "imap_port")
    more = ("imap_security", "imap_user", "imap_folders", "imap_from_now_on")
    return {name: getattr(mailbox, name) for name in (*names, *more)}


def send_test(mailbox: Mailbox, to: str, *, actor: User) -> OutgoingMail:
    """Queue a mail that only says that it has come. Raises Invalid("email")."""
    now = configuration.current()
    language = actor.language or now.desk.language
    letter = rules.compose(
        "test",
        rules.default_text("test", language),
        values={"desk": {"name": now.desk.name, "address": mailbox.address}},
        language=language,
        look=letters.look_of(now),
        answer=rules.Quoted(author=actor.name, at="", text=mailbox.address, html=""),
    )
    return letters.queue_letter(letter, "test", actor, fold_address(to), language, now, mailbox)


def send_example(letter: rules.Letter, language: str, *, actor: User) -> OutgoingMail:
    """Queue a mail that shows whoever writes its text how it is read. Raises Refused without an address."""
    if not actor.email:
        raise Refused(_("%(name)s has no mail address.") % {"name": actor.name})
    now = configuration.current()
    return letters.queue_letter(letter, "test", actor, actor.email, language, now, now.mailbox())


def begin_round_trip(mailbox: Mailbox, *, actor: User) -> OutgoingMail:
    """Queue a mail from the mailbox to itself: nobody else can know its Message-ID, so what arrives under it is it."""
    return send_test(mailbox, mailbox.address, actor=actor)


def arrival_of(mail: OutgoingMail) -> InboundMail | None:
    """The mail in the ledger, once it has come back."""
    return InboundMail.objects.filter(message_id=mail.message_id).order_by("id").first()
