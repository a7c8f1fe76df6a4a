"""The reviews of bad votes: for whoever sees the figures and the ticket."""

from django.db.models import Q, QuerySet

from ..models import Comment, SatisfactionRating, Ticket, User, VoteReview, VoteReviewEvent, VoteWatch
from ..words import Permission, ReviewState
from .gate import may, one, staff
from .tickets import sees_every_ticket, tickets, who_sees


def reviews(person: User) -> "QuerySet[VoteReview]":
    """Those of the tickets that he sees; who does not see the figures finds his own only."""
    staff(person)
    found = VoteReview.objects.all()
    if not may(person, Permission.REPORTS):
        found = found.filter(owner=person)
    return found if sees_every_ticket(person) else found.filter(ticket__in=tickets(person))


def open_reviews(person: User) -> "QuerySet[VoteReview]":
    return reviews(person).filter(state=ReviewState.OPEN)


def get_review(person: User, review_id: int) -> VoteReview:
    """With all that its page shows once. Raises Missing."""
    related = ("rating__requester", "rating__assignee", "rating__group", "rating__organization", "ticket", "owner")
    return one(reviews(person).filter(pk=review_id).select_related(*related, "answer_comment", "proposal__author"))


def review_events(person: User, review: VoteReview) -> "QuerySet[VoteReviewEvent]":
    """Its history, the latest first. review: of get_review."""
    staff(person)
    return VoteReviewEvent.objects.filter(review=review).select_related("author").order_by("-id")


def reviewers(ticket: Ticket) -> list[User]:
    """To whom the review of a vote on this ticket may be given, by name: who sees the figures, and the ticket as it is
    now."""
    seen = who_sees(ticket).select_related("custom_role").order_by("name", "id")
    return [it for it in seen if may(it, Permission.REPORTS)]


def votes(person: User) -> "QuerySet[SatisfactionRating]":
    """All votes on the tickets that he sees, for whoever sees the figures. Raises Missing."""
    staff(person)
    given = SatisfactionRating.objects.exclude(rated_at=None)
    if not may(person, Permission.REPORTS):
        return given.none()
    return given if sees_every_ticket(person) else given.filter(ticket__in=tickets(person))


def vote_looks(person: User) -> "QuerySet[VoteWatch]":
    """The weekly looks at satisfaction, the latest first, for whoever sees the figures."""
    staff(person)
    found = VoteWatch.objects.order_by("-looked_on")
    return found if may(person, Permission.REPORTS) else found.none()


def answers_to(person: User, review: VoteReview) -> "QuerySet[Comment]":
    """What agents have written to the customer, on the ticket or on one that follows it up, the newest first.

    What he does not see of them is left out.
    """
    staff(person)
    of_it = Q(ticket=review.ticket_id) | Q(ticket__follow_up_of=review.ticket_id, ticket__in=tickets(person))
    said = Comment.objects.filter(of_it, public=True, automatic=False, side_conversation=None)
    return said.filter(author__role__in=("agent", "admin")).select_related("author").order_by("-id")
