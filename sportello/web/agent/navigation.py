"""The frame of every agent's page: where one can go, with live counts, and the page itself in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.desk.words import Permission
from sportello.web.agent import lists
from sportello.web.agent.doors import agent_of
from sportello.web.agent.lists import Listed
from sportello.web.agent.live import hub as live
from sportello.web.agent.places import Place, sections_for
from sportello.web.setup.links import HERE

VIEWS = 12  # So many stand beside every page; the others behind “All views”.


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    icon: str
    label: str
    count: str = ""
    is_current: bool = False
    is_alert: bool = False
    says: str = ""
    key: str = ""


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The page in its frame.

    context["here"]: the address of the link that is marked, when it is not the page's own; context["listed"]: the
    agent's views, where they are at hand. `may` tells the template what he may do: `{% if may.answer %}`.
    """
    here = context.pop("here", None) or request.path
    agent = agent_of(request)
    listed = context["listed"] if "listed" in context else lists.views_of(agent)
    may = {it.value: access.may(agent, it) for it in Permission}
    return render(request, template, {**context, "may": may, "nav": _navigation(agent, here, listed)}, status=status)


def where_to_arrange(agent: User, here: str = "") -> list[tuple[str, list[Link]]]:
    """The sections of the settings with the pages that this agent may open; the one that he is on is marked."""
    return [(str(section.title), [_place(place, here) for place in places]) for section, places in sections_for(agent)]


def _place(place: Place, here: str) -> Link:
    url = address(f"agent:{place.name}")
    is_here = here == url or here.startswith(f"{url}/")
    return Link(url, place.icon, str(place.label), is_current=is_here, says=str(place.says))


def _navigation(agent: User, here: str, listed: Sequence[Listed]) -> dict[str, Any]:
    def link(
        name: str,
        icon: str,
        label: str,
        count: str = "",
        *,
        alert: bool = False,
        key: str = "",
        args: tuple[Any, ...] = (),
    ) -> Link:
        url = address(f"agent:{name}", *args)
        return Link(url, icon, label, count, is_current=url == here, is_alert=alert, key=key)

    # The first ones, and the one that is looked at.
    beside = [view for place, view in enumerate(listed) if place < VIEWS or address("agent:view", view.id) == here]
    counts, (held, unread, reviews) = lists.counts(agent, beside)
    home = address("agent:queue")
    queue = [
        (
            view,
            link(
                "view", view.icon, view.title, counts[view.id], args=(view.id,), key=f"g {place}" if place < 10 else ""
            ),
        )
        for place, view in enumerate(beside, 1)
    ]
    all_views = link("views", "list", _("All views"), key="g v")
    waiting = queue[0][1].count if queue else ""
    held_link = link("held", "shield-alert", _("Held mail"), held, alert=True, key="g h")
    reviews_link = link("reviews", "thumbs-down", _("Bad votes"), reviews, alert=True, key="g b")
    home_of_reports = reverse("reports:reports")
    reports = Link(
        home_of_reports, "chart-column", _("Reports"), is_current=here.startswith(home_of_reports), key="g f"
    )
    arranging = where_to_arrange(agent, here)
    is_arranging = here == address("agent:settings") or any(
        it.is_current for _title, links in arranging for it in links
    )
    desk, may_open = configuration.current().desk, access.may(agent, Permission.OPEN)
    return {
        "desk_name": desk.name,
        "set_up_url": reverse("setup:mail_in", args=[HERE]) if agent.is_admin and desk.set_up_at is None else "",
        "home": home,
        "here": here,
        "notices": link("notices", "bell", _("Notices"), unread, key="g n"),
        "since": live.HUB.settled,
        "views": [*(it for _view, it in queue), all_views],
        "count": next((it.count for _view, it in queue if it.is_current), ""),
        "new_ticket": address("agent:new_ticket") if may_open else "",
        "back": home if is_arranging else "",
        "groups": [
            {"title": "", "links": [link("settings", "settings", _("Settings"), key="g s")]},
            *({"title": title, "links": links} for title, links in arranging),
        ]
        if is_arranging
        else [
            *_by_reach(queue, all_views),
            {
                "title": _("Desk"),
                "links": [
                    *([link("new_contact", "phone-call", _("Direct contact"), key="d")] if may_open else []),
                    held_link,
                    link("people", "contact", _("People"), key="g p"),
                    link("articles", "book-open", _("Articles"), key="g a"),
                    *([reviews_link] if reviews or access.may(agent, Permission.REPORTS) else []),
                    *([reports] if access.may(agent, Permission.REPORTS) else []),
                    link("settings", "settings", _("Settings"), key="g s"),
                ],
            },
        ],
        "tabs": [
            Link(home, "inbox", _("Queue"), waiting, is_current=here in {home, *(it.url for _view, it in queue)}),
            *([link("new_ticket", "plus", _("New"))] if may_open else []),
            *([link("new_contact", "phone-call", pgettext("page", "Contact"))] if may_open else []),
            link("notices", "bell", _("Notices"), unread),
        ],
        "viewer": {
            "name": agent.name,
            "away": agent.away,
            "presence_url": address("agent:own_presence"),
            "language_url": _maybe("set_language"),
            "sign_out_url": _maybe("sign_out"),
        },
    }


def _by_reach(queue: Sequence[tuple[Listed, Link]], all_views: Link) -> list[dict[str, Any]]:
    """Everybody's views, those of the agent's groups, his own; below them the way to all."""
    titles = {"layers": "", "users": _("Views of my groups"), "user": _("My views")}
    links = [(title, [it for view, it in queue if view.icon == icon]) for icon, title in titles.items()]
    groups: list[dict[str, Any]] = [{"title": title, "links": found} for title, found in links if found or not title]
    if len(groups) > 1:
        groups.append({"title": "", "links": []})
    groups[-1]["links"].append(all_views)
    return groups


@cache
def address(name: str, *args: Any) -> str:
    """The address of a page that every page leads to."""
    return reverse(name, args=args)


@cache
def _maybe(name: str) -> str:
    """The address of a page of another door, where this installation has it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
