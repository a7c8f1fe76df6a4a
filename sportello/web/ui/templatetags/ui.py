"""Template tags of the fragments: `{% load ui %}`."""

import json
import re
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from django import template
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.utils.html import escape, format_html_join, urlize
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.desk.actions import configuration
from sportello.desk.actions.desks import HOUSE_COLOUR, is_colour
from sportello.desk.models import Desk
from sportello.desk.rules import time_spent
from sportello.desk.words import STATUS_FOR_CUSTOMER, Priority, Status
from sportello.web.ui import marks, times
from sportello.web.ui.markup import NOTHING, fill

register = template.Library()

STATIC = Path(__file__).resolve().parents[3] / "static"
THEMES = ("light", "dark")


@cache
def _files(folder: str, suffix: str) -> tuple[str, ...]:
    return tuple(sorted(f"{folder}/{file.name}" for file in (STATIC / folder).glob(f"*{suffix}")))


# Finding an address costs a hundred times more than remembering it, and icons ask for the same one each time.
_address = cache(static)


@register.simple_tag
@cache
def stylesheets() -> SafeString:
    """A link for every file of static/css; the one that begins with an underscore, which declares the layers, first."""
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((_address(path),) for path in _files("css", ".css"))
    )


@register.simple_tag
@cache
def scripts() -> SafeString:
    """A module for every behaviour of static/js. They know nothing of one another, so their order does not matter."""
    return format_html_join(
        "\n", '<script type="module" src="{}"></script>', ((_address(path),) for path in _files("js", ".js"))
    )


@register.simple_tag(takes_context=True)
def brand_colour(context: Context) -> SafeString:
    """The stylesheet of the desk's own colour, when it has one."""
    colour = _desk(context).colour.lower()
    if not is_colour(colour) or colour == HOUSE_COLOUR:
        return SafeString("")
    return fill('<link rel="stylesheet" href="{}">', f"/brand/colour/{colour[1:]}.css")


@register.simple_tag(takes_context=True)
def brand_logo(context: Context) -> str:
    """The address of the desk's picture; "": it has none."""
    digest = _desk(context).logo
    return f"/brand/logo/{digest}" if digest else ""


def _desk(context: Context) -> Desk:
    """Of pages that know their desk; those of faults and of patterns ask nothing."""
    return configuration.current().desk if context.get("nav") or context.get("desk_name") else Desk()


@register.simple_tag
def theme(request: HttpRequest | None) -> SafeString:
    """` data-theme="dark"` when the viewer chose one; nothing lets the system decide."""
    chosen = request.COOKIES.get("sportello_theme") if request else None
    return fill(' data-theme="{}"', chosen) if chosen in THEMES else SafeString("")


@register.simple_tag
def time_words() -> str:
    return _time_words(get_language())


@cache
def _time_words(language: str | None) -> str:
    return json.dumps(times.words(), ensure_ascii=False)


# A page asks for the same few dozen of these hundreds of times; they depend on their arguments and the language alone.
_remembered = lru_cache(maxsize=4096)


@register.simple_tag
@_remembered
def icon(name: str, label: str = "", large: bool = False) -> SafeString:
    """An icon of the sprite. Without a label it is decoration and hidden from screen readers."""
    shape = fill('<use href="{}#{}"></use>', _address("icons/sprite.svg"), name)
    kind = " icon--large" if large else ""
    if not label:
        return fill('<svg class="icon{}" aria-hidden="true">{}</svg>', kind, shape)
    return fill('<svg class="icon{}" role="img" aria-label="{}"><title>{}</title>{}</svg>', kind, label, label, shape)


@register.simple_tag
def avatar(name: str | None, size: str = "", machine: bool = False) -> SafeString:
    """The initials of a person on the person's colour; a dashed circle for nobody. size: "", "small", "large"."""
    return _avatar(name, size, machine, None if name else get_language())  # Only nobody's has a word.


@_remembered
def _avatar(name: str | None, size: str, machine: bool, language: str | None) -> SafeString:
    kind = f" avatar--{size}" if size else ""
    if machine:
        return fill('<span class="avatar avatar--machine{}" aria-hidden="true">{}</span>', kind, icon("bot"))
    if not name:
        return fill('<span class="avatar avatar--nobody{}" title="{}"></span>', kind, _("nobody"))
    return fill(
        '<span class="avatar avatar--{}{}" title="{}" aria-hidden="true">{}</span>',
        marks.person_colour(name), kind, name, marks.initials(name),
    )  # fmt: skip


@register.simple_tag
def status(value: str, bare: bool = False, for_customer: bool = False) -> SafeString:
    """A status with its shape, colour and word; bare: the shape alone, with the word for those who hear."""
    return _status(value, bare, for_customer, get_language())


@_remembered
def _status(value: str, bare: bool, for_customer: bool, language: str | None) -> SafeString:
    found = Status(value)
    label = str(STATUS_FOR_CUSTOMER[found] if for_customer else found.label)
    shape = icon(marks.STATUS_ICON[found], label=label if bare else "")
    if bare:
        return fill('<span class="badge badge--bare badge--{}">{}</span>', found.value, shape)
    return fill('<span class="badge badge--{}">{}{}</span>', found.value, shape, label)


@register.simple_tag
def priority(value: int | None, bare: bool = False) -> SafeString:
    return NOTHING if value is None else _priority(value, bare, get_language())


@_remembered
def _priority(value: int, bare: bool, language: str | None) -> SafeString:
    found = Priority(value)
    shape = icon(marks.PRIORITY_ICON[found], label=str(found.label) if bare else "")
    word = "" if bare else found.label
    return fill('<span class="priority priority--{}">{}{}</span>', found.name.lower(), shape, word)


@register.simple_tag
def relative_time(at: datetime | None) -> SafeString:
    """ "3 h ago", kept fresh by the browser, exact on hover."""
    return _time(at, "relative")


@register.simple_tag
def elapsed(since: datetime | None) -> SafeString:
    """ "3 h": how long it has been lasting, kept fresh by the browser, exact start on hover."""
    return _time(since, "elapsed")


@register.simple_tag
def moment(at: datetime | None) -> SafeString:
    """ "Thursday 10:32", exact on hover."""
    if at is None:
        return SafeString("–")
    return fill('<time datetime="{}" title="{}">{}</time>', at.isoformat(), times.exact(at), times.moment(at))


def _time(at: datetime | None, how: str) -> SafeString:
    if at is None:
        return SafeString("–")
    said = times.relative(at) if how == "relative" else times.elapsed(at)
    return _said_time(at, how, times.exact(at), said)


@_remembered
def _said_time(at: datetime, how: str, exact: str, said: str) -> SafeString:
    return fill(
        '<sp-relative-time how="{}"><time datetime="{}" title="{}">{}</time></sp-relative-time>',
        how, at.isoformat(), exact, said,
    )  # fmt: skip


@register.simple_tag
def linked(text: str) -> SafeString:
    """The text with its addresses as links; most texts hold none, and looking closely costs."""
    if "@" in text or "://" in text or "www." in text:
        return SafeString(urlize(text, autoescape=True))
    return SafeString(escape(text))


@register.filter
def breakable(address: str) -> SafeString:
    """A mail address that may go to the next line before its @ and its points, never within a word."""
    return SafeString(re.sub(r"(?=[@.])", "<wbr>", escape(address)))


@register.filter
def minutes(spent: int) -> str:
    """ "1 h 20 min": time that somebody wrote down."""
    return time_spent.shown(spent)


@register.filter
def duration(minutes: float | None) -> str:
    return times.duration(minutes)
