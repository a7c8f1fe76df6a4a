"""How long the figures take: dashboards over many tickets, beside the same by hand; folding anew, keeping up to date.

python -m benchmarks.facts [--tickets 1000000] [--folded 20000]

tickets: facts written straight as Parquet, four years of them. folded: tickets of a desk with their audits, folded.
"""

import argparse
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from benchmarks.fresh_desk import fresh_desk

ZONE = "Europe/Rome"
YEARS = 4
LAST = datetime(2026, 11, 1, tzinfo=UTC)
MICROS = 1_000_000
OPENED = """
    SELECT i AS ticket_id, make_timestamp({first} + i * {every}) AS opened,
        dice(i, 1) % 40 + 1 AS agent, dice(i, 2) % 8 + 1 AS of_group, dice(i, 3) % 300 + 1 AS company,
        dice(i, 4) % {people} + 1 AS person, dice(i, 5) % 100 AS luck, dice(i, 6) % 2000 AS wait
    FROM range({low}, {high}) AS r(i)
"""
DICE = "CREATE OR REPLACE MACRO dice(i, n) AS CAST(hash(i * 7 + n) % 1000000007 AS BIGINT)"
COMMON = """ticket_id, {at} AS happened_at, {at} + INTERVAL 1 HOUR AS happened_local, CAST(agent AS BIGINT) AS agent_id,
    CAST(of_group AS BIGINT) AS group_id, CAST(company AS BIGINT) AS organization_id,
    CAST(person AS BIGINT) AS requester_id, ['email', 'web', 'api', 'voice'][luck % 4 + 1] AS channel,
    ['', 'low', 'normal', 'high'][luck % 4 + 1] AS priority, '' AS type, NULL::BIGINT AS form_id,
    CASE WHEN luck < 20 THEN ['vpn', 'mail'] ELSE [] END::VARCHAR[] AS tags,
    MAP {{}}::MAP(VARCHAR, VARCHAR) AS fields"""
SPAN = """{at} AS since_at, {at} + INTERVAL 1 HOUR AS since_local, NULL::TIMESTAMP AS until_at,
    NULL::TIMESTAMP AS until_local"""
ARRIVAL = "['hours', 'hours', 'night', 'closed_day'][luck % 4 + 1]"
REPLY, SOLUTION = "opened + to_minutes(wait // 3)", "opened + to_minutes(wait)"
# By table: when, the other columns, of which tickets.
TABLES = {
    "created": ("opened", SPAN + f", luck < 5, {ARRIVAL}, ''", "true"),
    "replied": (REPLY, f"true, opened, wait // 3, wait // 9, wait // 9, {ARRIVAL}", "luck < 95"),
    "solved": (
        SOLUTION,
        SPAN + ", '', true, wait, wait // 3, wait // 2, wait // 4, wait // 3, 0, wait // 6, wait // 9, wait // 8, 0, "
        "luck % 4, 1, luck % 3, 1, luck // 90",
        "luck < 97",
    ),
    "spells": ("opened", f"{SOLUTION}, {SOLUTION} + INTERVAL 1 HOUR, 'open', true, opened", "true"),
    "touches": (REPLY, "'public'", "true"),
    "handoffs": (REPLY, "1, NULL", "luck < 20"),
    "votes": (
        f"{SOLUTION} + INTERVAL 2 DAY",
        f"{SOLUTION} + INTERVAL 3 DAY, {SOLUTION} + INTERVAL 3 DAY, if(luck % 17 = 0, 'bad', 'good'), "
        f"'', false, 0, {SOLUTION}",
        "luck < 30",
    ),
    "sla": (REPLY, SPAN + ", 1, 'first_reply_time', 240, true, wait < 700, wait // 3", "luck < 95"),
    "contacts": ("opened", "'call'", "luck < 3"),
    "spent": (SOLUTION, f"wait // 10, CAST({SOLUTION} AS DATE)", "luck < 40"),
}


def main(tickets: int, folded: int) -> None:
    with fresh_desk():
        from sportello.reports.folding import sync

        _write(tickets)
        print(f"{tickets} tickets, {_size(sync.folder()) / 1e6:.0f} MB of facts")
        _dashboards()
        _by_hand()
        print(f"{_memory():.0f} MB at most")
        if folded:
            _fold(folded)


def _write(tickets: int) -> None:
    """Facts as a desk of so many tickets would have them, in ranges."""
    from sportello.reports.folding import schema, store, sync

    every = YEARS * 365 * 86_400 * MICROS // tickets
    first = int(LAST.timestamp()) * MICROS - every * tickets
    manifest = store.Manifest(zone=ZONE, number=1, ranges=dict.fromkeys(range(0, tickets, store.RANGE), 1))
    sync.folder().mkdir(parents=True, exist_ok=True)
    store.engine().execute(DICE)
    for low in manifest.ranges:
        high = min(low + store.RANGE, tickets)
        opened = OPENED.format(first=first, every=every, people=max(100, tickets // 20), low=low, high=high)
        for name, (at, own, which) in TABLES.items():
            columns = schema.TABLES[name].columns
            select = f"SELECT {COMMON.format(at=at)}, {own.format(at=at)} FROM ({opened}) WHERE {which}"
            named = ", ".join(f'"{it.name}"' for it in columns)
            cast = ", ".join(f'CAST("{it.name}" AS {it.type}) AS "{it.name}"' for it in columns)
            rows = f"SELECT {cast} FROM ({select}) AS t({named})"
            store.copy(rows, store._range_file(sync.folder(), name, low, 1))
    store.save(sync.folder(), manifest)


def _asked() -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...], int]]]:
    """Each dashboard: measures, dimensions, months back."""
    replies = tuple(f"first_reply_time_in_minutes_{it}" for it in ("mean", "median", "p90", "median_business"))
    overview = ("num_new_tickets", "num_solved_tickets", "backlog", "one_touch_percentage", "satisfaction_rating")
    return {
        "overview": [((*overview, *replies), (), 1), (overview, ("month",), 12)],
        "efficiency": [
            ((*replies, "first_reply_within_hour"), ("month",), 12),
            (("first_reply_within_hour",), ("band",), 12),
        ],
        "satisfaction": [
            (("satisfaction_rating", "response_rate"), ("month",), 12),
            (("num_bad_votes",), ("agent",), 12),
        ],
        "agents": [(("num_solved_tickets", "num_touches", *replies, "satisfaction_rating"), ("agent",), 1)],
        "organizations": [(("num_new_tickets", "satisfaction_rating", *replies), ("organization",), 3)],
        "SLA": [(("sla_achieved_percentage", "num_sla_breaches"), ("month",), 12)],
        "channels": [(("num_new_tickets",), ("month", "channel"), 12)],
        "backlog": [(("backlog",), ("day", "group"), 3)],
        "heat map": [(("num_new_tickets",), ("weekday", "hour"), 12)],
        "strict first contact": [(("first_contact_strict_percentage",), (), 1)],
        "all years": [((*overview, *replies), ("month",), 12 * YEARS)],
    }


def _dashboards() -> None:
    from sportello.reports.figures import answer, source
    from sportello.reports.figures.query import Query

    for name, queries in _asked().items():

        def show(queries: list[Any] = queries) -> None:
            asked = source.own()
            for measures, dimensions, months in queries:
                start = LAST - timedelta(days=30.4375 * months)
                answer.ask(asked, Query(measures, start, LAST, ZONE, dimensions))

        print(f"{name:>22}: {_ms(show)}")


def _by_hand() -> None:
    """What one would write to get the same, on the same files and engine."""
    from sportello.reports.folding import store, sync

    def files(table: str) -> str:
        return f"read_parquet('{sync.folder() / table}/*.parquet')"

    year = "TIMESTAMP '2025-11-01'"
    by_hand = {
        "efficiency by hand": "SELECT date_trunc('month', happened_local), avg(calendar), "
        "quantile_cont(calendar, 0.5), quantile_cont(calendar, 0.9), quantile_cont(business, 0.5), "
        "avg((calendar <= 60)::INT), count(*) "
        f"FROM {files('replied')} WHERE first AND happened_at >= {year} GROUP BY 1",
        "all replies by hand": "SELECT date_trunc('month', happened_local), avg(calendar), "
        "quantile_cont(calendar, 0.5), quantile_cont(calendar, 0.9), quantile_cont(business, 0.5), count(*) "
        f"FROM {files('replied')} WHERE first GROUP BY 1",
        "channels by hand": f"SELECT date_trunc('month', happened_local), channel, count(*) FROM {files('created')} "
        f"WHERE happened_at >= {year} AND until_at IS NULL GROUP BY 1, 2",
        "heat map by hand": "SELECT isodow(happened_local), hour(happened_local), count(*) "
        f"FROM {files('created')} WHERE happened_at >= {year} AND until_at IS NULL GROUP BY 1, 2",
    }
    for name, query in by_hand.items():

        def run(query: str = query) -> None:
            store.engine().execute(query).fetchall()

        print(f"{name:>22}: {_ms(run)}")


def _fold(tickets: int) -> None:
    """A desk's own audits: all anew, then a hundred updates taken in one by one, and together."""
    from sportello.desk.actions import people
    from sportello.desk.actions import tickets as verbs
    from sportello.desk.models import Ticket
    from sportello.desk.words import Role, Via
    from sportello.reports.folding import sync

    _live(tickets)
    began = time.perf_counter()
    sync.rebuild()
    seconds = time.perf_counter() - began
    print(f"{tickets} folded anew: {seconds:.1f} s, {1e6 * seconds / tickets:.0f} µs each, {_memory():.0f} MB at most")
    agent = people.add("Anna", "anna@desk.example", role=Role.AGENT, language="en")
    for together in (1, 10, 100):
        spent = []
        for _number in range(5):
            for pk in Random(together).sample(list(Ticket.objects.values_list("pk", flat=True)[:1000]), together):
                verbs.update(pk, verbs.Change(words=verbs.Words("Note.", public=False)), actor=agent, via=Via.WEB)
            began = time.perf_counter()
            sync.step()
            spent.append((time.perf_counter() - began) / together)
        print(f"{together} taken in at once: {1000 * median(spent):.1f} ms each")


def _live(tickets: int) -> None:
    """Tickets with six audits each, written in bulk."""
    from benchmarks.seed import seed
    from sportello.desk.models import Audit, Ticket

    seed(tickets, messages=1)
    Audit.objects.all().delete()
    dice, agent = Random(1), None
    for low in range(0, tickets, 2_000):
        audits = []
        for ticket in Ticket.objects.order_by("pk")[low : low + 2_000]:
            agent, at = ticket.assignee_id or agent, ticket.created_at
            told: list[tuple[int | None, list[dict[str, Any]]]] = [
                (ticket.requester_id, [_set("requester_id", ticket.requester_id, "Create"),
                 _set("status", "new", "Create"), _said("end-user")]),
                (agent, [_set("assignee_id", agent), _set("status", "open")]),
                (agent, [_set("status", "pending"), _said("agent")]),
                (ticket.requester_id, [_set("status", "open"), _said("end-user")]),
                (agent, [_set("status", "solved"), _said("agent")]),
                (None, [_set("status", "closed")]),
            ]  # fmt: skip
            for author, events in told:
                audits.append(
                    Audit(ticket=ticket, author_id=author, via={"channel": "web"}, events=events, created_at=at)
                )
                at += timedelta(minutes=dice.randint(1, 2_000))
        Audit.objects.bulk_create(audits, batch_size=2_000)
    Ticket.objects.update(status="open", solved_at=None)


def _set(name: str, value: object, kind: str = "Change") -> dict[str, Any]:
    return {"type": kind, "field_name": name, "value": value}


def _said(by: str) -> dict[str, Any]:
    return {"type": "Comment", "public": True, "automatic": False, "by": by}


def _ms(what: Callable[[], None]) -> str:
    """The first time, and the median of five."""
    spent = []
    for _number in range(6):
        began = time.perf_counter()
        what()
        spent.append(1000 * (time.perf_counter() - began))
    return f"first {spent[0]:.0f} ms, then {median(spent[1:]):.0f} ms"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--folded", type=int, default=20_000)
    arguments = parser.parse_args()
    main(arguments.tickets, arguments.folded)
