"""What a page shows dozens of times: `{% load repeated %}`. Python, because a template takes ten times as long."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sportello.web.ui.markup import NOTHING, fill, joined
from sportello.web.ui.templatetags.ui import avatar, icon, linked, relative_time

register = template.Library()

MESSAGE = """
<article class="message message--{kind}" id="comment-{id}">
  <header class="message__head">
    {avatar}<span class="message__author">{author}</span>
    <span class="message__kind">{sort}</span>
    {origin}
    <a class="message__at" href="#comment-{id}">{at}</a>
    {split}{route}
  </header>
  <div class="message__body">{text}{quoted}</div>
  {attachments}
  {foot}
</article>
"""
WRITTEN = '<div class="written">{}</div>'
SPLIT = (
    '<a class="button button--quiet button--icon button--small" href="{url}" aria-label="{label}" title="{label}">'
    "{icon}</a>"
)


@register.simple_tag
def message(said: Any) -> SafeString:
    """A comment as agents read it.

    said: id, author, kind: customer, answer, note; via_label, at, route, text, quoted, body_url, has_remote_images,
    original_url, attachments, delivery, is_machine, is_internal; origin: the merged ticket on which it was said;
    split_url: where it becomes a ticket of its own, "" for whoever may not.
    """
    attachments = NOTHING
    if said.attachments:
        files = joined(attachment(file) for file in said.attachments)
        attachments = fill('<div class="attachments">{}</div>', files)
    return fill(
        MESSAGE,
        kind=said.kind,
        id=said.id,
        avatar=avatar(said.author, "", said.is_machine),
        author=said.author,
        sort=_sort(said),
        origin=fill(
            '<span class="badge" data-origin="{}">{}</span>',
            said.origin,
            _("from #%(ticket)s") % {"ticket": said.origin},
        )
        if said.origin
        else NOTHING,
        split=fill(SPLIT, url=said.split_url, label=_("Split into a new ticket"), icon=icon("split"))
        if said.split_url
        else NOTHING,
        at=relative_time(said.at),
        route=_route(said),
        text=fill(WRITTEN, html) if (html := getattr(said, "written", "")) else linked(said.text),
        quoted=fill(QUOTED, label=_("Show quoted text"), text=said.quoted) if said.quoted else NOTHING,
        attachments=attachments,
        foot=_foot(said) if said.body_url or said.original_url else NOTHING,
    )


QUOTED = (
    '<details class="quoted"><summary class="quoted__toggle" aria-label="{label}" title="{label}">•••</summary>'
    '<div class="quoted__text">{text}</div></details>'
)
IMAGES = """
<p class="message__images">{icon}{sentence} <a href="{url}?images=yes" target="body-{id}">{show}</a></p>
"""
FRAME = """
<sp-frame-height><iframe class="message__frame" name="body-{id}" \
sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" src="{url}" title="{title}" \
loading="lazy"></iframe></sp-frame-height>
"""


@register.simple_tag
def as_written(said: Any) -> SafeString:
    """The HTML of a mail in a closed frame. said: id, body_url, has_remote_images."""
    images = NOTHING
    if said.has_remote_images:
        images = fill(
            IMAGES,
            icon=icon("image"),
            sentence=_("Pictures from elsewhere are not shown: they tell their sender that you read."),
            url=said.body_url,
            id=said.id,
            show=_("Show them"),
        )
    return images + fill(FRAME, id=said.id, url=said.body_url, title=_("The mail as it was written"))


def _sort(said: Any) -> SafeString:
    if said.kind == "note":
        return fill("{}{}", icon("lock"), _("internal note"))
    if said.kind == "answer":
        return fill("{}{}", icon("reply"), _("answer"))
    return fill("{}{}", icon("lock") if said.is_internal else NOTHING, said.via_label)


def _route(said: Any) -> SafeString:
    """To whom it went, and how the mail fared."""
    if not said.route:
        return NOTHING
    fared = said.delivery
    delivery = NOTHING
    if fared:
        delivery = fill(
            ' · <a class="{look}" href="{url}" title="{detail}">{icon}{text}</a>',
            look=f"badge badge--{fared.kind}" if fared.kind else "faint",
            url=fared.url,
            detail=fared.detail,
            icon=icon(fared.icon) if fared.kind else NOTHING,
            text=fared.text,
        )
    return fill('<span class="message__route">{}{}</span>', said.route, delivery)


def _foot(said: Any) -> SafeString:
    """The mail as it was written, and the original file."""
    body = original = NOTHING
    if said.body_url:
        body = fill(
            '<details class="message__as-written"><summary class="link">{}</summary>{}</details>',
            _("As it was written"),
            as_written(said),
        )
    if said.original_url:
        original = fill('<a href="{}" download>{}</a>', said.original_url, _("Original mail"))
    return fill('<footer class="message__foot">\n    {}\n    {}\n  </footer>', body, original)


@register.simple_tag
def attachment(file: Any) -> SafeString:
    """file: url, name, size, is_image."""
    return fill(
        '<a class="attachment" href="{url}" download="{name}">{icon}<span class="attachment__name">{name}</span>'
        '<span class="attachment__size">{size}</span></a>',
        url=file.url,
        name=file.name,
        icon=icon("image" if file.is_image else "file-text"),
        size=filesizeformat(file.size),
    )


HISTORY_ENTRY = """
<li class="history__entry"><p class="history__head">\
{avatar}<span class="grow truncate">{author}</span>{at}</p>{sentences}</li>
"""


@register.simple_tag
def history_entry(entry: Any) -> SafeString:
    """One update of a ticket: author, is_rule, at, sentences."""
    return fill(
        HISTORY_ENTRY,
        avatar=avatar(entry.author, "small", entry.is_rule),
        author=entry.author,
        at=relative_time(entry.at),
        sentences=joined(fill('<p class="history__sentence">{}</p>', sentence) for sentence in entry.sentences),
    )


PERSON = """<tr>
    <th><a class="row row--tight" href="{url}">{avatar}<span>{name}</span></a></th>
    <td data-label="{mail_label}">{mail}</td>
    <td data-label="{phone_label}" class="table__note">{phone}</td>
    <td data-label="{organization_label}">{organization}</td>
    <td>{tags}</td>
    <td data-label="{count_label}" class="number">{count}</td></tr>
"""


@register.simple_tag
def people_rows(people: Iterable[Any]) -> SafeString:
    """Customers in their list. Of each: url, name, email, phone, organization, organization_url, tags, count."""
    labels = {
        "mail_label": _("Mail"),
        "phone_label": _("Phone"),
        "organization_label": _("Organization"),
        "count_label": _("Open tickets"),
    }
    return joined(
        fill(
            PERSON,
            **labels,
            url=it.url,
            avatar=avatar(it.name, "small"),
            name=it.name,
            mail=it.email or "–",
            phone=it.phone or "–",
            organization=fill('<a href="{}">{}</a>', it.organization_url, it.organization) if it.organization else "–",
            tags=joined(fill('<a class="badge" href="?{}">{}</a> ', urlencode({"tag": tag}), tag) for tag in it.tags),
            count=it.count or "–",
        )
        for it in people
    )


@register.simple_tag
def options(names: dict[int, str], chosen: int | None = None) -> SafeString:
    """The options of a select, by value."""
    return joined(
        fill('<option value="{}"{}>{}</option>', value, SafeString(" selected") if value == chosen else NOTHING, name)
        for value, name in names.items()
    )
