from django.db import models
from django.db.models import Q

from ..words import Outcome, ReviewState


class VoteReview(models.Model):
    """What the desk makes of a bad vote: who looks at it until when, what it found, what came of it.

    cause: the key of one of the desk's causes (rules.satisfaction_reviews). answer_comment: where the customer was
    answered, when it was in writing; answer: what he was told otherwise. proposal: what one said that the vote is
    about, and nobody has confirmed yet.
    """

    rating = models.OneToOneField("SatisfactionRating", models.CASCADE, related_name="review")
    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="+")
    owner = models.ForeignKey("User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    state = models.CharField(max_length=4, choices=ReviewState, default=ReviewState.OPEN)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=40, blank=True)
    cause_text = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    answer_comment = models.ForeignKey(
        "Comment", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    outcome_text = models.TextField(blank=True)
    proposal = models.ForeignKey(
        "VoteReviewEvent", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | Q(state="done", closed_at__isnull=False),
                name="vote_review_done_has_its_time",
            )
        ]
        indexes = [
            # The inbox: what is open, by its deadline; what an agent has open; what is done, the latest first.
            models.Index(fields=["due_at", "id"], condition=Q(state="open"), name="vote_review_open"),
            models.Index(fields=["owner", "due_at", "id"], condition=Q(state="open"), name="vote_review_owner"),
            models.Index(fields=["closed_at", "id"], condition=Q(state="done"), name="vote_review_done"),
        ]

    def __str__(self) -> str:
        return f"review of the vote on #{self.ticket_id}"


class VoteReviewEvent(models.Model):
    """One thing that happened to a review; never changed. kind, values: rules.satisfaction_reviews words them."""

    review = models.ForeignKey(VoteReview, models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=20)
    author = models.ForeignKey(
        "User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, help_text="Empty: by itself."
    )
    values = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # The history of a review.
            models.Index(fields=["review", "id"], name="vote_review_event")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.review_id}"


class VoteCause(models.Model):
    """A cause of bad votes that the desk tells apart. A desk without rows has the usual ones.

    title: empty for a usual one that nobody renamed, which everybody reads in his language.
    """

    key = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=80, blank=True)
    position = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.title or self.key


class VoteWatch(models.Model):
    """A look at whether bad votes have become more frequent than chance explains: one a week.

    found: for the desk ("") and each group (its id as text) {"bad", "votes", "bad_before", "votes_before", "p",
    "told"}.
    """

    looked_on = models.DateField(unique=True, help_text="The Monday of the week, in the desk's time zone.")
    found = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"look of {self.looked_on}"
