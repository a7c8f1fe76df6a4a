"""How long the dashboards take over facts that there are, each beside the same written by hand on the same engine.

python -m benchmarks.figures FOLDER [--rounds 5]

FOLDER: the data folder of a desk, as benchmarks.facts makes one. It is a process of its own, so that the memory told
is that of figures alone. By hand: what one would type into DuckDB to get the same, one statement for each table, on the
same files. Both are run in turns, so that what else the machine does falls on both.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

ZONE = "Europe/Rome"
YEARS = 4
LAST = datetime(2026, 11, 1, tzinfo=UTC)
Asked = list[tuple[tuple[str, ...], tuple[str, ...], int]]

REPLIES = tuple(f"first_reply_time_in_minutes_{it}" for it in ("mean", "median", "p90", "median_business"))
OVERVIEW = ("num_new_tickets", "num_solved_tickets", "backlog", "one_touch_percentage", "satisfaction_rating")
# Each dashboard: measures, dimensions, months back.
BOARDS: dict[str, Asked] = {
    "overview": [((*OVERVIEW, *REPLIES), (), 1), (OVERVIEW, ("month",), 12)],
    "efficiency": [
        ((*REPLIES, "first_reply_within_hour"), ("month",), 12),
        (("num_first_replies",), ("duration",), 12),
    ],
    "satisfaction": [(("satisfaction_rating", "response_rate"), ("month",), 12), (("num_bad_votes",), ("agent",), 12)],
    "agents": [(("num_solved_tickets", "num_touches", *REPLIES, "satisfaction_rating"), ("agent",), 1)],
    "organizations": [(("num_new_tickets", "satisfaction_rating", *REPLIES), ("organization",), 3)],
    "SLA": [(("sla_achieved_percentage", "num_sla_breaches"), ("month",), 12)],
    "channels": [(("num_new_tickets",), ("month", "channel"), 12)],
    "backlog": [(("backlog",), ("day", "group"), 3)],
    "heat map": [(("num_new_tickets",), ("weekday", "hour"), 12)],
    "strict first contact": [(("first_contact_strict_percentage",), (), 1)],
    "all years": [((*OVERVIEW, *REPLIES), ("month",), 12 * YEARS)],
}
MONTH = "date_trunc('month', {}_local)"
HELD = "(until_at IS NULL OR until_at >= '{end}')"
TIMES = (
    "avg(calendar), quantile_cont(calendar, 0.5), quantile_cont(calendar, 0.9), quantile_cont(business, 0.5), count(*)"
)


def by_hand(since: dict[int, str], end: str) -> dict[str, list[str]]:
    """The statements; since: where a period of so many months begins."""
    held = HELD.format(end=end)

    def counted(what: str, table: str, months: int, by: str = "", at: str = "happened", where: str = held) -> str:
        within = f"{at}_at >= '{since[months]}' AND {at}_at < '{end}' AND {where}"
        split, group = (f"{by.format(at)}, ", f" GROUP BY {by.format(at)}") if by else ("", "")
        return f"SELECT {split}{what} FROM {{{table}}} WHERE {within}{group}"

    def overview(months: int, by: str) -> list[str]:
        asked = [
            counted("count(*)", "created", months, by),
            counted("count(*), count(*) FILTER (replies < 2)", "solved", months, by),
            counted("count(*), count(*) FILTER (score = 'good')", "votes", months, by, "rated", "score <> 'offered'"),
            f"SELECT count(*) FROM {{spells}} WHERE happened_at < '{since[months] if by else end}' "
            f"AND (until_at IS NULL OR until_at >= '{since[months] if by else end}') AND status <> 'closed'",
        ]
        if by:  # The backlog, month by month: what came and what went.
            asked += [
                counted("count(*)", "spells", months, by, at, "status <> 'closed'") for at in ("happened", "until")
            ]
        return asked

    classes = "CASE WHEN calendar <= 5 THEN 0 WHEN calendar <= 60 THEN 1 WHEN calendar <= 1440 THEN 2 ELSE 3 END"
    moved = [counted("count(*)", "spells", 3, "{}_local::DATE, group_id", at, "status <> 'closed'") for at in ("happened", "until")]  # fmt: skip  # noqa: E501
    replied = {months: counted(TIMES, "replied", months, MONTH, where="first") for months in (12, 48)}
    return {
        "overview": [*overview(1, ""), counted(TIMES, "replied", 1, where="first"), *overview(12, MONTH)],
        "efficiency": [replied[12], counted("count(*)", "replied", 12, classes, where="first")],
        "satisfaction": [
            counted("count(*), count(*) FILTER (score = 'good')", "votes", 12, MONTH, "rated", "score <> 'offered'"),
            counted("count(*), count(rated_at)", "votes", 12, MONTH, where="true"),
            counted("count(*)", "votes", 12, "agent_id", "rated", "score = 'bad'"),
        ],
        "agents": [
            counted("count(*)", "solved", 1, "agent_id"),
            counted("count(*)", "touches", 1, "agent_id", where="true"),
            counted(TIMES, "replied", 1, "agent_id", where="first"),
            counted("avg((score = 'good')::INT)", "votes", 1, "agent_id", "rated", "score <> 'offered'"),
        ],
        "organizations": [
            counted("count(*)", "created", 3, "organization_id"),
            counted(TIMES, "replied", 3, "organization_id", where="first"),
            counted("avg((score = 'good')::INT)", "votes", 3, "organization_id", "rated", "score <> 'offered'"),
        ],
        "SLA": [counted("count(*), count(*) FILTER (achieved)", "sla", 12, MONTH)],
        "channels": [counted("count(*)", "created", 12, f"{MONTH}, channel")],
        "backlog": [
            f"SELECT group_id, count(*) FROM {{spells}} WHERE happened_at < '{since[3]}' AND "
            f"(until_at IS NULL OR until_at >= '{since[3]}') AND status <> 'closed' GROUP BY 1",
            *moved,
        ],
        "heat map": [counted("count(*)", "created", 12, "isodow({0}_local), hour({0}_local)")],
        "strict first contact": [
            f"WITH s AS (SELECT * FROM {{solved}} WHERE happened_at >= '{since[1]}' AND {held}), "
            f"c AS (SELECT requester_id, happened_at FROM {{created}} WHERE happened_at >= '{since[1]}' AND {held}) "
            "SELECT count(*), count(*) FILTER (replies = 1 AND reopens = 0 AND assignee_stations <= 1 AND NOT EXISTS ("
            "SELECT 1 FROM c WHERE c.requester_id = s.requester_id AND c.happened_at > s.happened_at "
            "AND c.happened_at <= s.happened_at + INTERVAL 7 DAY)) FROM s"
        ],
        "all years": [*overview(48, MONTH), replied[48]],
    }


def main(rounds: int) -> None:
    from sportello.reports.figures import answer, source
    from sportello.reports.figures.query import Query
    from sportello.reports.folding import store, sync
    from sportello.reports.folding.schema import TABLES

    start = {months: LAST - timedelta(days=30.4375 * months) for months in (1, 3, 12, 48)}
    since = {months: f"{at:%Y-%m-%d %H:%M}" for months, at in start.items()}
    files = {name: f"read_parquet('{sync.folder() / name}/*.parquet')" for name in TABLES}
    statements = by_hand(since, f"{LAST:%Y-%m-%d}")
    print(f"{'':>22}  {'first':>8} {'then':>8} {'by hand':>8}  ratio")
    for name, asked in BOARDS.items():

        def show(asked: Asked = asked) -> None:
            queries = [Query(keys, start[months], LAST, ZONE, by) for keys, by, months in asked]
            answer.ask_all(source.own(), queries)

        def hand(name: str = name) -> None:
            for statement in statements[name]:
                store.engine().execute(statement.format(**files)).fetchall()

        first, ours, theirs = _ms(show), [], []
        _ms(hand)
        for _round in range(rounds):
            ours.append(_ms(show))
            theirs.append(_ms(hand))
        ratio = median(ours) / median(theirs)
        print(f"{name:>22}: {first:5.0f} ms {median(ours):5.0f} ms {median(theirs):5.0f} ms  {ratio:.1f}", flush=True)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


def _ms(what: Callable[[], None]) -> float:
    began = time.perf_counter()
    what()
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    os.environ["SPORTELLO_DATA"] = arguments.folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "sportello.config.settings"
    import django

    django.setup()
    main(arguments.rounds)
