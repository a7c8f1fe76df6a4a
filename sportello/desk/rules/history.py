"""A ticket's history in words: one sentence for each event of an audit, in the active language."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from ..words import About, Contact, Priority, Score, Status, Step, TicketType, TimerKind
from . import custom_fields, time_spent
from .custom_fields import CustomField
from .protocol import CONTACT
from .texts import in_language

METRICS = {
    "first_reply_time": gettext_lazy("first reply"),
    "next_reply_time": gettext_lazy("next reply"),
    "periodic_update_time": gettext_lazy("regular update"),
    "pausable_update_time": gettext_lazy("regular update, not while pending"),
    "requester_wait_time": gettext_lazy("waiting of the requester"),
    "agent_work_time": gettext_lazy("work of the agents"),
    "total_resolution_time": gettext_lazy("solution"),
}

AUTOMATION = "automation"

# The name of a person (or group, organization) by id; "" when unknown.
Name = Callable[[str, int], str]
NO_FIELDS: Mapping[int, CustomField] = MappingProxyType({})


def describe(event: Mapping[str, Any], name: Name, own: Mapping[int, CustomField] = NO_FIELDS) -> str:
    """What happened; "" for what the conversation itself shows. name(kind, id).

    kind: "user", "group", "organization", "schedule" or "form". own: the fields that the desk has added.
    """
    kind = event["type"]
    if kind in ("Create", "Change"):
        own_id = custom_fields.id_of(event["field_name"])
        return _own_change(event, own.get(own_id)) if own_id else _change(event, name)
    if kind == "Notification":
        people = ", ".join(filter(None, (name("user", user) for user in event["recipients"])))
        step = _("Direct contact") if event["step"] == CONTACT else Step(event["step"]).label
        return _("Mail “%(step)s” to %(people)s") % {"step": step, "people": people}
    if kind == "SatisfactionRating":
        return _rating(event)
    if kind == "Rule":
        by_time = event.get("rel") == AUTOMATION
        said = _("The automation “%(title)s” acted") if by_time else _("The trigger “%(title)s” acted")
        return said % {"title": event["title"]}
    if kind == "Sla":
        return _("SLA policy: %(title)s") % {"title": event["title"]} if event["title"] else _("No SLA policy")
    if kind == "SlaBreach":
        return _("SLA target missed: %(metric)s") % {"metric": METRICS[event["metric"]]}
    if kind == "Merge":
        return _("Merged into #%(ticket)s") % {"ticket": event["into"]}
    if kind == "Unmerge":
        return _("Taken back out of #%(ticket)s") % {"ticket": event["from"]}
    if kind == "Note":
        return note(event["code"], event.get("values", {}))
    return ""


def _own_change(event: Mapping[str, Any], field: CustomField | None) -> str:
    """Of a field that is gone only what stood there."""
    language = get_language() or "en"
    title = in_language(field.title, language[:2]) if field else _("a field that is not there any more")
    value = event["value"]
    if value in (None, ""):
        return _("%(field)s: empty") % {"field": title}
    said = custom_fields.shown(field, custom_fields.stored(field, value), language) if field else ""
    return _("%(field)s: %(value)s") % {"field": title, "value": said or str(value)}


def _change(event: Mapping[str, Any], name: Name) -> str:
    field, value = event["field_name"], event["value"]
    if event["type"] == "Create" and field in ("subject", "requester_id", "submitter_id", "organization_id"):
        return ""
    if field == "status":
        return _("Status: %(status)s") % {"status": Status(value).label}
    if field == "assignee_id":
        said = _("Assigned to %(agent)s") % {"agent": name("user", value)} if value else _("Assigned to nobody")
        return f"{said}, {_routed(event['routed'])}" if "routed" in event else said
    if field == "group_id":
        return _("Group: %(group)s") % {"group": name("group", value)} if value else _("No group")
    if field == "form_id":
        return _("Form: %(form)s") % {"form": name("form", value)} if value else _("The usual form")
    if field == "schedule_id":
        said = _("Schedule: %(schedule)s")
        return said % {"schedule": name("schedule", value)} if value else _("The desk's schedule")
    if field == "problem_id":
        return _("Incident of problem #%(ticket)s") % {"ticket": value} if value else _("No incident of a problem")
    if field == "priority":
        return _("Priority: %(priority)s") % {"priority": Priority[value.upper()].label} if value else _("No priority")
    if field == "type":
        return _("Type: %(type)s") % {"type": TicketType(value).label} if value else _("No type")
    if field == "subject":
        return _("Subject: %(subject)s") % {"subject": value}
    if field == "tags":
        return _("Tags: %(tags)s") % {"tags": ", ".join(value)} if value else _("No tags")
    return _taking_part(field, value, name)


def _taking_part(field: str, value: Any, name: Name) -> str:
    if field not in ("cc_ids", "follower_ids"):
        return ""
    people = ", ".join(filter(None, (name("user", user) for user in value)))
    if field == "cc_ids":
        return _("In copy: %(people)s") % {"people": people or _("nobody")}
    return _("Followed by %(people)s") % {"people": people or _("nobody")}


def _routed(how: Mapping[str, Any]) -> str:
    """By which rule of his group an agent was given the ticket."""
    if how.get("skills"):
        return _("who has the skill for it: %(skills)s") % {"skills": ", ".join(how["skills"])}
    return _("whose turn it was") if how["by"] == "round_robin" else _("who had least to do")


def _rating(event: Mapping[str, Any]) -> str:
    if event["score"] == Score.OFFERED:
        return _("Asked for a vote")
    voted = _("Vote: good") if event["score"] == Score.GOOD else _("Vote: bad")
    if event.get("about"):
        voted += f" ({About(event['about']).label})"
    return voted


def _reviewed(values: Mapping[str, Any]) -> str:
    if not values.get("about"):
        return _("Two of the desk: the vote is about what the customer says")
    return _("Two of the desk: the vote is about %(about)s") % {"about": About(values["about"]).label}


def note(code: str, values: Mapping[str, Any]) -> str:
    """What the desk noticed."""
    if code == "contact":
        return _contact(values)
    return {
        "follow_up": _("Follows up request #%(ticket)s"),
        "merged": _("#%(ticket)s was merged into this one"),
        "unmerged": _("#%(ticket)s was taken back out of this one"),
        "merged_words": _("The customer of #%(ticket)s, merged into this one, wrote there"),
        "split": _("A message became #%(ticket)s"),
        "split_from": _("Split from #%(ticket)s"),
        "vote_reviewed": _reviewed(values) if code == "vote_reviewed" else "",
        "thanks": _("Only a thank-you: the request stays solved"),
        "confirmed": _("The customer confirmed that it works"),
        "not_yet": _("The customer says that it does not work yet"),
        "spam": _("Spam: what %(address)s writes is held from now on")
        if values.get("address")
        else _("Spam: closed without a mail"),
        "undone": _("Undone what was changed together with other tickets"),
        "redone": _("Done again what had been undone together with other tickets"),
        "not_reached": _("The customer was not reached at %(address)s: %(why)s. The request was not closed."),
        "bounced": _("A mail to %(address)s came back: %(why)s"),
        "delayed": _("A mail to %(address)s is delayed: %(why)s"),
        "closed_untold": _("Closed without a mail: none was to be sent"),
        "survey_skipped": _("No satisfaction request: %(because)s"),
        "rule_refused": _("The automation “%(title)s” could not do all of it: %(why)s")
        if values.get("rel") == AUTOMATION
        else _("The trigger “%(title)s” could not do all of it: %(why)s"),
        "automation_paused": _(
            "The automation “%(title)s” has acted %(limit)s times within an hour: now it waits until somebody changes "
            "the ticket"
        ),
        "notices_capped": _("Rules wrote to %(address)s %(limit)s times within an hour: this mail was not sent"),
        "webhook_failed": _("The webhook “%(title)s” was not reached: %(why)s"),
        "side_asked": _("Asked %(people)s: “%(subject)s”"),
        "side_answered": _("%(people)s answered: “%(subject)s”"),
        "side_automatic": _("An automatic answer of %(people)s: “%(subject)s”"),
        "side_done": _("Side conversation done: “%(subject)s”"),
        "side_open": _("Side conversation open again: “%(subject)s”"),
        "task_done": _("Task done: %(text)s"),
        "task_undone": _("Task open again: %(text)s"),
        "time_spent": _("Time spent: %(time)s %(text)s"),
        "time_removed": _("Time taken back: %(time)s"),
        "timer_cancelled": _("Stopped: “%(timer)s”"),
        "timer_failed": _("Given up after many errors: “%(timer)s”"),
    }.get(code, code) % {
        "ticket": values.get("ticket", ""),
        "address": values.get("address", ""),
        "why": values.get("why", ""),
        "title": values.get("title", ""),
        "limit": values.get("limit", ""),
        "text": values.get("text", ""),
        "people": values.get("people", ""),
        "subject": values.get("subject", ""),
        "time": time_spent.shown(values["minutes"]) if "minutes" in values else "",
        "because": survey_reason(values.get("reason", "")),
        "timer": values.get("title") or (TimerKind(values["kind"]).label if values.get("kind") else ""),
    }


def _contact(values: Mapping[str, Any]) -> str:
    said = _("Direct contact: %(how)s") % {"how": Contact(values["contact"]).label if values.get("contact") else ""}
    times = [datetime.fromisoformat(values[name]) for name in ("at", "written_at") if name in values]
    if len(times) < 2 or times[1] - times[0] < timedelta(minutes=1):
        return said
    at = date_format(timezone.localtime(times[1]), "SHORT_DATETIME_FORMAT")
    return said + ", " + _("written down on %(at)s") % {"at": at}


def survey_reason(code: str) -> str:
    """Why somebody was not asked for a vote."""
    return {
        "survey_off": _("the protocol asks for none"),
        "already_voted": _("it was asked for already"),
        "opted_out": _("the person does not want any"),
        "unreachable": _("no address works"),
        "asked_enough": _("the person was asked often enough this month"),
        "colleague": _("the requester is an agent"),
    }.get(code, code)


def mail_reason(code: str) -> str:
    """Why an incoming mail was held, ignored or failed, as a sentence."""
    return {
        "stranger": _("Somebody who takes no part in the conversation wrote on it."),
        "breaker": _("This correspondent is held: too many mails in an hour, or marked as spam."),
        "spam": _("A filter on the way marked it as spam."),
        "no_sender": _("It has no sender that can be answered."),
        "automatic": _("A machine wrote it."),
        "oversize": _("It is larger than the desk takes; only its head is here."),
        "own_address": _("It claims to come from the desk's own address."),
        "forged": _("It claims to come from a colleague, and its mail server says that it does not."),
        "suspended_person": _("Its sender is suspended."),
        "duplicate": _("The same mail was taken in already."),
        "own_mail": _("It is one of the desk's own mails."),
        "bounce": _("It says that a mail of ours came back."),
        "delay": _("It says that a mail of ours is delayed."),
        "bounce_of_unknown": _("It says that some mail came back, but not one of ours."),
        "receipt": _("It is a reading receipt."),
        "report": _("It is a machine's report."),
        "pec-receipt": _("It is a receipt of certified mail."),
        "vacation-subject": _("It is an out-of-office answer."),
        "autoresponder": _("It is an automatic answer."),
        "auto-submitted": _("It is an automatic answer."),
        "null-return-path": _("It is an automatic answer."),
        "list": _("It is a newsletter or a mailing list."),
        "precedence": _("It is bulk mail."),
        "mailer-daemon": _("It comes from a mail server."),
        "rejected": _("An agent rejected it."),
        "error": _("Reading it failed."),
        "gave_up": _("Reading it failed, again and again."),
        "fetch_again": _("The mail server did not hand it out; it will be asked for it again."),
        "unfetched": _("The mail server did not hand it out."),
    }.get(code, code)
