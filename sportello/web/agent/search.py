"""The page of searches, and what helps while one is typed."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.rules.kinds import Moment
from sportello.desk.rules.search import Fault
from sportello.desk.rules.search_passages import Piece, Wanted, marked, wanted
from sportello.desk.rules.search_terms import KINDS, ORGANIZATION, TICKET, USER, Asked
from sportello.desk.rules.views import Layout
from sportello.desk.search import finding, passages
from sportello.desk.search.questions import unknown_names
from sportello.kit.keys import key_of
from sportello.web.agent import lists, search_help
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import address, page
from sportello.web.agent.searching import keys, moment_of, understood
from sportello.web.agent.ticket_list import ticket_list
from sportello.web.ui import paging
from sportello.web.ui.templatetags.search_results import marked as as_markup

LAYOUT = Layout(columns=("subject", "requester", "organization", "assignee", "updated"))


@dataclass(frozen=True, slots=True)
class Result:
    """key: of a ticket its number. row: of lists.rows; None for people and organizations, whose facts stand in said."""

    key: int
    url: str
    title: list[Piece]
    passage: list[Piece]
    row: Any = None
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tab:
    kind: str
    label: str
    number: str
    url: str
    is_current: bool


@staff
def search(request: HttpRequest) -> HttpResponse:
    """?q=, of one kind with ?kind=; ?after=, ?before= of its pages. "#12" leads straight to the ticket, as "12" does
    if nothing else has it."""
    agent, typed = agent_of(request), request.GET.get("q", "")
    said = typed.strip()
    number = key_of(said.removeprefix("#"))
    numbered = access.tickets(agent).filter(pk=number).values("pk", "subject").first() if number else None
    asked, moment = understood(typed), moment_of(agent)
    found = {kind: _find(request, agent, asked, kind, moment) for kind in KINDS}
    if numbered and (said.startswith("#") or not any(it.number for it in found.values())):
        return redirect("agent:ticket", number)
    shown = _kind_shown(request.GET.get("kind", ""), asked, found)
    listed = results(agent, shown, found[shown].keys, wanted(asked.texts))
    neighbours = _neighbours(said, shown, found[shown])
    context = {
        "q": said,
        "is_search": True,
        "numbered": numbered,
        "shown": shown,
        "faults": [_placed(typed, fault) for fault in _faults(agent, asked, found[shown])],
        "is_empty": asked.is_empty,
        "tabs": [_tab(kind, said, found[kind], shown) for kind in KINDS],
        "results": listed,
        "list": _list(request, said, listed, neighbours) if shown == TICKET and listed else None,
        "page": neighbours,
        "is_cut": found[shown].older is not None and not found[shown].keys,
        "help": search_help.EXAMPLES,
        "suggestions": search_help.suggestions(typed, keys()) if asked.faults else [],
    }
    return page(request, "agent/search.html", context)


@staff
def suggestions(request: HttpRequest) -> HttpResponse:
    """How the term that is being typed could go on."""
    found = search_help.suggestions(request.GET.get("q", ""), keys())
    return render(request, "agent/_search_suggestions.html", {"suggestions": found})


def _find(request: HttpRequest, agent: User, asked: Asked, kind: str, moment: Moment) -> finding.Page:
    if request.GET.get("kind", TICKET) != kind:
        return finding.find(agent, asked, kind, moment)
    after, before = key_of(request.GET.get("after")), key_of(request.GET.get("before"))
    return finding.find(agent, asked, kind, moment, after=after, before=before)


def _faults(agent: User, asked: Asked, found: finding.Page) -> list[Fault]:
    """What is wrong in the search, and what of it could not be done."""
    faults = [*asked.faults] if found.keys else [*asked.faults, *unknown_names(agent, asked)]
    if asked.order and not found.is_in_order:
        says = _("There are too many results to be sorted: the newest come first. Ask for fewer.")
        faults.append(Fault(asked.order.start, asked.order.end, says))
    return faults


def _kind_shown(wished: str, asked: Asked, found: dict[str, finding.Page]) -> str:
    if wished in KINDS or asked.kind:
        return wished if wished in KINDS else asked.kind
    return next((kind for kind in KINDS if found[kind].number), TICKET)


def _tab(kind: str, said: str, found: finding.Page, shown: str) -> Tab:
    labels = {TICKET: _("Tickets"), USER: _("People"), ORGANIZATION: _("Organizations")}
    url = f"{address('agent:search')}?{urlencode({'q': said, 'kind': kind})}"
    return Tab(kind, labels[kind], number_of(found), url, kind == shown)


def number_of(found: finding.Page) -> str:
    """How many there are: "12", "340+" where not all was looked at, "1,000+"; "" for none."""
    if not found.number:
        return ""
    grouped = number_format(found.number, force_grouping=True)
    return grouped if found.is_all else f"{grouped}+"


def _neighbours(said: str, kind: str, found: finding.Page) -> dict[str, str | None]:
    def url(way: str, key: int | None) -> str | None:
        return key and f"?{urlencode({'q': said, 'kind': kind, way: key})}"  # type: ignore[return-value]

    return {"newer_url": url("before", found.newer), "older_url": url("after", found.older)}


def _list(request: HttpRequest, said: str, found: list[Result], neighbours: dict[str, str | None]) -> Any:
    """What was found of tickets, to be changed together: what fits stands where a view has the latest words."""
    texts = {it.key: (as_markup(it.title), as_markup(it.passage)) for it in found}
    shown = paging.Page([it.row for it in found], **neighbours)
    return ticket_list(request, LAYOUT, shown, caption=_("Tickets"), whole={"q": said}, texts=texts, can_sort=False)


def _placed(said: str, fault: Fault) -> dict[str, str]:
    """What is wrong, with the search cut where it stands."""
    return {
        "says": fault.says,
        "before": said[max(0, fault.start - 60) : fault.start],
        "there": said[fault.start : fault.end][:200],
        "behind": said[fault.end : fault.end + 60],
    }


# --- what is shown of what was found ----------------------------------------------------------------------------------


def results(
    agent: User, kind: str, found: tuple[int, ...], sought: Wanted, *, with_passages: bool = True
) -> list[Result]:
    """In the order of the keys. Whatever has gone since is left out."""
    if not found:
        return []
    shown = {TICKET: _tickets, USER: _people, ORGANIZATION: _organizations}[kind](agent, found, sought)
    texts = passages.read(kind, [it.key for it in shown], sought) if with_passages else {}
    by_key = {it.key: Result(it.key, it.url, it.title, texts.get(it.key, []), it.row, it.said) for it in shown}
    return [by_key[key] for key in found if key in by_key]


def _tickets(agent: User, found: tuple[int, ...], sought: Wanted) -> list[Result]:
    rows = lists.rows(agent, access.tickets(agent).filter(pk__in=found))
    return [
        Result(row.pk, address("agent:ticket", row.pk), marked(row.subject or _("(no subject)"), sought), [], row)
        for row in rows
    ]


def _people(agent: User, found: tuple[int, ...], sought: Wanted) -> list[Result]:
    rows = access.people(agent).filter(pk__in=found).values_list("pk", "name", "email", "phone", "organization__name")
    return [
        Result(pk, _address("agent:person", pk), marked(name, sought), [], said=tuple(filter(None, more)))
        for pk, name, *more in rows
    ]


def _organizations(agent: User, found: tuple[int, ...], sought: Wanted) -> list[Result]:
    rows = access.organizations(agent).filter(pk__in=found).values_list("pk", "name")
    return [Result(pk, _address("agent:organization", pk), marked(name, sought), []) for pk, name in rows]


def _address(name: str, key: int) -> str:
    """A person's own page, or else the tickets."""
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:
        asked = f"requester:{key}" if name == "agent:person" else f"organization:{key}"
        return f"{address('agent:search')}?{urlencode({'q': asked})}"
