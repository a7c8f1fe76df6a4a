"""Verbs on satisfaction: vote, change the vote."""

from django.db import transaction
from django.utils.translation import gettext as _

from ..errors import Invalid, Stale
from ..models import SatisfactionRating, User
from ..words import About, Score
from . import alerts, reviews, tickets
from .update import Update

COMMENT_LIMIT = 5000


def vote(
    rating_id: int, score: str, *, comment: str = "", about: str = "", actor: User, via: str
) -> SatisfactionRating:
    """Vote, or change the vote while it can be. Earlier votes stay in the history. None of this touches a clock of the
    ticket; a bad vote opens its review (actions.reviews).

    Raises Invalid("score" | "about" | "comment"), Stale once the vote has expired.
    """
    if score not in (Score.GOOD, Score.BAD):
        raise Invalid("score", _("A vote is good or bad."))
    if about and about not in About.values:
        raise Invalid("about", _("Choose what it is about from the list."))
    if len(comment) > COMMENT_LIMIT:
        raise Invalid("comment", _("At most %(limit)s characters, please.") % {"limit": COMMENT_LIMIT})
    about = about if score == Score.BAD else ""
    comment = comment.strip()
    with transaction.atomic():
        ticket_id = SatisfactionRating.objects.values_list("ticket_id", flat=True).get(pk=rating_id)
        # Everybody locks a ticket before what hangs on it.
        update = Update(tickets.lock(ticket_id), actor=actor, via=via)
        rating = SatisfactionRating.objects.select_for_update().get(pk=rating_id)
        if update.now > rating.expires_at:
            raise Stale(_("The time to vote has passed."))
        if (rating.score, rating.comment, rating.about) == (score, comment, about):
            return rating
        before = (rating.score, rating.about, rating.comment)
        update.events.append(
            {
                "type": "SatisfactionRating",
                "score": score,
                "previous_score": rating.score,
                "about": about,
                "comment": comment,
                "assignee_id": rating.assignee_id,
            }
        )
        rating.score, rating.comment, rating.about = score, comment, about
        rating.rated_at = rating.rated_at or update.now
        rating.updated_at = update.now
        rating.save(update_fields=["score", "comment", "about", "rated_at", "updated_at"])
        update.commit()
        if reviews.follow(update, rating, before):
            alerts.on_bad_vote(rating)
    return rating
