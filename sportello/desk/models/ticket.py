from typing import Self

from django.db import models
from django.db.models import Q

from sportello.kit.literals import literals

from ..words import FINISHED, UNSOLVED, Contact, Priority, Status, TicketType, Via

UNSOLVED_NOW = ~Q(status__in=FINISHED)
# As UNSOLVED_NOW, so that its indexes are used.
IS_UNSOLVED = ~Q(status__in=literals(FINISHED))
# As ticket_unsolved_status.
HAS_UNSOLVED_STATUS = Q(status__in=literals(UNSOLVED))


class TicketQuerySet(models.QuerySet["Ticket"]):
    def unsolved(self) -> Self:
        return self.filter(IS_UNSOLVED)

    def waiting_for_us(self) -> Self:
        """Somebody waits for an answer of ours."""
        return self.filter(waiting_since__isnull=False)


class Ticket(models.Model):
    """A request and all that was said about it. Written only by actions.tickets."""

    subject = models.CharField(max_length=998)
    status = models.CharField(max_length=7, choices=Status, default=Status.NEW)
    priority = models.PositiveSmallIntegerField(choices=Priority, null=True, blank=True)
    type = models.CharField(max_length=8, choices=TicketType, blank=True)
    channel = models.CharField(max_length=5, choices=Via)
    requester = models.ForeignKey("User", models.PROTECT, related_name="requested_tickets")
    submitter = models.ForeignKey("User", models.PROTECT, related_name="+")
    assignee = models.ForeignKey("User", models.PROTECT, null=True, blank=True, related_name="assigned_tickets")
    group = models.ForeignKey("Group", models.PROTECT, null=True, blank=True, related_name="tickets")
    organization = models.ForeignKey("Organization", models.SET_NULL, null=True, blank=True, related_name="tickets")
    mailbox = models.ForeignKey("Mailbox", models.SET_NULL, null=True, blank=True, related_name="+")
    schedule = models.ForeignKey(
        "Schedule", models.SET_NULL, null=True, blank=True, related_name="+", help_text="Empty: the default one."
    )
    form = models.ForeignKey("TicketForm", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    follow_up_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="follow_ups")
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged", db_index=False
    )
    problem = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="incidents", db_index=False
    )
    contact = models.CharField(
        max_length=9, choices=Contact, blank=True, help_text="How the customer reached an agent past the desk."
    )
    silent = models.BooleanField(
        default=False, help_text="Opened by automatic mail: the desk never answers it by itself."
    )

    told_at = models.DateTimeField(null=True, blank=True, help_text="When the customer first heard from the desk.")
    # The ends of the mail thread: what the next mail refers to, so that every client shows one conversation.
    thread_root = models.CharField(max_length=255, blank=True)
    thread_last = models.CharField(max_length=255, blank=True)

    # What lists show, kept so that a row of a list needs no comment.
    preview = models.CharField(max_length=160, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True, help_text="The oldest unanswered word of the customer.")
    commented_at = models.DateTimeField(help_text="The latest word of anybody.")
    customer_commented_at = models.DateTimeField(null=True, blank=True)

    solved_at = models.DateTimeField(
        null=True, blank=True, help_text="The latest change to solved; empty while unsolved."
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = TicketQuerySet.as_manager()

    class Meta:
        indexes = [
            # The queue: whoever has waited longest, all and mine.
            models.Index(
                fields=["waiting_since", "id"], condition=Q(waiting_since__isnull=False), name="ticket_waiting"
            ),
            # All unsolved, newest change first.
            models.Index(fields=["-updated_at", "-id"], condition=UNSOLVED_NOW, name="ticket_unsolved"),
            # Views by latest change, solved tickets among them.
            models.Index(fields=["-updated_at", "-id"], name="ticket_updated"),
            # A search for one status that hardly any ticket has; written so that no other question is led astray.
            models.Index(fields=["status", "-id"], condition=Q(status__in=UNSOLVED), name="ticket_unsolved_status"),
            # Mine.
            models.Index(fields=["assignee", "-updated_at", "-id"], condition=UNSOLVED_NOW, name="ticket_mine"),
            # Unassigned.
            models.Index(
                fields=["-updated_at", "-id"],
                condition=UNSOLVED_NOW & Q(assignee__isnull=True),
                name="ticket_unassigned",
            ),
            # Recently solved.
            models.Index(fields=["-solved_at", "-id"], condition=Q(solved_at__isnull=False), name="ticket_solved"),
            # A customer's and an organization's tickets.
            models.Index(fields=["requester", "-id"], name="ticket_requester"),
            models.Index(fields=["organization", "-id"], name="ticket_organization"),
            # How many of a customer's and of an organization's tickets are not solved.
            models.Index(fields=["requester"], condition=UNSOLVED_NOW, name="ticket_requester_unsolved"),
            models.Index(fields=["organization"], condition=UNSOLVED_NOW, name="ticket_org_unsolved"),
            # What was merged into a ticket; the incidents of a problem.
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="ticket_merged_into"),
            models.Index(fields=["problem"], condition=Q(problem__isnull=False), name="ticket_problem"),
            # The month's report.
            models.Index(fields=["created_at"], name="ticket_created"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=FINISHED, solved_at__isnull=False)
                | Q(~Q(status__in=FINISHED), solved_at__isnull=True),
                name="ticket_solved_at_matches_status",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=FINISHED) | Q(waiting_since__isnull=True), name="ticket_solved_nobody_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}"

    @property
    def is_solved(self) -> bool:
        return self.status in FINISHED

    @property
    def is_closed(self) -> bool:
        return self.status == Status.CLOSED


class Tagging(models.Model):
    """A tag on a ticket."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="taggings")
    tag = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "tag"], name="tagging_once")]
        # Which tickets carry a tag.
        indexes = [models.Index(fields=["tag", "ticket"], name="tagging_tag")]

    def __str__(self) -> str:
        return self.tag


class Participant(models.Model):
    """Somebody else on the ticket: in copy of the public conversation, or an agent who follows it."""

    class Kind(models.TextChoices):
        CC = "cc"
        FOLLOWER = "follower"

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="participants")
    user = models.ForeignKey("User", models.CASCADE, related_name="participations")
    kind = models.CharField(max_length=8, choices=Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user", "kind"], name="participant_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} of {self.ticket_id}"


class Reading(models.Model):
    """Up to when an agent has read a ticket: unread is what came later."""

    user = models.ForeignKey("User", models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="readings")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="reading_once")]

    def __str__(self) -> str:
        return f"{self.user_id} read {self.ticket_id}"
