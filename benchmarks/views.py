"""Views over a million tickets: how long they take to fill in, to count (thirty on a page) and to show.

python -m benchmarks.views [--tickets 1000000] [--rounds 30]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.fresh_desk import fresh_desk
from benchmarks.pages import measure

UNSOLVED = ("status", "less_than", "solved")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tickets", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=30)
    arguments = options.parse_args()
    with fresh_desk():
        from django.conf import settings
        from django.core.management import call_command

        from benchmarks.seed import copy, seed

        settings.ALLOWED_HOSTS = ["*"]
        call_command("collectstatic", verbosity=0, interactive=False)
        began = time.perf_counter()
        seed(min(arguments.tickets, 50_000), messages=0)
        copy(arguments.tickets)
        print(f"{arguments.tickets:,} tickets (seeded in {time.perf_counter() - began:.0f} s)")
        run(arguments.tickets, arguments.rounds)


def run(tickets: int, rounds: int) -> None:
    from benchmarks.seed import fill_views
    from sportello.desk.models import User, ViewMember

    bare = _update(rounds)
    made = _views()
    began = time.perf_counter()
    fill_views()
    took = time.perf_counter() - began
    members = ViewMember.objects.count()
    print(
        f"{len(made)} views filled in: {took:.0f} s, {members:,} members, {len(made) * tickets / took:,.0f} tickets/s"
    )
    print(f"one update: {bare:.2f} ms without views, {_update(rounds):.2f} ms with {len(made)}")
    _measure("an agent", User.objects.filter(role="agent").order_by("id")[0], made, rounds)
    _measure("an agent who sees his groups", _restricted(), made, rounds)


def _measure(who: str, agent: Any, made: dict[str, tuple[int, str]], rounds: int) -> None:
    from django.conf import settings
    from django.http import QueryDict
    from django.test import Client

    from sportello.web.agent import lists

    listed = {it.id: it for it in lists.views_of(agent)}
    took = _median(lambda: lists.counts(agent, [*listed.values()]), rounds)
    print(f"{who}: {len(listed)} views counted in {took:.1f} ms")
    client = Client()
    client.force_login(agent, backend=settings.AUTHENTICATION_BACKENDS[0])
    for name, (view_id, query) in made.items():
        find = partial(lists.page, listed[view_id], agent, QueryDict(query))
        plain, rows = " (plain)" if find().is_plain else "", len(find().page.rows)
        took, path = _median(find, rounds), f"/tickets/views/{view_id}?{query}"
        whole = statistics.median(measure(client, path)[0] for _round in range(rounds))
        print(f"    {name + plain:<44} {rows:>3} rows   found in {took:6.1f} ms   page {whole:6.1f} ms")


def _views() -> dict[str, tuple[int, str]]:
    """Thirty views: by name, their id and the query of the page."""
    from sportello.desk.actions import defaults, views
    from sportello.desk.models import Group, User, View

    defaults.install_views("en")
    found = {view.title: (view.pk, "") for view in View.objects.order_by("position")}
    groups = list(Group.objects.order_by("id").values_list("pk", flat=True))
    agents = list(User.objects.filter(role="agent").order_by("id").values_list("pk", flat=True))
    requester = User.objects.filter(role="end-user").order_by("id").values_list("pk", flat=True)[7]

    def add(title: str, *asked: tuple[str, str, Any], query: str = "", **more: Any) -> None:
        conditions = {"all": [{"field": f, "operator": o, "value": v} for f, o, v in asked]}
        row = views.save({"title": title, "conditions": conditions, **more}, actor=None)
        found[title] = row.pk, query

    add("large: by mail, by creation", ("via_id", "is", "email"), sort_by="created_at")
    add("large: solved, oldest change first", ("status", "is", "closed"), sort_descending=False)
    add("large: unsolved, longest wait first", UNSOLVED, sort_by="waiting_since", sort_descending=False)
    add("large: unsolved, grouped", UNSOLVED, group_by="assignee")
    for group in groups:
        add(f"group {group}", UNSOLVED, ("group_id", "is", group))
    for agent in agents[:5]:
        add(f"agent {agent}", ("assignee_id", "is", agent))
    for tag in ("stampante", "posta", "fattura"):
        add(f"tag {tag}", ("current_tags", "includes", tag))
    add("small: tag, grouped by assignee", UNSOLVED, ("current_tags", "includes", "rete"), group_by="assignee")
    add("small: tag, by priority", UNSOLVED, ("current_tags", "includes", "backup"), sort_by="priority")
    add("sparse: one customer", ("requester_id", "is", requester))
    add("sparse: nothing", UNSOLVED, ("current_tags", "includes", "nowhere"))
    add("live: opened within a day", ("NEW", "less_than", 24))
    add("live: old and unsolved", UNSOLVED, ("updated_at", "greater_than", 24 * 300))
    add("live: mine with a tag", UNSOLVED, ("assignee_id", "is", "current_user"), ("current_tags", "includes", "rete"))
    add("live: tag, opened within a week", ("current_tags", "includes", "scanner"), ("NEW", "less_than", 168))
    add("live: waiting over a month", ("waiting_since", "greater_than", 720), sort_by="waiting_since")
    assert len(found) == 30, len(found)
    return found


def _restricted() -> Any:
    from sportello.desk.models import User

    agent = User.objects.filter(role="agent").order_by("id")[1]
    agent.ticket_restriction = "groups"
    agent.save(update_fields=["ticket_restriction"])
    return agent


def _update(rounds: int) -> float:
    from sportello.desk.actions import tickets
    from sportello.desk.actions.tickets import Change
    from sportello.desk.models import Ticket, User

    ticket = Ticket.objects.filter(status="open").order_by("-id").first()
    agent = User.objects.filter(role="agent").order_by("id").first()
    assert ticket
    changes = iter(range(2 * rounds + 10))
    return _median(
        lambda: tickets.update(ticket.pk, Change(priority=1 + next(changes) % 2), actor=agent, via="web"), rounds
    )


def _median(do: Callable[[], object], rounds: int) -> float:
    times = []
    for _round in range(rounds + 3):
        began = time.perf_counter()
        do()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[3:])


if __name__ == "__main__":
    main()
