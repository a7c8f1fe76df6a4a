"""What the desk has told a customer already: earlier answers that fit a new ticket, found by its words alone.

docs/algorithms/search.md
"""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from math import log

from django.db.models import F, Q
from django.db.models.functions import Left

from sportello.kit import stems

from .. import access
from ..models import Comment, Ticket, User
from ..rules.search_passages import Piece, Wanted, passage
from ..rules.search_terms import TICKET, Text
from ..words import Role
from . import index

SHOWN = 3
MOST_TICKETS = 300  # The latest of the requester and of the organization.
MOST_ANSWERS = 300
MOST_WORDS = 40
READ = 4_000  # Characters of a text.
LEAST_FITTING = 2  # Different words.
# Said in every letter, and nothing about what it is about.
POLITE = frozenset(
    """buongiorno buonasera buonanotte buon giorno giornata salve ciao grazie saluti saluto cordiali cordialmente
    distinti gentile gentili egregio egregi spett spettabile prego cortesemente cortese attendo riscontro disposizione
    anticipo signor signora signori dott dottore dottoressa hello dear thanks thank regards best kind
    kindly please sincerely cheers greetings morning afternoon evening sir madam mrs team staff support help assistenza
    abbiamo ancora anche avere avete aveva cosa cosi deve dopo dove essere fare fatto fino fra gia invece loro mai mio
    mia miei molto nessuno niente noi nostra nostre nostri nostro ogni ora oppure oggi ieri domani poi prima proprio puo
    possiamo posso pure qualche quale quali quanto quella quelle quelli quello queste questi qui sempre senza siamo
    siete solo sta stata state stati stato stesso sto sua sue sui suo suoi tanto tutti tutto tutta tutte vai voi vostra
    vostre vostri vostro
    after again all another because before being both could does each every few get got had having her here him his
    into let like many may might more most much must need now off once only other ours out over own same she should
    some still such than their these those through too under until upon very want were while whom why would yet
    yours""".split()
)
POLITE_STEMS = frozenset(stem for word in POLITE for stem in stems.stems(word))


@dataclass(frozen=True, slots=True)
class Told:
    """An earlier answer. passage: where it fits."""

    comment_id: int
    ticket_id: int
    subject: str
    requester: str
    author: str
    at: datetime
    text: str
    passage: tuple[Piece, ...] = ()


def read(agent: User, ticket: Ticket) -> list[Told]:
    """The answers that fit best, one of a ticket, the best first; public ones, on tickets that the agent may see."""
    own = frozenset(stems.words(ticket.requester.name))
    words = list(_telling(_said(ticket), own))[:MOST_WORDS]
    theirs = Q(requester=ticket.requester_id)
    if ticket.organization_id:
        theirs |= Q(organization=ticket.organization_id)
    others = access.tickets(agent).filter(theirs).exclude(pk=ticket.pk).order_by("-pk")
    keys = list(others.values_list("pk", flat=True)[:MOST_TICKETS]) if words else []
    if not keys:
        return []
    fitting = index.among(TICKET, (tuple(Text((word,)) for word in words),), keys)
    return _best(_answers(fitting), _stems(" ".join(words)), _stems(ticket.subject))


def _said(ticket: Ticket) -> list[str]:
    """The subject, and the customer's first and latest words."""
    said = ticket.comments.filter(public=True, author=ticket.requester_id).annotate(beginning=Left("text", READ))
    texts = said.values_list("beginning", flat=True)
    return [ticket.subject, *texts.order_by("pk")[:1], *texts.order_by("-pk")[:1]]


def _telling(texts: Iterable[str], own: AbstractSet[str]) -> dict[str, None]:
    """The words that may tell what it is about, in their order. own: those of the writer's name."""
    found = (word for text in texts for word in stems.words(text))
    return dict.fromkeys(
        word
        for word in found
        if len(word) > 2
        and word not in stems.COMMON
        and word not in own
        and not POLITE_STEMS.intersection(stems.stems(word))
    )


def _answers(keys: Iterable[int]) -> list[Told]:
    answers = Comment.objects.filter(
        ticket__in=keys, public=True, automatic=False, author__role__in=(Role.AGENT, Role.ADMIN)
    ).exclude(author=F("ticket__requester"))
    columns = ("pk", "ticket", "ticket__subject", "ticket__requester__name", "author__name", "created_at")
    rows = answers.filter(side_conversation=None).order_by("-pk").values_list(*columns, Left("text", READ))
    return [Told(*row) for row in rows[:MOST_ANSWERS]]


def _best(answers: list[Told], wanted: set[str], subject: set[str]) -> list[Told]:
    """By the weight of the words that each shares with the ticket: rare ones say more, those of its title half as much.

    One of them stands in the subject of the ticket; what fits half as well as the best is left out.
    """
    shared = {it.comment_id: _stems(it.text) & wanted for it in answers}
    titles = {it.ticket_id: _stems(it.subject) & wanted for it in answers}
    counted = Counter(stem for found in shared.values() for stem in found)
    weight = {stem: log(1 + len(answers) / (1 + counted[stem])) for stem in wanted}
    sought = Wanted(stems=frozenset(wanted))
    scores: dict[int, tuple[float, Told]] = {}
    for it in answers:
        own, title = shared[it.comment_id], titles[it.ticket_id]
        if not own or not (own | title) & subject or _count(own | title) < LEAST_FITTING:
            continue
        score = sum(weight[stem] for stem in own) + sum(weight[stem] for stem in title) / 2
        if score > scores.get(it.ticket_id, (0.0, it))[0]:
            scores[it.ticket_id] = score, it
    best = sorted(scores.values(), key=lambda found: (-found[0], -found[1].comment_id))
    shown: dict[str, Told] = {}  # What was answered in the same words stands once.
    for score, it in best:
        if len(shown) == SHOWN or score <= best[0][0] / 2:
            break
        told = tuple(passage([it.text], sought))
        shown.setdefault("".join(piece.text for piece in told).strip("… "), replace(it, passage=told))
    return list(shown.values())


def _stems(text: str) -> set[str]:
    return {stem for word in stems.words(text) for stem in stems.stems(word)}


def _count(found: set[str]) -> int:
    """How many words these stems are: the Italian and the English stem of one word begin alike."""
    return len({stem[:4] for stem in found})
