"""The grid in which a policy's targets are written: a row for each metric, a cell for each priority; empty: none.

A cell's control is named "targets.first_reply_time.high", a row's "business.first_reply_time".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.desk.rules.history import METRICS
from sportello.desk.rules.sla_targets import PRIORITIES
from sportello.desk.words import Priority
from sportello.web.ui import times

MEANINGS = {
    "first_reply_time": gettext_lazy("from the request to the first public answer"),
    "next_reply_time": gettext_lazy("from what the customer writes then to the next answer"),
    "periodic_update_time": gettext_lazy("from each public answer to the next one"),
    "pausable_update_time": gettext_lazy("the same, standing still while pending"),
    "requester_wait_time": gettext_lazy("until solved, standing still while pending"),
    "agent_work_time": gettext_lazy("until solved, standing still while pending or on hold"),
    "total_resolution_time": gettext_lazy("until solved, never standing still"),
}
CLOCK = re.compile(r"(\d{1,5}):([0-5]\d)(?: ?h)?")
SPELLED = re.compile(
    r"(?:(?P<hours>\d{1,5}(?:[.,]\d{1,2})?) ?(?:h|hrs?|hours?|or[ae])\.?)? ?"
    r"(?:(?P<minutes>\d{1,7}) ?(?P<unit>m|mins?|minutes?|minut[oi]|['’′])?\.?)?"
)


def read_minutes(text: str) -> int | None:
    """The minutes that somebody wrote: "1:30", "90 m", "1 h 30", "1,5 h", "2 ore"; None: what cannot be read.

    A bare number is not read: it might be hours or minutes.
    """
    said = " ".join(text.lower().split())
    if found := CLOCK.fullmatch(said):
        return int(found[1]) * 60 + int(found[2])
    spelled = SPELLED.fullmatch(said)
    if not spelled or (spelled["hours"] is None and spelled["unit"] is None):
        return None
    hours = float((spelled["hours"] or "0").replace(",", "."))
    return round(hours * 60) + int(spelled["minutes"] or 0)


def written(minutes: int) -> str:
    """Minutes as `read_minutes` reads them; never in days, of which business time has short ones."""
    hours, rest = divmod(minutes, 60)
    say = times.words()
    if not hours:
        return say["minutes"].format(n=rest)
    return say["hours"].format(n=f"{hours}:{rest:02}" if rest else hours)


@dataclass
class Grid:
    """What stands in the grid. cells: by metric and priority, as typed. business: by metric, "true", "false" or ""."""

    cells: dict[tuple[str, str], str]
    business: dict[str, str]

    @property
    def filled(self) -> list[tuple[str, str]]:
        return [place for place, text in self.cells.items() if text.strip()]

    def data(self) -> list[dict[str, Any]]:
        """As `actions.policies` takes it, which refuses what cannot be read."""
        return [
            {
                "metric": metric,
                "priority": priority,
                "target": read_minutes(self.cells[metric, priority]),
                "business_hours": {"true": True, "false": False}.get(self.business[metric]),
            }
            for metric, priority in self.filled
        ]

    def faults(self, refused: Mapping[str, object]) -> dict[str, str]:
        """The faults of a refusal ("targets.2.target") by the names of the controls."""
        found = {}
        for place, text in refused.items():
            if not place.startswith("targets."):
                continue
            number, part = place.split(".")[1:]
            metric, priority = self.filled[int(number)]
            if part == "business_hours":
                found[f"business.{metric}"] = str(text)
                continue
            found[f"targets.{metric}.{priority}"] = _unclear(self.cells[metric, priority].strip()) or str(text)
        return found

    def rows(self, faults: Mapping[str, str]) -> list[SimpleNamespace]:
        """For the template."""
        return [
            SimpleNamespace(
                name=f"business.{metric}",
                label=label,
                meaning=MEANINGS[metric],
                business=self.business[metric],
                fault=faults.get(f"business.{metric}", ""),
                cells=[
                    SimpleNamespace(
                        name=f"targets.{metric}.{priority}",
                        label=priority_label(priority),
                        text=self.cells[metric, priority],
                        fault=faults.get(f"targets.{metric}.{priority}", ""),
                    )
                    for priority in PRIORITIES
                ],
            )
            for metric, label in METRICS.items()
        ]


def _unclear(typed: str) -> str:
    """Why a cell cannot be read; "" when it can."""
    if typed.isdecimal():
        return _("Hours or minutes? Write “%(n)s h” or “%(n)s min”.") % {"n": typed}
    return _("Write it like 1:30, 90 min or 8 h.") if read_minutes(typed) is None else ""


def priority_label(name: str) -> str:
    return str(Priority[name.upper()].label)


def posted(post: QueryDict) -> Grid:
    cells = {(metric, it): post.get(f"targets.{metric}.{it}", "")[:40] for metric in METRICS for it in PRIORITIES}
    return Grid(cells, {metric: post.get(f"business.{metric}", "") for metric in METRICS})


def kept(targets: list[dict[str, Any]]) -> Grid:
    """Targets as they are kept. Where those of a metric differ in how they count, it must be chosen anew."""
    texts = {(it["metric"], it["priority"]): written(it["target"]) for it in targets}
    counted = {metric: {it["business_hours"] for it in targets if it["metric"] == metric} for metric in METRICS}
    names = {True: "true", False: "false"}
    return Grid(
        {(metric, it): texts.get((metric, it), "") for metric in METRICS for it in PRIORITIES},
        {metric: names[next(iter(ways), True)] if len(ways) < 2 else "" for metric, ways in counted.items()},
    )


def promised(targets: list[dict[str, Any]]) -> list[SimpleNamespace]:
    """Targets in short, for a list: each metric with its shortest and its longest, for each way to count."""
    found = []
    for metric, label in METRICS.items():
        for is_business in (True, False):
            own = {it["target"] for it in targets if (it["metric"], it["business_hours"]) == (metric, is_business)}
            if own:
                text = " – ".join(map(written, sorted({min(own), max(own)})))
                found.append(SimpleNamespace(label=label, text=text, is_business=is_business))
    return found


def clauses(targets: list[dict[str, Any]]) -> list[str]:
    """Targets in words, a clause for each metric and way to count: "First reply: Urgent 15 min, High 1:30 h (…)"."""
    found = []
    for metric, label in METRICS.items():
        for is_business in (True, False):
            own = {
                it["priority"]: f"{priority_label(it['priority'])} {written(it['target'])}"
                for it in targets
                if (it["metric"], it["business_hours"]) == (metric, is_business)
            }
            if own:
                times_in_order = ", ".join(own[it] for it in PRIORITIES if it in own)
                found.append(f"{capfirst(label)}: {times_in_order} ({_counted(is_business)})")
    return found


def _counted(is_business: bool) -> str:
    return _("business hours") if is_business else _("calendar hours")


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What a change of a policy did to its targets: ("-" for what went, "+" for what came; words)."""
    if before is None or after is None:
        return []
    gone = [("-", _in_words(it)) for it in before["targets"] if it not in after["targets"]]
    return gone + [("+", _in_words(it)) for it in after["targets"] if it not in before["targets"]]


def _in_words(target: Mapping[str, Any]) -> str:
    counted = _counted(target["business_hours"])
    which = f"{METRICS[target['metric']]}, {priority_label(target['priority'])}"
    return f"{which}: {written(target['target'])} ({counted})"
