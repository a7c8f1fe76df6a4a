"""Verbs on the desk itself and its mailboxes."""

import re
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.kit import blobs, clock, mail_out, pictures, secrets
from sportello.kit.mail_out import MailOut

from ..errors import Invalid
from ..models import Desk, Group, Mailbox, Schedule, User
from ..rules.schedules import is_zone
from . import configuration, defaults, mailboxes, rule_rows, schedules

KIND = "desk"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# The pages have this accent by themselves.
HOUSE_COLOUR = str(Desk._meta.get_field("colour").default)

# Monday to Friday, 9 to 18: minutes from Sunday 00:00.
OFFICE_HOURS = [[day * 1440 + 9 * 60, day * 1440 + 18 * 60] for day in range(1, 6)]


def configure(*, actor: User | None = None, **values: Any) -> Desk:
    """Set columns of the desk's row; what an administrator sets stays in the history. Raises Invalid by field."""
    with transaction.atomic():
        found = Desk.objects.select_for_update().filter(pk=1).first()
        return _configure(found or Desk(pk=1), export(found) if found else None, actor, values)


def _configure(desk: Desk, before: dict[str, Any] | None, actor: User | None, values: dict[str, Any]) -> Desk:
    if "name" in values and not values["name"].strip():
        raise Invalid("name", _("The desk needs a name."))
    if "language" in values and values["language"] not in dict(settings.LANGUAGES):
        raise Invalid("language", _("The desk speaks Italian and English."))
    if "time_zone" in values and not is_zone(values["time_zone"]):
        raise Invalid("time_zone", _("There is no time zone of this name."))
    if "colour" in values and not is_colour(values["colour"]):
        raise Invalid("colour", _("A colour is written like #0b6b5b."))
    for name, value in values.items():
        setattr(desk, name, value)
    desk.save()
    after = export(desk)
    if before != after and actor:
        rule_rows.log(KIND, desk.pk, before, after, actor)
    configuration.forget()
    return desk


def is_colour(text: str) -> bool:
    return COLOUR.fullmatch(text) is not None


def export(desk: Desk) -> dict[str, Any]:
    """The desk as it is kept in its history: where mails leave, without user and password."""
    names = ("name", "language", "time_zone", "colour", "phone", "hourly_budget", "logo", "review_days")
    try:
        way = mail_out.parse(secrets.decrypt(desk.mail_out_secret)) if desk.mail_out_secret else None
        mails = f"{way.scheme}://{way.host}:{way.port}" if way else ""
    except secrets.Unreadable:
        mails = "?"
    return {**{name: getattr(desk, name) for name in names}, "mail_out": mails}


def finish_set_up() -> Desk:
    """The desk is ready: the set-up pages are gone from now on. It gets office hours and rules if it has none."""
    desk = configure(set_up_at=clock.now())
    defaults.install(desk.language)
    if not Schedule.objects.exists():
        with translation.override(desk.language):
            name = _("Office hours")
        country = "IT" if desk.language == "it" else ""
        week = {"name": name, "time_zone": desk.time_zone, "intervals": OFFICE_HOURS, "country": country}
        schedules.save(week, actor=None)
    return desk


LOGO_BYTES, LOGO_PIXELS = 256 * 1024, 2000


def set_logo(content: bytes, *, actor: User | None) -> Desk:
    """The desk's picture, for its pages and mails; b"" takes it away. Raises Invalid("logo")."""
    if not content:
        return configure(actor=actor, logo="", logo_type="")
    if len(content) > LOGO_BYTES:
        raise Invalid("logo", _("At most %(limit)s kB, please.") % {"limit": LOGO_BYTES // 1024})
    try:
        picture = pictures.read(content)
    except pictures.BadPicture:
        raise Invalid("logo", _("This is no PNG, JPEG or WebP picture.")) from None
    if max(picture.width, picture.height) > LOGO_PIXELS or not picture.width or not picture.height:
        raise Invalid("logo", _("At most %(limit)s pixels wide and high, please.") % {"limit": LOGO_PIXELS})
    return configure(actor=actor, logo=blobs.store(content), logo_type=picture.type)


def set_mail_out(url: str, *, actor: User | None = None) -> Desk:
    """Keep the address of the outgoing mail server, encrypted. "" forgets it. SPORTELLO_MAIL_OUT goes before it."""
    return configure(actor=actor, mail_out_secret=secrets.encrypt(url))


def way_out() -> MailOut | None:
    """Where mails leave: SPORTELLO_MAIL_OUT, else what an administrator wrote; None keeps them in the outbox.

    Raises secrets.Unreadable when that cannot be read back.
    """
    if settings.MAIL_OUT or settings.DEMO:  # The demo's people are invented, their addresses perhaps not.
        found: MailOut | None = settings.MAIL_OUT
        return found
    secret = configuration.current().desk.mail_out_secret
    return mail_out.parse(secrets.decrypt(secret)) if secret else None


def add_mailbox(address: str, *, imap_password: str = "", group: Group | None = None, **values: Any) -> Mailbox:
    """A new address of the desk; the first one is the default. Raises Invalid("email") and as mailboxes.save does."""
    data = {"address": address, "imap_password": imap_password or None, "group": group and group.pk, **values}
    try:
        return mailboxes.save(data, actor=None)
    except Invalid as refusal:
        # Where the desk is set up, it is asked for as a mail address.
        raise Invalid({"email" if it == "address" else it: why for it, why in refusal.fields.items()}) from None
