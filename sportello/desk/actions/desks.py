"""Verbs on the desk itself and its mailboxes."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.kit import clock, secrets

from ..errors import Invalid
from ..models import Desk, Mailbox, Schedule, User
from ..rules.schedules import is_zone
from . import configuration, defaults
from .people import fold_address

# Monday to Friday, 9 to 18: minutes from Sunday 00:00.
OFFICE_HOURS = [[day * 1440 + 9 * 60, day * 1440 + 18 * 60] for day in range(1, 6)]


def configure(*, actor: User | None = None, **values: Any) -> Desk:
    """Set columns of the desk's row. Raises Invalid by field."""
    desk = Desk.objects.filter(pk=1).first() or Desk(pk=1)
    if "name" in values and not values["name"].strip():
        raise Invalid("name", _("The desk needs a name."))
    if "language" in values and values["language"] not in dict(settings.LANGUAGES):
        raise Invalid("language", _("The desk speaks Italian and English."))
    if "time_zone" in values and not is_zone(values["time_zone"]):
        raise Invalid("time_zone", _("There is no time zone of this name."))
    for name, value in values.items():
        setattr(desk, name, value)
    desk.save()
    configuration.forget()
    return desk


def finish_set_up() -> Desk:
    """The desk is ready: the set-up pages are gone from now on. It gets office hours and rules if it has none."""
    desk = configure(set_up_at=clock.now())
    defaults.install(desk.language)
    if not Schedule.objects.exists():
        with translation.override(desk.language):
            name = _("Office hours")
        Schedule.objects.create(
            name=name,
            time_zone=desk.time_zone,
            intervals=OFFICE_HOURS,
            country="IT" if desk.language == "it" else "",
            default=True,
        )
        configuration.forget()
    return desk


def set_mail_out(url: str) -> Desk:
    """Keep the address of the outgoing mail server, encrypted. "" forgets it. SPORTELLO_MAIL_OUT goes before it."""
    return configure(mail_out_secret=secrets.encrypt(url))


def add_mailbox(address: str, *, imap_password: str = "", **values: Any) -> Mailbox:
    """A new address of the desk; the first one is the default. Raises Invalid("email")."""
    folded = fold_address(address)
    if Mailbox.objects.filter(address=folded).exists():
        raise Invalid("email", _("The desk has this mailbox already."))
    mailbox = Mailbox.objects.create(
        address=folded,
        default=not Mailbox.objects.exists(),
        imap_secret=secrets.encrypt(imap_password),
        created_at=clock.now(),
        **values,
    )
    configuration.forget()
    return mailbox
