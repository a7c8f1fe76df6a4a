"""What the command palette finds on the server: tickets, people, macros, views. Commands it gathers from the page."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.rules.search_passages import Piece, Wanted, wanted
from sportello.desk.rules.search_terms import ORGANIZATION, TICKET, USER, Asked
from sportello.desk.search import finding
from sportello.kit import stems
from sportello.kit.keys import key_of
from sportello.web.agent import lists
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import address
from sportello.web.agent.search import results
from sportello.web.agent.searching import moment_of, understood

MOST = 5
ICONS = {TICKET: "ticket", USER: "user", ORGANIZATION: "building-2"}


@dataclass(frozen=True, slots=True)
class Choice:
    url: str
    icon: str
    title: list[Piece]
    beside: str = ""
    status: str = ""


@staff
def palette(request: HttpRequest) -> HttpResponse:
    """The choices for what was typed, ?q=, in groups with a name; ?ticket=: the one that the agent looks at."""
    agent, said = agent_of(request), request.GET.get("q", "").strip()
    groups = []
    if said:
        asked = understood(request.GET["q"])
        sought = wanted(asked.texts)
        groups = [
            (_("Tickets"), [*_numbered(agent, said), *_found(agent, asked, TICKET, sought)]),
            (_("People"), _found(agent, asked, USER, sought)),
            (_("Organizations"), _found(agent, asked, ORGANIZATION, sought)),
            (_("Views"), _views(agent, said)),
            (_("Macros"), _macros(agent, said, key_of(request.GET.get("ticket")))),
        ]
    more = f"{address('agent:search')}?{urlencode({'q': said})}"
    shown = [(title, choices) for title, choices in groups if choices]
    return render(request, "agent/_palette_choices.html", {"groups": shown, "q": said, "more": more})


def _numbered(agent: User, said: str) -> list[Choice]:
    number = key_of(said.removeprefix("#"))
    return _tickets(agent, (number,), wanted(())) if number else []


def _tickets(agent: User, found: tuple[int, ...], sought: Wanted) -> list[Choice]:
    return [
        Choice(it.url, "", it.title, f"#{it.key} · {it.row.requester__name}", it.row.status)
        for it in results(agent, TICKET, found, sought, with_passages=False)
    ]


def _found(agent: User, asked: Asked, kind: str, sought: Wanted) -> list[Choice]:
    keys = finding.find(agent, asked, kind, moment_of(agent), size=MOST, counts=False).keys
    if kind == TICKET:
        return _tickets(agent, keys, sought)
    return [
        Choice(it.url, ICONS[kind], it.title, " · ".join(it.said))
        for it in results(agent, kind, keys, sought, with_passages=False)
    ]


def _views(agent: User, said: str) -> list[Choice]:
    return [
        Choice(address("agent:view", it.id), it.icon, [Piece(it.title)])
        for it in lists.views_of(agent)
        if _fits(it.title, said)
    ][:MOST]


def _macros(agent: User, said: str, ticket_id: int) -> list[Choice]:
    """On a ticket a macro is put into its composer; elsewhere one sees what it does."""
    titles = access.macros(agent).values_list("pk", "title")
    fitting = [(pk, title) for pk, title in titles if _fits(title, said)][:MOST]
    if ticket_id:
        home = address("agent:ticket", ticket_id)
        return [Choice(f"{home}?macro={pk}#composer", "list-checks", [Piece(title)]) for pk, title in fitting]
    home = address("agent:macros")
    return [Choice(f"{home}#macro-{pk}", "list-checks", [Piece(title)]) for pk, title in fitting]


def _fits(title: str, said: str) -> bool:
    """Every word that was typed begins one of the title."""
    words = list(stems.words(title))
    return all(any(word.startswith(begun) for word in words) for begun in stems.words(said))
