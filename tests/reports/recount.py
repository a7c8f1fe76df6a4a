"""Figures once more, straight from the logs in plain Python: what was known when the period ended, and nothing later.

Shares no code with reports.folding and reports.figures. Cutting the history off at the period's end is how this reading
knows what had been taken back by then; the facts know it by their spans.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import mean

from sportello.desk.models import Audit, SatisfactionRating, SlaEvent, TimeEntry, User
from sportello.desk.rules import metrics
from sportello.desk.rules.metrics import AuditFacts
from sportello.desk.words import FINISHED
from sportello.helpcenter.models import ArticleReading
from tests.reports.plain_hours import PlainHours, people

BASES = {"": "calendar", "_business": "business"}


@dataclass
class Seen:
    """A ticket as it was known at a time."""

    id: int
    metric: metrics.Metric
    status: str
    gone: str
    requester: int
    created_at: datetime
    audits: list
    nexts: list = field(default_factory=list)


class Recount:
    def __init__(self, zone: str) -> None:
        self.hours, self.people = PlainHours(zone), people()
        self.staff = set(User.objects.filter(role__in=("agent", "admin")).values_list("pk", flat=True))
        self.by_ticket: dict[int, list] = {}
        for audit in Audit.objects.order_by("id"):
            self.by_ticket.setdefault(audit.ticket_id, []).append(audit)

    def business(self, schedule, start, end):
        return self.hours.business(schedule, start, end)

    def seen(self, ticket_id, until) -> Seen | None:
        audits = [it for it in self.by_ticket[ticket_id] if it.created_at < until]
        if not audits:
            return None
        metric = metrics.rebuild((AuditFacts(it.author_id, it.events, it.created_at) for it in audits), self.business)
        spam = merged = False
        for audit in audits:
            codes = {event.get("code") for event in audit.events}
            for event in audit.events:
                merged = {"Merge": True, "Unmerge": False}.get(event["type"], merged)
            if "spam" in codes:
                spam = True
            elif "undone" in codes and any(it.get("values", {}).get("spam") is not None for it in audit.events):
                spam = False
        gone = "spam" if spam else "merged" if merged else ""
        asked_by = self.person(values(audits, "requester_id")[-1])
        return Seen(ticket_id, metric, metric.fold["status"], gone, asked_by, audits[0].created_at, audits)

    def when_solved(self, it):
        """A solution has its counts and times from its own instant: what comes later is not its own."""
        then = self.seen(it.id, it.metric.solved_at + timedelta(microseconds=1))
        return replace(it, metric=then.metric)

    def person(self, pk):
        return self.people.get(pk, pk)

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
        solved = [
            self.when_solved(it) for it in seen if within(it.metric.solved_at) and it.status in FINISHED and not it.gone
        ]
        arrival = self.hours.arrival
        found = {
            "num_new_tickets": (len(created), len(created)),
            "num_new_tickets_outside_hours": share(created, lambda it: arrival(it.created_at) != "hours"),
            "new_tickets_night": share(created, lambda it: arrival(it.created_at) == "night"),
            "new_tickets_closed_day": share(created, lambda it: arrival(it.created_at) == "closed_day"),
            "new_tickets_by_agents": share(created, lambda it: said(it.audits[0]).get("by") == "agent"),
            "direct_contact_percentage": share(created, lambda it: "contact" in codes_of(it.audits[0])),
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
        before = {it.id: it.metric.reopens for it in self.all(start)}
        reopened = sum(it.metric.reopens - before.get(it.id, 0) for it in seen)
        found["num_reopened_tickets"] = (reopened, reopened)
        first = [it for it in seen if within(it.metric.first_reply_at)]
        found["num_first_replies"] = (len(first), len(first))
        found |= self.work(seen, within, len(solved))
        nexts = [wait for it in seen for wait in self.next_replies(it) if within(wait[1])]
        for suffix, basis in BASES.items():
            found |= spread("first_reply", suffix, [getattr(it.metric, f"reply_{basis}") for it in first])
            waits = [int(it[1].timestamp()) - int(it[0].timestamp()) if not suffix else self.spent(*it) for it in nexts]
            found |= spread("next_reply", suffix, [seconds // 60 for seconds in waits])
            found |= spread(
                "full_resolution", suffix, [getattr(it.metric, f"full_resolution_{basis}") for it in solved]
            )
            for name in ("requester_wait", "agent_wait", "on_hold"):
                minutes = [getattr(it.metric, f"{name}_{basis}") or 0 for it in solved]
                found |= times(name, suffix, minutes)
            found |= times("agent_work", suffix, [agent_work(it, bool(suffix)) for it in solved])
            given = [it for it in seen if within(it.metric.first_solved_at)]
            minutes = [getattr(it.metric, f"first_resolution_{basis}") for it in given]
            found |= times("first_resolution", suffix, minutes)
        for name in ("hours", "night", "closed_day"):
            minutes = [it.metric.reply_calendar for it in first if arrival(it.created_at) == name]
            found |= spread("first_reply", {"hours": "_arrived_open"}.get(name, f"_arrived_{name}"), minutes)
        minutes = [it.metric.reply_calendar for it in first if arrival(it.created_at) != "hours"]
        found |= spread("first_reply", "_arrived_closed", minutes)
        found |= spread("first_reply", "_business_last_schedule", [self.by_last_schedule(it) for it in first])
        found |= self.votes(start, end, len(solved)) | self.others(start, end) | self.readings(start, end)
        return found

    def by_last_schedule(self, it):
        replied = it.metric.first_reply_at
        known = values([audit for audit in it.audits if audit.created_at <= replied], "schedule_id")
        return self.business(known[-1] if known else None, it.created_at, replied) // 60

    def work(self, seen, within, solved):
        """Touches, handoffs and closings, update by update."""
        touched, handed, closed = [], 0, 0
        for it in seen:
            was = {"assignee_id": None, "group_id": None, "requester_id": None, "status": "", "gone": False}
            for number, audit in enumerate(it.audits):
                now = after(was, audit)
                if within(audit.created_at):
                    entered = (now["status"], now["gone"]) != (was["status"], was["gone"])
                    closed += entered and now["status"] == "closed" and not now["gone"]
                    if number:
                        touched += [audit.author_id] if self.is_touch(audit, now["requester_id"]) else []
                        handed += any(
                            was[name] and now[name] and was[name] != now[name] for name in ("assignee_id", "group_id")
                        )
                was = now
        agents = len(set(touched))
        return {
            "num_closed_tickets": (closed, closed),
            "num_touches": (len(touched), len(touched)),
            "num_handoffs": (handed, handed),
            "num_active_agents": (agents, agents),
            "touches_per_ticket": (len(touched) / solved if solved else None, solved),
            "handoffs_per_ticket": (handed / solved if solved else None, solved),
        }

    def is_touch(self, audit, requester):
        """By a person who works here; not on his own request, not by a notice about time or a vote."""
        comment = said(audit)
        if audit.author_id is None or comment.get("automatic"):
            return False
        is_work = any(
            event.get("code") not in ("time_spent", "time_removed", "vote_reviewed") for event in audit.events
        )
        is_own = self.person(audit.author_id) == self.person(requester)
        return comment.get("by") == "agent" or (audit.author_id in self.staff and is_work and not is_own)

    def is_strict(self, it, created):
        again = any(
            it.metric.solved_at < other.created_at <= it.metric.solved_at + timedelta(days=7)
            and other.requester == it.requester
            for other in created
        )
        metric = it.metric
        return metric.replies == 1 and metric.assignee_stations <= 1 and metric.reopens == 0 and not again

    def votes(self, start, end, solved):
        """As they stand now."""
        ratings = SatisfactionRating.objects
        rated = list(ratings.filter(rated_at__gte=start, rated_at__lt=end))
        is_help = lambda it: (it.reviewed_about or it.about or "help") == "help"  # noqa: E731
        help_ = [it for it in rated if it.score == "good" or is_help(it)]
        surveyed = list(ratings.filter(offered_at__gte=start, offered_at__lt=end))
        bad = [it for it in rated if it.score == "bad"]
        return {
            "satisfaction_rating": share(rated, lambda it: it.score == "good"),
            "satisfaction_rating_help": share(help_, lambda it: it.score == "good"),
            "num_votes": (len(rated), len(rated)),
            "num_bad_votes": (len(bad), len(bad)),
            "num_bad_votes_else": (sum(not is_help(it) for it in bad),) * 2,
            "num_bad_votes_help": (sum(is_help(it) for it in bad),) * 2,
            "num_good_votes": (len(rated) - len(bad),) * 2,
            "num_surveyed": (len(surveyed), len(surveyed)),
            "surveyed_percentage": (len(surveyed) / solved if solved else None, solved),
            "rated_of_solved": (len(rated) / solved if solved else None, solved),
            "response_rate": share(surveyed, lambda it: it.rated_at is not None),
        }

    def others(self, start, end):
        zone = self.hours.zone
        days = start.astimezone(zone).date(), end.astimezone(zone).date()
        spent = list(TimeEntry.objects.filter(spent_on__gte=days[0], spent_on__lt=days[1]))
        ended = self.promises(start, end)
        breaches = ended.count("breach")
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
            "sla_achieved_percentage": share(ended, lambda it: it == "fulfill"),
            "num_public_comments": (public, public),
            "num_notes": (len(events) - public,) * 2,
            "num_direct_contacts": (contacts, contacts),
        }

    def readings(self, start, end):
        """As they stand in their log: it only grows."""
        log = list(ArticleReading.objects.filter(happened_at__gte=start, happened_at__lt=end))
        by_kind = {kind: [it for it in log if it.kind == kind] for kind in ArticleReading.Kind.values}
        visits = len({it.visit for it in by_kind["shown"]})
        helped, not_helped = len(by_kind["helped"]), len(by_kind["not_helped"])
        avoided, written = len(by_kind["avoided"]), len(by_kind["written"])
        return {
            "num_articles_shown": (len(by_kind["shown"]),) * 2,
            "num_articles_opened": (len(by_kind["opened"]),) * 2,
            "num_article_answers": (helped + not_helped,) * 2,
            "article_helpful_percentage": share([1] * helped + [0] * not_helped, bool),
            "num_requests_with_articles": (visits, visits),
            "num_tickets_avoided": (avoided - written, avoided + written),
            "tickets_avoided_percentage": ((avoided - written) / visits if visits else None, visits),
        }

    def promises(self, start, end):
        """How each clock that ended in time, or was missed, stood at the end: "fulfill" or "breach"."""
        clocks = {}
        for it in SlaEvent.objects.filter(at__lt=end).order_by("at", "id"):
            clocks.setdefault((it.ticket_id, it.metric, it.instance), []).append(it)
        ended = []
        for log in clocks.values():
            missed = [it for it in log if it.type == "breach" and it.policy_id]
            last = max((place for place, it in enumerate(log) if it.type == "activate"), default=-1)
            kept = [it for it in log[last + 1 :] if it.type == "fulfill" and it.policy_id]
            ended += (missed or kept)[:1]
        return [it.type for it in ended if it.at >= start]


def values(audits, name):
    """What a field was set to, one after the other."""
    return [event["value"] for audit in audits for event in audit.events if event.get("field_name") == name]


def codes_of(audit):
    return {event.get("code") for event in audit.events}


def said(audit):
    """What was written in an update; nothing: {}."""
    return next((it for it in audit.events if it["type"] == "Comment"), {})


def after(was, audit):
    """The ticket after an update."""
    now = was | {it["field_name"]: it["value"] for it in audit.events if it.get("field_name") in was}
    for event in audit.events:
        if event["type"] in ("Merge", "Unmerge"):
            is_merge = event["type"] == "Merge"
            now |= {"gone": is_merge, "status": "closed" if is_merge else event["status"]}
    if "spam" in codes_of(audit):
        now["gone"] = True
    elif "undone" in codes_of(audit) and any(it.get("values", {}).get("spam") is not None for it in audit.events):
        now["gone"] = False
    return now


def agent_work(it, in_business):
    """New and open: what is left of new, open and hold without hold."""
    seconds = it.metric.fold["seconds"]
    waited, held = (seconds.get(name, (0, 0))[in_business] for name in ("requester_wait", "on_hold"))
    return (waited - held) // 60


def times(stem, suffix, minutes):
    return {key: it for key, it in spread(stem, suffix, minutes).items() if "within" not in key}


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
