"""Who came to a ticket with what was merged into it, and leaves it with it. Pure; docs/algorithms/merging.md"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

# As the SLA clocks see a merged ticket: nothing runs, nothing ends.
MERGED = "merged"
# The mail that tells a requester where his request goes on.
LETTER = "merged"
BY_HAND = 0


def who_leaves(audits: Iterable[Sequence[Mapping[str, Any]]], source_id: int, kind: str) -> set[int]:
    """Those whom the merge of source_id alone has brought: nobody else has put them there, by hand or by a merge.

    audits: the events of all updates of the ticket, oldest first. kind: "cc" or "follower".
    """
    because: dict[int, set[int]] = {}
    for events in audits:
        merges = [event for event in events if event.get("code") in ("merged", "unmerged")]
        for event in events:
            if event.get("field_name") == f"{kind}_ids":
                now = set(event["value"] or ())
                because = {person: because.get(person, set() if merges else {BY_HAND}) for person in now}
        for event in merges:
            values = event["values"]
            for person in values.get(kind, ()):
                because.setdefault(person, set()).add(values["ticket"])
            if event["code"] == "unmerged":
                for reasons in because.values():
                    reasons.discard(values["ticket"])
    return {person for person, reasons in because.items() if reasons == {source_id}}


def who_waits(
    audits: Iterable[Sequence[Mapping[str, Any]]], source_id: int, waiting_since: datetime | None
) -> datetime | None:
    """Since when somebody waits on a ticket once source_id has been taken out; as now where that changes nothing.

    audits: as above. waiting_since: now, with all that was merged. Each merge wrote down [before, what came with it].
    """
    own: datetime | None = None
    brought: dict[int, datetime] = {}
    for event in (event for events in audits for event in events):
        values = event.get("values", {})
        if event.get("code") == "merged" and "waiting" in values:
            before, came = (datetime.fromisoformat(at) if at else None for at in values["waiting"])
            if before != _earliest(own, brought):  # Somebody was answered, or wrote, since the last merge.
                own, brought = before, {}
            brought[values["ticket"]] = came or before  # type: ignore[assignment]
        elif event.get("code") == "unmerged":
            brought.pop(values["ticket"], None)
    if source_id not in brought or waiting_since != _earliest(own, brought):
        return waiting_since
    del brought[source_id]
    return _earliest(own, brought)


def _earliest(own: datetime | None, brought: Mapping[int, datetime]) -> datetime | None:
    return min(filter(None, (own, *brought.values())), default=None)
