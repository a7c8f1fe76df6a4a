"""Who may see or do. A door gets an object only from here; missing and forbidden look the same (Missing)."""

from typing import TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from .errors import Missing
from .models import (
    Attachment,
    Automated,
    Automation,
    Breaker,
    Comment,
    CustomField,
    Firing,
    Group,
    GroupMembership,
    InboundMail,
    Macro,
    Mailbox,
    Organization,
    OrganizationFieldValue,
    OutgoingMail,
    Participant,
    RuleChange,
    SatisfactionRating,
    Schedule,
    Skill,
    SlaEvent,
    SlaPolicy,
    Ticket,
    TicketFieldValue,
    TicketForm,
    Timer,
    Trigger,
    User,
    UserFieldValue,
    View,
    Webhook,
    WebhookCall,
)
from .models.ticket import TicketQuerySet
from .words import TimerKind, TimerState

Row = TypeVar("Row", bound=Model)

# All that decides, beside who it is, what a member of the staff may see: role, ticket restriction, active.
Rights = tuple[str, str, bool]


def rights_of(agent: User) -> Rights:
    return agent.role, agent.ticket_restriction, agent.active


def stand_in(rights: Rights, key: int) -> User:
    """Somebody with these rights, of whom nothing else is known: a rule that asks for more fails (DoesNotExist)."""
    return User.from_db("default", ("id", "role", "ticket_restriction", "active"), (key, *rights))


def tickets(person: User) -> TicketQuerySet:
    """The tickets that this person may see."""
    if not person.is_authenticated or not person.active:
        return Ticket.objects.none()
    if not person.is_staff_member:
        return own_requests(person)
    if sees_every_ticket(person):
        return Ticket.objects.all()
    if person.ticket_restriction == User.TicketRestriction.GROUPS:
        own_groups = GroupMembership.objects.filter(user=person).values("group")
        return Ticket.objects.filter(Q(group__in=own_groups) | Q(assignee=person) | Q(requester=person))
    return Ticket.objects.filter(Q(assignee=person) | Q(requester=person))


def sees_every_ticket(person: User) -> bool:
    """Whether this member of the staff sees all tickets."""
    return person.active and (person.is_admin or person.ticket_restriction == User.TicketRestriction.NONE)


def own_requests(person: User) -> TicketQuerySet:
    """What a customer sees: own requests, those with him in copy, colleagues' where the organization shares them."""
    copied = Participant.objects.filter(user=person, kind=Participant.Kind.CC).values("ticket")
    visible = Q(requester=person) | Q(pk__in=copied)
    if person.organization_id:
        visible |= Q(organization_id=person.organization_id, organization__shared_tickets=True)
    return Ticket.objects.filter(visible)


def one_ticket(person: User, ticket_id: int) -> TicketQuerySet:
    """The ticket if this person may see it, with all that belongs to it once."""
    related = ("requester", "assignee", "group", "organization", "mailbox", "satisfaction_rating")
    return tickets(person).filter(pk=ticket_id).select_related(*related)


def get_ticket(person: User, ticket_id: int, *, to: str = "view") -> Ticket:
    """The ticket, for a person who may `to` "view", "comment" on or "edit" it. Raises Missing."""
    ticket = one_ticket(person, ticket_id).first()
    if ticket is None or (to == "edit" and not person.is_staff_member):
        raise Missing
    return ticket


def comments(person: User, ticket: Ticket) -> "QuerySet[Comment]":
    """The conversation that this person may read, oldest first: customers see no internal note."""
    visible = ticket.comments.order_by("id")
    return visible if person.is_staff_member else visible.filter(public=True)


def attachments(person: User, ticket: Ticket) -> "QuerySet[Attachment]":
    """The files of the conversation that this person may read."""
    visible = Attachment.objects.filter(comment__ticket=ticket).order_by("id")
    return visible if person.is_staff_member else visible.filter(comment__public=True)


def get_comment(person: User, ticket_id: int, comment_id: int) -> Comment:
    return _one(comments(person, get_ticket(person, ticket_id)).filter(pk=comment_id))


def get_attachment(person: User, attachment_id: int) -> Attachment:
    found = _one(Attachment.objects.filter(pk=attachment_id).select_related("comment"))
    get_comment(person, found.comment.ticket_id, found.comment_id)
    return found


def _one(found: "QuerySet[Row]") -> Row:
    """Missing and forbidden look the same. Raises Missing."""
    row = found.first()
    if row is None:
        raise Missing
    return row


def _staff(person: User) -> None:
    if not person.is_authenticated or not person.active or not person.is_staff_member:
        raise Missing


def _admin(person: User) -> None:
    if not person.is_authenticated or not person.active or not person.is_admin:
        raise Missing


def assignable_agents(person: User, ticket: Ticket | None = None) -> "QuerySet[User]":
    """The agents who can be given the ticket: those of its group, or all where it has none."""
    _staff(person)
    agents = User.objects.staff().order_by("name", "id")
    if ticket is not None and ticket.group_id:
        agents = agents.filter(memberships__group=ticket.group_id)
    return agents


def people(person: User) -> "QuerySet[User]":
    """Everybody, for the staff."""
    _staff(person)
    return User.objects.filter(active=True)


def get_person(person: User, user_id: int) -> User:
    return _one(people(person).filter(pk=user_id))


def organizations(person: User) -> "QuerySet[Organization]":
    _staff(person)
    return Organization.objects.order_by("name")


def macros(person: User) -> "QuerySet[Macro]":
    """The macros that this agent can apply: switched on; shared, of one of his groups, or his own."""
    return _within_reach(person).filter(active=True)


def kept_macros(person: User) -> "QuerySet[Macro]":
    """What he finds where macros are kept, those that are switched off too; administrators find every group's."""
    reach = _within_reach(person)
    return Macro.objects.filter(Q(owner=None) | Q(owner=person)) if person.is_admin else reach


def _within_reach(person: User) -> "QuerySet[Macro]":
    _staff(person)
    own_groups = GroupMembership.objects.filter(user=person).values("group")
    return Macro.objects.filter(Q(owner=None, group=None) | Q(owner=person) | Q(group__in=own_groups))


def get_macro(person: User, macro_id: int, *, to: str = "apply") -> Macro:
    """The macro, for a person who may `to` "apply", "view" or "edit" it. Raises Missing."""
    found = (macros(person) if to == "apply" else kept_macros(person)).filter(pk=macro_id).first()
    if found is None or (to == "edit" and found.owner_id != person.pk and not person.is_admin):
        raise Missing
    return found


def views(person: User) -> "QuerySet[View]":
    """The views that this agent can look at, in their order: switched on; everybody's, of his groups, then his own."""
    return _in_order(_views_within_reach(person).filter(active=True))


def kept_views(person: User) -> "QuerySet[View]":
    """What he finds where views are kept, those that are switched off too; administrators find every group's."""
    reach = _views_within_reach(person)
    found = View.objects.filter(Q(owner=None) | Q(owner=person)) if person.is_admin else reach
    return _in_order(found)


def _in_order(found: "QuerySet[View]") -> "QuerySet[View]":
    return found.order_by(F("owner_id").asc(nulls_first=True), "position", "id")


def _views_within_reach(person: User) -> "QuerySet[View]":
    _staff(person)
    own_groups = GroupMembership.objects.filter(user=person).values("group")
    return View.objects.filter(Q(owner=None, group=None) | Q(owner=person) | Q(group__in=own_groups))


def get_view(person: User, view_id: int, *, to: str = "use") -> View:
    """The view, for a person who may `to` "use", "view" or "edit" it. Raises Missing."""
    found = (views(person) if to == "use" else kept_views(person)).filter(pk=view_id).first()
    if found is None or (to == "edit" and found.owner_id != person.pk and not person.is_admin):
        raise Missing
    return found


def inbound_mails(person: User) -> "QuerySet[InboundMail]":
    """The ledger of incoming mail, newest first; for a restricted agent without the mail of other people's tickets."""
    _staff(person)
    mails = InboundMail.objects.order_by("-id")
    if person.is_admin or person.ticket_restriction == User.TicketRestriction.NONE:
        return mails
    return mails.filter(Q(ticket=None) | Q(ticket__in=tickets(person)))


def get_inbound_mail(person: User, mail_id: int) -> InboundMail:
    return _one(inbound_mails(person).filter(pk=mail_id).select_related("ticket"))


def outgoing_mails(person: User) -> "QuerySet[OutgoingMail]":
    """The outbox, newest first: all mails for administrators and unrestricted agents, else those of visible tickets."""
    _staff(person)
    # A sign-in link is a key to somebody's requests: nobody else reads it.
    mails = OutgoingMail.objects.order_by("-id")
    if not person.is_admin:
        mails = mails.exclude(step="sign_in")
    if person.is_admin or person.ticket_restriction == User.TicketRestriction.NONE:
        return mails
    return mails.filter(ticket__in=tickets(person))


def get_outgoing_mail(person: User, mail_id: int) -> OutgoingMail:
    return _one(outgoing_mails(person).filter(pk=mail_id).select_related("ticket", "recipient"))


def timers(person: User, ticket_id: int) -> "QuerySet[Timer]":
    """What will happen to a ticket by itself, for the staff who may see it, next first; promises are told elsewhere."""
    _staff(person)
    waiting = Timer.objects.filter(ticket=ticket_id, state=TimerState.WAITING).exclude(kind=TimerKind.SLA)
    # The clock of an automation that has acted rings for nobody: it only looks whether it may act again.
    acted = Automated.objects.filter(ticket=ticket_id, automation=OuterRef("automation"))
    return waiting.exclude(Exists(acted)).order_by("due_at", "id")


def get_timer(person: User, timer_id: int) -> Timer:
    found = _one(Timer.objects.filter(pk=timer_id).select_related("ticket"))
    get_ticket(person, found.ticket_id, to="edit")
    return found


def get_rating(person: User, ticket_id: int) -> SatisfactionRating:
    """The vote asked of this very person on this ticket. Raises Missing."""
    own = SatisfactionRating.objects.filter(ticket_id=ticket_id, requester=person)
    return _one(own.select_related("ticket", "assignee", "requester"))


def breakers(person: User) -> "QuerySet[Breaker]":
    """The breakers that are tripped now, newest first."""
    _staff(person)
    return Breaker.objects.filter(lifted_at=None).order_by("-tripped_at", "-id")


def mailboxes(person: User) -> "QuerySet[Mailbox]":
    _admin(person)
    return Mailbox.objects.order_by("address")


def triggers(person: User) -> "QuerySet[Trigger]":
    """The triggers in their order, for administrators."""
    _admin(person)
    return Trigger.objects.order_by("position", "id")


def get_trigger(person: User, trigger_id: int) -> Trigger:
    return _one(triggers(person).filter(pk=trigger_id))


def automations(person: User) -> "QuerySet[Automation]":
    """The automations in their order, for administrators."""
    _admin(person)
    return Automation.objects.order_by("position", "id")


def get_automation(person: User, automation_id: int) -> Automation:
    return _one(automations(person).filter(pk=automation_id))


def automated(person: User, automation: Automation) -> "QuerySet[Automated]":
    """On which tickets an automation has acted and its conditions have held ever since, for administrators."""
    _admin(person)
    return Automated.objects.filter(automation=automation)


def firings(person: User) -> "QuerySet[Firing]":
    """When triggers and automations acted, newest first, for administrators."""
    _admin(person)
    return Firing.objects.order_by("-created_at", "-id")


def rule_changes(person: User, kind: str, rule_id: int) -> "QuerySet[RuleChange]":
    """What one rule was and who changed it, newest first, for administrators."""
    _admin(person)
    return RuleChange.objects.filter(kind=kind, rule_id=rule_id).order_by("-id")


def macro_changes(person: User, macro_id: int) -> "QuerySet[RuleChange]":
    """What one macro was and who changed it, newest first, for whoever may change it. Raises Missing."""
    get_macro(person, macro_id, to="edit")
    return RuleChange.objects.filter(kind="macro", rule_id=macro_id).order_by("-id")


def schedules(person: User) -> "QuerySet[Schedule]":
    """The schedules with their own days off, the default one first, for administrators."""
    _admin(person)
    return Schedule.objects.prefetch_related("holidays").order_by("-default", "name", "id")


def get_schedule(person: User, schedule_id: int) -> Schedule:
    return _one(schedules(person).filter(pk=schedule_id))


def policies(person: User) -> "QuerySet[SlaPolicy]":
    """The SLA policies in their order, for administrators."""
    _admin(person)
    return SlaPolicy.objects.order_by("position", "id")


def sla_breaches(person: User) -> "QuerySet[SlaEvent]":
    """The SLA targets that were missed, the latest first, for administrators."""
    _admin(person)
    return SlaEvent.objects.filter(type="breach").order_by("-at", "-id")


def get_policy(person: User, policy_id: int) -> SlaPolicy:
    return _one(policies(person).filter(pk=policy_id))


def custom_fields(person: User) -> "QuerySet[CustomField]":
    """The fields that the desk has added, in their order, those not in use too, for administrators."""
    _admin(person)
    return CustomField.objects.order_by("position", "id")


def get_custom_field(person: User, field_id: int) -> CustomField:
    return _one(custom_fields(person).filter(pk=field_id))


def count_filled(person: User, field: CustomField) -> int:
    """How many tickets, people or organizations have a value in a field, for administrators."""
    _admin(person)
    table: type[Model] = {"ticket": TicketFieldValue, "user": UserFieldValue}.get(field.of, OrganizationFieldValue)
    filled = table._default_manager.filter(field=field)
    # Only a multi-select has several rows for one ticket, and counting each once is slow.
    return filled.values(field.of).distinct().count() if field.kind == "multiselect" else filled.count()


def ticket_forms(person: User) -> "QuerySet[TicketForm]":
    """The ticket forms in their order, those not in use too, for administrators."""
    _admin(person)
    return TicketForm.objects.order_by("position", "id")


def get_ticket_form(person: User, form_id: int) -> TicketForm:
    return _one(ticket_forms(person).filter(pk=form_id))


def groups(person: User) -> "QuerySet[Group]":
    """The groups with their members, those in use first, for administrators."""
    _admin(person)
    return Group.objects.prefetch_related("members").order_by("-active", "name", "id")


def get_group(person: User, group_id: int) -> Group:
    return _one(groups(person).filter(pk=group_id))


def skills(person: User) -> "QuerySet[Skill]":
    """The skills with the agents who have them, for administrators."""
    _admin(person)
    return Skill.objects.prefetch_related("agents").order_by("position", "id")


def get_skill(person: User, skill_id: int) -> Skill:
    return _one(skills(person).filter(pk=skill_id))


def team(person: User) -> "QuerySet[User]":
    """The agents and administrators, by name, for administrators."""
    _admin(person)
    return User.objects.staff().order_by("name", "id")


def get_member(person: User, user_id: int) -> User:
    return _one(team(person).filter(pk=user_id))


def webhooks(person: User) -> "QuerySet[Webhook]":
    """The webhooks by name, for administrators."""
    _admin(person)
    return Webhook.objects.order_by("name")


def get_webhook(person: User, webhook_id: int) -> Webhook:
    return _one(webhooks(person).filter(pk=webhook_id))


def webhook_calls(person: User, webhook: Webhook) -> "QuerySet[WebhookCall]":
    """The calls of a webhook, newest first, for administrators."""
    _admin(person)
    return WebhookCall.objects.filter(webhook=webhook).order_by("-id")


def get_webhook_call(person: User, webhook_id: int, call_id: int) -> WebhookCall:
    return _one(webhook_calls(person, get_webhook(person, webhook_id)).filter(pk=call_id))
