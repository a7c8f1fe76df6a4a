"""What a search can say: examples for whoever begins, and how the term that is being typed could go on."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.desk.actions import configuration
from sportello.desk.rules import texts
from sportello.desk.rules.search import BARE, QUOTES
from sportello.desk.rules.search_terms import NONE, ORDERING, Key
from sportello.web.agent.rule_words import choices_of

MOST = 8
# Whatever fits into none of the words that one types: which, and what they find.
EXAMPLES: tuple[tuple[str, str | Promise], ...] = (
    ("computer lento", _("both words, in any form: computers, slow and slower")),
    ('"non stampa"', _("exactly these words, in a row")),
    ("status<solved", _("what is not solved yet")),
    ("assignee:me", _("tickets that you have in charge; “none”: that nobody has")),
    ("requester:rossi", _("of this person: a name, an address or a number")),
    ("created>7days", _("of the last seven days; a date does too: created>2026-01-31")),
    ("tags:vip -tags:done", _("with the one tag and without the other")),
    ("has:attachment fattura", _("with a file; what stands in files is found too")),
    ("subject:offerta", _("only in the subject")),
    ("type:user rossi", _("people instead of tickets; “organization”: organizations")),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """q: the whole search with it."""

    term: str
    says: str | Promise
    q: str


def suggestions(said: str, keys: Mapping[str, Key]) -> list[Suggestion]:
    """For the last term of a search, if it may be a key or the value of one."""
    start = len(said)
    while start and BARE.fullmatch(said[start - 1]):
        start -= 1
    if start and said[start - 1] in QUOTES:
        return []
    term = said[start:]
    minus, term = ("-", term[1:]) if term.startswith("-") else ("", term)
    if not term:
        return []
    found = _values(term, keys) if ":" in term else _keys(term.lower(), keys)
    return [Suggestion(minus + it, says, said[:start] + minus + it) for it, says in found][:MOST]


def _keys(begun: str, keys: Mapping[str, Key]) -> list[tuple[str, str | Promise]]:
    known = [(f"{name}:", key.label) for name, key in keys.items() if name.startswith(begun)]
    if "order_by".startswith(begun):
        known.append(("order_by:", _("what to sort by")))
    if "sort".startswith(begun):
        known.append(("sort:", _("“asc”: upwards; “desc”: downwards")))
    if "type".startswith(begun):
        known.append(("type:", pgettext_lazy("key of a search", "tickets, people or organizations")))
    return known


def _values(term: str, keys: Mapping[str, Key]) -> list[tuple[str, str | Promise]]:
    name, _sign, begun = term.partition(":")
    key = keys.get(name.lower())
    if name.lower() == "type":
        values: list[str] = ["ticket", "user", "organization"]
    elif name.lower() in ORDERING and key is None:
        values = list(ORDERING[name.lower()])
    elif key is None:
        return []
    elif key.reads == "time":
        values = ["today", "yesterday", "24hours", "7days", "1month"]
    elif key.reads == "group":
        values = [group.name for group in configuration.current().groups.values()] + ["none"]
    elif key.reads == "form":
        values = [texts.for_reader(form.name) for form in configuration.current().forms.values()]
    elif key.reads == "mailbox":
        values = [mailbox.address for mailbox in configuration.current().mailboxes]
    elif key.reads == "person" and key.name == "assignee":
        values = ["me", "none", *(agent.name for agent in configuration.current().agents.values())]
    else:
        values = list(key.values)
    begun = begun.lower()
    fitting = [it for it in values if it.lower().startswith(begun) and it.lower() != begun]
    label = key.label if key else ""
    called = choices_of(key.field) if key and key.field else {}
    return [
        (f'{name}:"{it}"' if " " in it else f"{name}:{it}", called.get("" if it == NONE else it) or label)
        for it in fitting
    ]
