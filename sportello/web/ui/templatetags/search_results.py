"""What a search has found: `{% load search_results %}`. Python, because a template takes ten times as long for a page.

A result has key, url, title and passage (pieces of text, some marked) and said (facts in words); of a ticket also row
(as in lists.rows). Everything is escaped; only the marks are markup.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sportello.web.ui.markup import NOTHING, fill, joined
from sportello.web.ui.templatetags.ui import icon, priority, relative_time, status

register = template.Library()

RESULT = """<li class="result"><span class="result__mark">{mark}</span><div class="result__text">\
<p class="result__title"><a class="result__link" href="{url}">{title}</a>{number}</p>{passage}\
<p class="result__facts">{facts}</p></div></li>
"""
ICONS = {"user": "user", "organization": "building-2"}


@register.simple_tag
def marked(pieces: Iterable[Any]) -> SafeString:
    return joined(fill("<mark>{}</mark>" if it.marked else "{}", it.text) for it in pieces)


@register.simple_tag
def search_results(results: Iterable[Any], kind: str) -> SafeString:
    return fill('<ol class="results" id="results">{}</ol>', joined(_result(it, kind) for it in results))


def _result(it: Any, kind: str) -> SafeString:
    row = it.row
    passage = marked(it.passage) if it.passage else fill("{}", row.preview) if row is not None else NOTHING
    return fill(
        RESULT,
        mark=icon(ICONS[kind]) if row is None else status(row.status, bare=True),
        url=it.url,
        title=marked(it.title),
        number=NOTHING if row is None else _number(it.key, row),
        passage=fill('<p class="result__passage">{}</p>', passage) if passage else NOTHING,
        facts=joined(fill("<span>{}</span>", fact) for fact in (it.said if row is None else _facts(row))),
    )


def _number(key: int, row: Any) -> SafeString:
    return fill('<span class="result__number">#{}</span>{}', key, priority(row.priority, bare=True))


def _facts(row: Any) -> tuple[Any, ...]:
    who = f"{row.requester__name} · {row.organization__name}" if row.organization__name else row.requester__name
    return who, row.assignee__name or _("nobody has it"), relative_time(row.updated_at)
