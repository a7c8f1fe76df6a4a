"""What was changed of the desk, in plain words: of each kind of thing, what it was and what it is."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.actions.defaults import title_for_reader
from sportello.desk.models import Group, Mailbox, RuleChange, User
from sportello.desk.rules import routing
from sportello.desk.rules.texts import for_reader
from sportello.desk.words import Permission, Role, Step
from sportello.web.agent import article_words, form_history, person_history, rule_history, skills, sla, view_words, week
from sportello.web.agent.protocol import MERGED, MERGED_LABEL, NUMBERS, SWITCH
from sportello.web.agent.rule_words import Names

Lines = list[tuple[str, str]]
Named = Mapping[tuple[str, int], str]
# What each kind of change is called, and the page where such things are kept.
KINDS = {
    "agent": (gettext_lazy("Team"), "team"),
    "role": (gettext_lazy("Roles"), "roles"),
    "group": (gettext_lazy("Groups"), "groups"),
    "skill": (gettext_lazy("Skills"), "skills"),
    "mailbox": (gettext_lazy("Mailboxes"), "mailboxes"),
    "desk": (gettext_lazy("Desk"), "brand"),
    "protocol": (gettext_lazy("Protocol"), "protocol"),
    "trigger": (gettext_lazy("Triggers"), "triggers"),
    "automation": (gettext_lazy("Automations"), "automations"),
    "sla": (gettext_lazy("SLA policies"), "policies"),
    "schedule": (gettext_lazy("Schedules"), "schedules"),
    "webhook": (gettext_lazy("Webhooks"), "webhooks"),
    "macro": (gettext_lazy("Macros"), "macros"),
    "view": (gettext_lazy("Views"), "views"),
    "ticket_field": (gettext_lazy("Fields"), "custom_fields"),
    "ticket_form": (gettext_lazy("Forms"), "ticket_forms"),
    "tag": (gettext_lazy("Tags"), "tags"),
    "benchmark": (gettext_lazy("Comparison"), "benchmark"),
    "vote_cause": (gettext_lazy("Bad votes"), "review_causes"),
    "user": (gettext_lazy("People"), "people"),
    "organization": (gettext_lazy("Organizations"), "organizations"),
    "article": (gettext_lazy("Articles"), "articles"),
    "help_section": (gettext_lazy("Sections of the help center"), "article_sections"),
}
# The own fields of people have a history of their own (actions.field_values).
SAME = {"person": "user"}
PEOPLE = ("user", "person", "organization")
# Rules tell conditions and actions; beside them each what is its own.
RULES = {
    "trigger": rule_history.nothing_more,
    "automation": rule_history.nothing_more,
    "macro": rule_history.nothing_more,
    "skill": skills.KIND.more,
    "sla": sla.KIND.more,
    "view": view_words.more,
}
LABELS = {
    "name": gettext_lazy("Name"),
    "title": gettext_lazy("Title"),
    "description": gettext_lazy("Description"),
    "active": gettext_lazy("In use"),
    "role": gettext_lazy("Role"),
    "custom_role": gettext_lazy("Role of the desk"),
    "ticket_restriction": gettext_lazy("Sees"),
    "capacity": gettext_lazy("Open tickets at once"),
    "permissions": pgettext_lazy("a role", "May"),
    "members": gettext_lazy("Members"),
    "assignment": gettext_lazy("Tickets are given out"),
    "address": gettext_lazy("Address"),
    "group_id": gettext_lazy("Group"),
    "group": gettext_lazy("Group"),
    "default": gettext_lazy("Default"),
    "plus_addressing": gettext_lazy("Signed addresses (name+anything@)"),
    "imap_host": gettext_lazy("IMAP server"),
    "imap_port": gettext_lazy("Port"),
    "imap_security": gettext_lazy("Encryption"),
    "imap_user": gettext_lazy("User"),
    "imap_password": gettext_lazy("Password"),
    "imap_folders": gettext_lazy("Folders"),
    "imap_from_now_on": gettext_lazy("Only what comes from now on"),
    "mail_out": gettext_lazy("How mails leave"),
    "colour": gettext_lazy("Colour"),
    "logo": gettext_lazy("Logo"),
    "phone": gettext_lazy("Phone"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "hourly_budget": gettext_lazy("Mails an hour from one address"),
    "url": gettext_lazy("Address"),
    "secret": gettext_lazy("Secret"),
    "intervals": gettext_lazy("Hours"),
    "holidays": gettext_lazy("Days off"),
    "country": gettext_lazy("Public holidays of"),
    "subdivision": gettext_lazy("Region"),
    "organization": gettext_lazy("Organization"),
    "tags": gettext_lazy("Tags"),
    "tag": gettext_lazy("Tag"),
    "tickets": gettext_lazy("Tickets"),
    "fields": gettext_lazy("Fields"),
    "options": gettext_lazy("Options"),
    "required": gettext_lazy("Required"),
    "domains": gettext_lazy("Domains"),
    "addresses": gettext_lazy("Addresses"),
    "notes": gettext_lazy("Notes"),
    "email": gettext_lazy("Mail address"),
    "profile": gettext_lazy("Profile"),
    "hub": gettext_lazy("Hub"),
    "joined": gettext_lazy("Joined"),
}
NAMES = ("title", "address", "name", "tag")
NOTHING = "–"
LONGEST = 200


def kind_of(change: RuleChange) -> str:
    return SAME.get(change.kind, change.kind)


def names_of(changes: Sequence[RuleChange], agent: User) -> Named:
    """What people and organizations are called now: their history has only what changed."""
    named: dict[tuple[str, int], str] = {}
    for kind, rows in (("user", access.known_people), ("organization", access.known_organizations)):
        if keys := {it.rule_id for it in changes if kind_of(it) == kind}:
            found = rows(agent).filter(pk__in=keys).order_by().values_list("pk", "name")
            named |= {(kind, pk): name for pk, name in found}
    return named


def title_of(change: RuleChange, named: Named) -> str:
    """What the thing was called then; of people and organizations what they are called now."""
    if name := named.get((kind_of(change), change.rule_id)):
        return name
    for exported in (change.after, change.before):
        for name in NAMES:
            if exported and exported.get(name):
                return title_for_reader(for_reader(exported[name])) or str(exported[name])
    if change.kind == "desk":
        return str(configuration.current().desk.name)
    if change.kind == "benchmark":
        return _("Comparison with others")
    if change.kind == "protocol":
        return str((change.after or change.before or {}).get("organization") or _("The desk's"))
    return f"#{change.rule_id}"


def told(changes: Sequence[RuleChange], agent: User) -> list[Lines]:
    """The lines of each change: "-" for what went, "+" for what came, "" for the rest."""
    rules = [it for it in changes if it.kind in RULES]
    names = Names(agent, rule_history.rules_in(rules)) if rules else None
    lines = []
    for it in changes:
        if names and it.kind in RULES:
            lines.append(rule_history.told([it], names, RULES[it.kind])[0].lines or _plain(it))
        else:
            lines.append(_own(it) or _plain(it))
    return lines


def _own(change: RuleChange) -> Lines:
    """Of what has a history of its own in words; [] for the rest."""
    if change.kind == "ticket_field":
        return form_history.lines_of(change, form_history.field_words)
    if change.kind == "ticket_form":
        known, language = configuration.current().custom_fields, get_language() or "en"
        return form_history.lines_of(change, lambda it: form_history.form_words(it, known, language))
    if change.kind in article_words.KINDS:
        return article_words.lines_of(change)
    return [("", it) for it in person_history.sentences_of(change)] if change.kind in PEOPLE else []


def _plain(change: RuleChange) -> Lines:
    before, after = change.before, change.after
    if after is None:
        return [("", _("Dropped"))]
    said: Lines = [] if before is not None else [("", _("Made"))]
    had: Mapping[str, Any] = before or {}
    for key in dict.fromkeys([*had, *after]):
        was, now = had.get(key), after.get(key)
        if was == now or (before is None and now in (None, "", [], {}, False)):
            continue
        label = _label(key)
        said += [("-", f"{label}: {_shown(key, was)}")] if was not in (None, "", [], {}) else []
        said.append(("+", f"{label}: {_shown(key, now)}"))
    return said


def _label(key: str) -> str:
    """Also "steps.close_hours", "texts.it.solved.body", and "organization.tags"."""
    first, _dot, rest = key.partition(".")
    if first == "texts":
        language, step, part = (*rest.split("."), "", "")[:3]
        mail = str(Step(step).label) if step in Step.values else step
        words = _("Subject") if part == "subject" else _("Text")
        return f"{capfirst(mail)} ({dict(settings.LANGUAGES).get(language, language)}): {words}"
    name = rest or first
    if first == "steps":
        return _step_label(name)
    return str(LABELS.get(name) or capfirst(name.replace("_", " ")))


def _step_label(name: str) -> str:
    """Of a switch the mail's name; of a number its own, with the mail's."""
    for step, switch in SWITCH.items():
        if name == switch:
            return capfirst(str(step.label))
        if name in NUMBERS[step]:
            return f"{capfirst(str(step.label))}: {NUMBERS[step][name]}"
    return str(MERGED_LABEL) if name == MERGED else name


def _shown(key: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key == "intervals":
        return "; ".join(f"{days} {hours}" for days, hours in week.summary(value))[:LONGEST]
    if isinstance(value, list):
        return ", ".join(_shown(key, it) for it in value)[:LONGEST]
    if key == "capacity" and isinstance(value, dict):
        return ", ".join(f"{routing.WORK.get(work, work)} {most}" for work, most in value.items())
    if key == "holidays" and isinstance(value, dict):
        return f"{value['name']} ({' – '.join(dict.fromkeys((value['start_on'], value['end_on'])))})"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)[:LONGEST]
    return _one(key, value)[:LONGEST]


def _one(key: str, value: Any) -> str:
    now = configuration.current()
    if key in ("group_id", "members", "agents"):
        named: Mapping[int, Group | User] = now.groups if key == "group_id" else now.agents
        return named[value].name if value in named else f"#{value}"
    words: dict[str, Mapping[Any, Any]] = {
        "role": dict(Role.choices),
        "language": dict(settings.LANGUAGES),
        "permissions": dict(Permission.choices),
        "ticket_restriction": dict(User.TicketRestriction.choices),
        "assignment": dict(Group.Assignment.choices),
        "imap_password": {"new": pgettext_lazy("password", "a new one")},
        "logo": {value: pgettext_lazy("picture", "a new one")},
        "imap_security": dict(Mailbox.Security.choices),
        "secret": {"new": pgettext_lazy("password", "a new one")},
    }
    return str(words.get(key, {}).get(value) or value)
