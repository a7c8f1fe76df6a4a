"""What the lists of rules have in common: a switch, a place up or down, the placeholders of a text."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.desk.actions import configuration
from sportello.desk.actions.defaults import title_for_reader
from sportello.desk.errors import Invalid
from sportello.desk.rules import letters
from sportello.web.agent.doors import agent_of

# Placeholders that only the mails of the protocol and of the desk itself fill.
ELSEWHERE = ("buttons", "link_minutes")


def moved(keys: Iterable[int], key: int, to: str) -> list[int]:
    """The keys with this one a place "up" or "down", if there is such a place."""
    order = list(keys)
    at = order.index(key)
    other = at + (-1 if to == "up" else 1)
    if 0 <= other < len(order):
        order[at], order[other] = order[other], order[at]
    return order


def switch(request: HttpRequest, verb: Callable[..., Any], key: int) -> None:
    """Do what the switch of a rule says, and tell what came of it."""
    on = request.POST.get("on") == "1"
    try:
        kept = verb(key, on=on, actor=agent_of(request))
    except Invalid as refusal:
        messages.error(request, refusal.sentence)
    else:
        said = _("“%(title)s” is switched on.") if on else _("“%(title)s” is switched off.")
        messages.success(request, said % {"title": title_for_reader(kept.title)})


def placeholders(*, without: Sequence[str] = ()) -> list[tuple[str, str]]:
    """(name, what it stands for) of those that a rule's text can use."""
    language = get_language() or ""
    usual = [
        (name, words.get(language) or words["en"])
        for name, words in letters.PLACEHOLDERS.items()
        if name not in (*ELSEWHERE, *without)
    ]
    own = (it for it in configuration.current().fields.values() if it.custom)
    return usual + [(it.custom.placeholders[0], str(it.label)) for it in own if it.custom]
