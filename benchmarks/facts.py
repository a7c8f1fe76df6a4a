"""How long the figures take: dashboards over many tickets, beside the same by hand. Folding them: benchmarks.folding.

python -m benchmarks.facts [--tickets 1000000]

tickets: facts written straight as Parquet, four years of them; one of fifty is of the same customer.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.figures import LAST, YEARS, ZONE
from benchmarks.fresh_desk import fresh_desk

MICROS = 1_000_000
OPENED = """
    SELECT i AS ticket_id, make_timestamp({first} + i * {every}) AS opened,
        dice(i, 1) % 40 + 1 AS agent, dice(i, 2) % 8 + 1 AS of_group, dice(i, 3) % 300 + 1 AS company,
        if(dice(i, 4) % 50 = 0, 1, dice(i, 4) % {people} + 1) AS person,
        dice(i, 5) % 100 AS luck, dice(i, 6) % 2000 AS wait
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
        f"if(luck % 17 = 0, ['', 'waiting'][luck % 2 + 1], ''), '', NULL, false, 0, NULL, {SOLUTION}",
        "luck < 30",
    ),
    "sla": (REPLY, SPAN + ", 1, 'first_reply_time', 240, true, wait < 700, wait // 3", "luck < 95"),
    "contacts": ("opened", "'call'", "luck < 3"),
    "spent": (SOLUTION, f"wait // 10, CAST({SOLUTION} AS DATE)", "luck < 40"),
}


def main(tickets: int) -> None:
    with fresh_desk():
        from sportello.reports.folding import sync

        _write(tickets)
        print(f"{tickets} tickets, {_size(sync.folder()) / 1e6:.0f} MB of facts", flush=True)
        subprocess.run([sys.executable, "-m", "benchmarks.figures", str(sync.folder().parent)], check=True)


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


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    main(parser.parse_args().tickets)
