"""What a search has found of people and organizations: `{% load search_results %}`. In Python, as ticket_table.

A result has url, title and passage (pieces of text, some marked) and said (facts in words). Everything is escaped; only
the marks are markup.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString

from sportello.web.ui.markup import NOTHING, fill, joined
from sportello.web.ui.templatetags.ui import icon

register = template.Library()

RESULT = """<li class="result"><span class="result__mark">{mark}</span><div class="result__text">\
<p class="result__title"><a class="result__link" href="{url}">{title}</a></p>{passage}\
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
    return fill(
        RESULT,
        mark=icon(ICONS[kind]),
        url=it.url,
        title=marked(it.title),
        passage=fill('<p class="result__passage">{}</p>', marked(it.passage)) if it.passage else NOTHING,
        facts=joined(fill("<span>{}</span>", fact) for fact in it.said),
    )
