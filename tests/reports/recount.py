"""Figures once more, straight from the audits in plain Python: what was known when the period ended, and nothing later.

Shares no code with reports.folding and reports.figures but the hours of the desk. Cutting the history off at the
period's end is how this reading knows what had been taken back by then; the facts know it by their spans.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import mean

from sportello.desk.models import Audit, SatisfactionRating, SlaEvent, TimeEntry, User
from sportello.desk.rules import metrics
from sportello.desk.rules.metrics import AuditFacts
from sportello.desk.words import FINISHED
from sportello.reports.folding import read

BASES = {"": "calendar", "_business": "business"}


@dataclass
class Seen:
    """A ticket as it was known at a time."""

    id: int
    metric: metrics.Metric
    status: str
    gone: bool
    requester: int
    created_at: datetime
    audits: list
    nexts: list = field(default_factory=list)


class Recount:
    def __init__(self) -> None:
        self.desk = read.desk()
        self.staff = set(User.objects.filter(role__in=("agent", "admin")).values_list("pk", flat=True))
        self.by_ticket: dict[int, list] = {}
        for audit in Audit.objects.order_by("id"):
            self.by_ticket.setdefault(audit.ticket_id, []).append(audit)

    def business(self, schedule, start, end):
        return self.desk.hours.business(schedule, start, end)

    def seen(self, ticket_id, until) -> Seen | None:
        audits = [it for it in self.by_ticket[ticket_id] if it.created_at < until]
        if not audits:
            return None
        metric = metrics.rebuild((AuditFacts(it.author_id, it.events, it.created_at) for it in audits), self.business)
        gone = merged = False
        requester = 0
        for audit in audits:
            codes = {event.get("code") for event in audit.events}
            for event in audit.events:
                merged = {"Merge": True, "Unmerge": False}.get(event["type"], merged)
                requester = event["value"] if event.get("field_name") == "requester_id" else requester
            if "spam" in codes:
                gone = True
            elif "undone" in codes and any(it.get("values", {}).get("spam") is not None for it in audit.events):
                gone = False
        person = self.desk.people.get(requester, requester)
        status = metric.fold["status"]
        return Seen(ticket_id, metric, status, gone or merged, person, audits[0].created_at, audits)

    def all(self, until):
        return [seen for pk in self.by_ticket if (seen := self.seen(pk, until))]

    def next_replies(self, seen):
        """(asked at, answered at, schedule changes) of every wait after the first reply."""
        asked, replied, status, schedules, found, gone = None, False, "", [(seen.created_at, None)], [], False
        for number, audit in enumerate(seen.audits):
            codes = {event.get("code") for event in audit.events}
            comment = next((it for it in audit.events if it["type"] == "Comment"), None)
            for event in audit.events:
                if event.get("field_name") == "schedule_id":
                    schedules.append((audit.created_at, event["value"]))
                if event.get("field_name") == "status":
                    status = event["value"]
                if event["type"] in ("Merge", "Unmerge"):
                    gone, status = event["type"] == "Merge", event.get("status", status)
            public = comment and comment["public"] and not comment["automatic"]
            if number and public and comment["by"] == "agent":
                if replied and asked:
                    found.append((asked, audit.created_at, list(schedules)))
                asked, replied = None, True
            if status in FINISHED or gone:
                asked = None
            elif number and public and comment["by"] == "end-user" and "thanks" not in codes:
                asked = asked or audit.created_at
        return found

    def spent(self, start, end, schedules):
        untils = [since for since, _id in schedules[1:]] + [end]
        return sum(
            self.business(pk, max(start, since), min(end, until))
            for (since, pk), until in zip(schedules, untils, strict=True)
        )

    def figures(self, start, end):
        """{key: (value, n)} of [start, end)."""
        seen = self.all(end)
        within = lambda at: at is not None and start <= at < end  # noqa: E731
        created = [it for it in seen if within(it.created_at) and not it.gone]
        solved = [it for it in seen if within(it.metric.solved_at) and it.status in FINISHED and not it.gone]
        arrival = self.desk.hours.arrival
        found = {
            "num_new_tickets": (len(created), len(created)),
            "num_new_tickets_outside_hours": share(created, lambda it: arrival(it.created_at) != "hours"),
            "new_tickets_night": share(created, lambda it: arrival(it.created_at) == "night"),
            "num_solved_tickets": (len(solved), len(solved)),
            "one_touch_percentage": share(solved, lambda it: it.metric.replies < 2),
            "one_reply_percentage": share(solved, lambda it: it.metric.replies == 1),
            "first_contact_strict_percentage": share(solved, lambda it: self.is_strict(it, created)),
            "reopened_percentage": share(solved, lambda it: it.metric.reopens > 0),
            "reassigned_percentage": share(solved, lambda it: it.metric.assignee_stations > 1),
            "replies_per_ticket": (mean(it.metric.replies for it in solved) if solved else None, len(solved)),
        }
        backlog = sum(it.status not in FINISHED and not it.gone for it in seen)
        found["backlog"] = (backlog, backlog)
        first = [it for it in seen if within(it.metric.first_reply_at)]
        nexts = [wait for it in seen for wait in self.next_replies(it) if within(wait[1])]
        for suffix, basis in BASES.items():
            found |= spread("first_reply", suffix, [getattr(it.metric, f"reply_{basis}") for it in first])
            waits = [int(it[1].timestamp()) - int(it[0].timestamp()) if not suffix else self.spent(*it) for it in nexts]
            found |= spread("next_reply", suffix, [seconds // 60 for seconds in waits])
            found |= spread(
                "full_resolution", suffix, [getattr(it.metric, f"full_resolution_{basis}") for it in solved]
            )
            for name in ("requester_wait", "agent_wait", "on_hold"):
                values = [getattr(it.metric, f"{name}_{basis}") or 0 for it in solved]
                found |= {key: it for key, it in spread(name, suffix, values).items() if "within" not in key}
        for name in ("hours", "night", "closed_day"):
            values = [it.metric.reply_calendar for it in first if arrival(it.created_at) == name]
            found |= spread("first_reply", {"hours": "_arrived_open"}.get(name, f"_arrived_{name}"), values)
        return found | self.votes(start, end) | self.others(start, end)

    def is_strict(self, it, created):
        again = any(
            it.metric.solved_at < other.created_at <= it.metric.solved_at + timedelta(days=7)
            and other.requester == it.requester
            for other in created
        )
        metric = it.metric
        return metric.replies == 1 and metric.assignee_stations <= 1 and metric.reopens == 0 and not again

    def votes(self, start, end):
        """As they stand now."""
        ratings = SatisfactionRating.objects
        rated = list(ratings.filter(rated_at__gte=start, rated_at__lt=end))
        help_ = [it for it in rated if it.score == "good" or it.about in ("", "help")]
        surveyed = list(ratings.filter(offered_at__gte=start, offered_at__lt=end))
        bad = [it for it in rated if it.score == "bad"]
        return {
            "satisfaction_rating": share(rated, lambda it: it.score == "good"),
            "satisfaction_rating_help": share(help_, lambda it: it.score == "good"),
            "num_votes": (len(rated), len(rated)),
            "num_bad_votes": (len(bad), len(bad)),
            "num_bad_votes_else": (sum(it.about not in ("", "help") for it in bad),) * 2,
            "num_surveyed": (len(surveyed), len(surveyed)),
            "response_rate": share(surveyed, lambda it: it.rated_at is not None),
        }

    def others(self, start, end):
        zone = self.desk.hours._zone
        days = start.astimezone(zone).date(), end.astimezone(zone).date()
        spent = list(TimeEntry.objects.filter(spent_on__gte=days[0], spent_on__lt=days[1]))
        missed = SlaEvent.objects.filter(type="breach", at__gte=start, at__lt=end, policy_id__isnull=False)
        breaches = len({(it.ticket_id, it.metric, it.instance) for it in missed})
        events = [
            (audit, event)
            for audits in self.by_ticket.values()
            for audit in audits[1:]
            if start <= audit.created_at < end
            for event in audit.events
            if event["type"] == "Comment" and event["by"] == "agent" and not event["automatic"]
        ]
        public = sum(event["public"] for _audit, event in events)
        contacts = sum(
            event.get("code") == "contact"
            for audits in self.by_ticket.values()
            for audit in audits
            if start <= audit.created_at < end
            for event in audit.events
        )
        return {
            "time_spent_in_minutes": (sum(it.minutes for it in spent), len(spent)),
            "num_sla_breaches": (breaches, breaches),
            "num_public_comments": (public, public),
            "num_notes": (len(events) - public,) * 2,
            "num_direct_contacts": (contacts, contacts),
        }


def share(of, holds):
    return (sum(map(bool, map(holds, of))) / len(of) if of else None, len(of))


def spread(stem, suffix, minutes):
    """Mean, median, p90, within an hour, 8, 24; by the definition of the percentile, not by its code."""
    ordered, n = sorted(minutes), len(minutes)

    def at(p):
        place = (n - 1) * p
        below, part = int(place // 1), place % 1
        return ordered[below] * (1 - part) + (ordered[below + 1] * part if part else 0)

    values = (sum(ordered) / n, at(0.5), at(0.9)) if n else (None,) * 3
    found = {
        f"{stem}_time_in_minutes_{name}{suffix}": (value, n)
        for name, value in zip(("mean", "median", "p90"), values, strict=True)
    }
    for name, limit in (("within_hour", 60), ("within_8_hours", 480), ("within_24_hours", 1440)):
        found[f"{stem}_{name}{suffix}"] = share(ordered, lambda it, limit=limit: it <= limit)
    return found
