"""What the desk does by itself, and what can be put on a ticket: rules, views, macros, fields, webhooks."""

from typing import Any

from django.db.models import Count, F, Model, Q, QuerySet

from ..errors import Missing
from ..models import (
    Automated,
    Automation,
    CustomField,
    Firing,
    GroupMembership,
    Macro,
    OrganizationFieldValue,
    RuleChange,
    Schedule,
    SlaEvent,
    SlaPolicy,
    Tagging,
    TicketFieldValue,
    TicketForm,
    Trigger,
    User,
    UserFieldValue,
    View,
    Webhook,
    WebhookCall,
)
from ..words import Permission
from .gate import admin, may, one, staff


def macros(person: User) -> "QuerySet[Macro]":
    """The macros that this agent can apply: switched on; shared, of one of his groups, or his own."""
    return _within_reach(person).filter(active=True)


def kept_macros(person: User) -> "QuerySet[Macro]":
    """What he finds where macros are kept, those that are switched off too; who keeps others', every group's."""
    reach = _within_reach(person)
    return Macro.objects.filter(Q(owner=None) | Q(owner=person)) if may(person, Permission.MACROS) else reach


def _within_reach(person: User) -> "QuerySet[Macro]":
    staff(person)
    own_groups = GroupMembership.objects.filter(user=person).values("group")
    return Macro.objects.filter(Q(owner=None, group=None) | Q(owner=person) | Q(group__in=own_groups))


def get_macro(person: User, macro_id: int, *, to: str = "apply") -> Macro:
    """The macro, for a person who may `to` "apply", "view" or "edit" it. Raises Missing."""
    found = (macros(person) if to == "apply" else kept_macros(person)).filter(pk=macro_id).first()
    if found is None or (to == "edit" and found.owner_id != person.pk and not may(person, Permission.MACROS)):
        raise Missing
    return found


def views(person: User) -> "QuerySet[View]":
    """The views that this agent can look at, in their order: switched on; everybody's, of his groups, then his own."""
    return _in_order(_views_within_reach(person).filter(active=True))


def kept_views(person: User) -> "QuerySet[View]":
    """What he finds where views are kept, those that are switched off too; who keeps others', every group's."""
    reach = _views_within_reach(person)
    found = View.objects.filter(Q(owner=None) | Q(owner=person)) if may(person, Permission.MACROS) else reach
    return _in_order(found)


def _in_order(found: "QuerySet[View]") -> "QuerySet[View]":
    return found.order_by(F("owner_id").asc(nulls_first=True), "position", "id")


def _views_within_reach(person: User) -> "QuerySet[View]":
    staff(person)
    own_groups = GroupMembership.objects.filter(user=person).values("group")
    return View.objects.filter(Q(owner=None, group=None) | Q(owner=person) | Q(group__in=own_groups))


def get_view(person: User, view_id: int, *, to: str = "use") -> View:
    """The view, for a person who may `to` "use", "view" or "edit" it. Raises Missing."""
    found = (views(person) if to == "use" else kept_views(person)).filter(pk=view_id).first()
    if found is None or (to == "edit" and found.owner_id != person.pk and not may(person, Permission.MACROS)):
        raise Missing
    return found


def triggers(person: User) -> "QuerySet[Trigger]":
    """The triggers in their order, for administrators."""
    admin(person)
    return Trigger.objects.order_by("position", "id")


def get_trigger(person: User, trigger_id: int) -> Trigger:
    return one(triggers(person).filter(pk=trigger_id))


def automations(person: User) -> "QuerySet[Automation]":
    """The automations in their order, for administrators."""
    admin(person)
    return Automation.objects.order_by("position", "id")


def get_automation(person: User, automation_id: int) -> Automation:
    return one(automations(person).filter(pk=automation_id))


def automated(person: User, automation: Automation) -> "QuerySet[Automated]":
    """On which tickets an automation has acted and its conditions have held ever since, for administrators."""
    admin(person)
    return Automated.objects.filter(automation=automation)


def firings(person: User) -> "QuerySet[Firing]":
    """When triggers and automations acted, newest first, for administrators."""
    admin(person)
    return Firing.objects.order_by("-created_at", "-id")


def rule_changes(person: User, kind: str, rule_id: int) -> "QuerySet[RuleChange]":
    """What one rule was and who changed it, newest first, for administrators."""
    admin(person)
    return RuleChange.objects.filter(kind=kind, rule_id=rule_id).order_by("-id")


def every_change(person: User) -> "QuerySet[RuleChange]":
    """What was changed of the desk, by whom, newest first, for administrators."""
    admin(person)
    return RuleChange.objects.order_by("-id")


def macro_changes(person: User, macro_id: int) -> "QuerySet[RuleChange]":
    """What one macro was and who changed it, newest first, for whoever may change it. Raises Missing."""
    get_macro(person, macro_id, to="edit")
    return RuleChange.objects.filter(kind="macro", rule_id=macro_id).order_by("-id")


def schedules(person: User) -> "QuerySet[Schedule]":
    """The schedules with their own days off, the default one first, for administrators."""
    admin(person)
    return Schedule.objects.prefetch_related("holidays").order_by("-default", "name", "id")


def get_schedule(person: User, schedule_id: int) -> Schedule:
    return one(schedules(person).filter(pk=schedule_id))


def policies(person: User) -> "QuerySet[SlaPolicy]":
    """The SLA policies in their order, for administrators."""
    admin(person)
    return SlaPolicy.objects.order_by("position", "id")


def sla_breaches(person: User) -> "QuerySet[SlaEvent]":
    """The SLA targets that were missed, the latest first, for administrators."""
    admin(person)
    return SlaEvent.objects.filter(type="breach").order_by("-at", "-id")


def get_policy(person: User, policy_id: int) -> SlaPolicy:
    return one(policies(person).filter(pk=policy_id))


def custom_fields(person: User) -> "QuerySet[CustomField]":
    """The fields that the desk has added, in their order, those not in use too, for administrators."""
    admin(person)
    return CustomField.objects.order_by("position", "id")


def get_custom_field(person: User, field_id: int) -> CustomField:
    return one(custom_fields(person).filter(pk=field_id))


def count_filled(person: User, field: CustomField) -> int:
    """How many tickets, people or organizations have a value in a field, for administrators."""
    admin(person)
    table: type[Model] = {"ticket": TicketFieldValue, "user": UserFieldValue}.get(field.of, OrganizationFieldValue)
    filled = table._default_manager.filter(field=field)
    # Only a multi-select has several rows for one ticket, and counting each once is slow.
    return filled.values(field.of).distinct().count() if field.kind == "multiselect" else filled.count()


def ticket_forms(person: User) -> "QuerySet[TicketForm]":
    """The ticket forms in their order, those not in use too, for administrators."""
    admin(person)
    return TicketForm.objects.order_by("position", "id")


def get_ticket_form(person: User, form_id: int) -> TicketForm:
    return one(ticket_forms(person).filter(pk=form_id))


def webhooks(person: User) -> "QuerySet[Webhook]":
    """The webhooks by name, for administrators."""
    admin(person)
    return Webhook.objects.order_by("name")


def get_webhook(person: User, webhook_id: int) -> Webhook:
    return one(webhooks(person).filter(pk=webhook_id))


def webhook_calls(person: User, webhook: Webhook) -> "QuerySet[WebhookCall]":
    """The calls of a webhook, newest first, for administrators."""
    admin(person)
    return WebhookCall.objects.filter(webhook=webhook).order_by("-id")


def get_webhook_call(person: User, webhook_id: int, call_id: int) -> WebhookCall:
    return one(webhook_calls(person, get_webhook(person, webhook_id)).filter(pk=call_id))


def tags(person: User) -> "QuerySet[Tagging, Any]":
    """{"tag", "count"} of each tag in use, by name, for administrators; read off the index."""
    admin(person)
    return Tagging.objects.order_by("tag").values("tag").annotate(count=Count("ticket"))


def get_tag(person: User, tag: str) -> int:
    """How many tickets carry it. Raises Missing."""
    found = tags(person).filter(tag=tag).first()
    if found is None:
        raise Missing
    return int(found["count"])
