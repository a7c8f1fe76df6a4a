"""What the demo desk makes of its bad votes: most are done, one waits for a second person.

One that was said to be about the help was about a computer. No chance in it: the rest of the story stays as it is.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sportello.desk.actions import reviews
from sportello.desk.actions.reviews import Finding
from sportello.desk.models import User, VoteReview
from sportello.desk.words import About, Outcome, ReviewState

from . import scenes

if TYPE_CHECKING:
    from .story import Story

NEW_COMPUTER = "Il contratto prevede la sostituzione ogni cinque anni: questo ne ha sette."
# By what the customer wrote with the vote; whatever is not here stays open.
FINDINGS = {
    scenes.SLOW_VOTES[0]: Finding(
        cause="equipment",
        cause_text="Il computer è vecchio: non è questione di assistenza.",
        answer="Sentito al telefono: la spesa per un computer nuovo la decide la sua direzione.",
        outcome=Outcome.SETTLED,
    ),
    scenes.SLOW_VOTES[1]: Finding(
        cause="equipment",
        cause_text=NEW_COMPUTER,
        outcome=Outcome.CHANGED,
        outcome_text="Proposta di sostituzione mandata al consorzio.",
    ),
    "Problema risolto, ma abbiamo aspettato mezza giornata.": Finding(
        cause="slow",
        cause_text="Due persone assenti lo stesso giorno.",
        answer="Ci siamo scusati per telefono.",
        outcome=Outcome.CHANGED,
        outcome_text="Il turno del lunedì mattina ora ha sempre due persone.",
    ),
    "Ho dovuto spiegare due volte la stessa cosa.": Finding(
        cause="handed_on",
        cause_text="Passato da un gruppo all'altro senza una nota.",
        outcome=Outcome.CHANGED,
        outcome_text="Chi passa un ticket lascia una nota con quello che il cliente ha già detto.",
    ),
}
# Votes on the help that are about the computer: one is confirmed already, one waits.
RECLASSIFIED = {scenes.SLOW_VOTES[1]: True, scenes.SLOW_VOTES[2]: False}
REASON = "Scrive lui stesso che il problema è il computer, non chi l'ha aiutato."


def acts(story: "Story", ticket_id: int) -> Iterator[datetime]:
    """The review of the vote on this ticket, if it is a bad one."""
    review = VoteReview.objects.select_related("rating", "owner").filter(ticket=ticket_id).first()
    if review is None or review.owner is None or review.state != ReviewState.OPEN:
        return
    comment = review.rating.comment
    yield story.after_work(180)
    if comment in RECLASSIFIED:
        others = User.objects.staff().exclude(pk=review.owner.pk).exclude(pk=review.rating.assignee_id or 0)
        proposal = reviews.propose(review.pk, About.PRODUCT, REASON, actor=others.order_by("id")[0])
        yield story.after_work(240)
        if RECLASSIFIED[comment]:
            reviews.confirm(review.pk, proposal.pk, actor=review.owner)
    if comment in FINDINGS:
        reviews.work(review.pk, FINDINGS[comment], actor=review.owner, close=True)
