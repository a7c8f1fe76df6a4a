"""Articles that fit what somebody writes: the same on both databases, because the words are made here.

docs/algorithms/help-center-search.md
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Subquery, Value
from django.db.models.functions import Coalesce

from sportello.desk.rules.search_passages import Wanted, passage
from sportello.kit.prefixes import starting

from . import access, words
from .models import Translation, Word

LONGEST = 4_000  # characters that are read of what is asked
MOST_TERMS = 30
SHORTEST_BEGUN = 3
PASSAGE = 170
# An article stays away that has less of the question than this, or is so much worse than the best.
LEAST_SHARE = 0.25
LEAST_OF_BEST = 0.35
ENOUGH = 3  # words that stand in its text alone
# Of what it could tell: a word of a short question that no article has is often about nothing (*please*).
NOWHERE = 0.5
FULL_QUESTION = 6  # words: of a longer question nobody expects an article to have all
OTHER_LANGUAGE = 0.85


@dataclass(frozen=True, slots=True)
class Found:
    """An article that fits. passage: plain text around the first hit, 200 characters at most; html: all of it."""

    article_id: int
    title: str
    language: str
    passage: str
    html: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word that is asked for: by its stems, and, while it is being typed, by how it begins."""

    marks: frozenset[str]
    begun: str = ""

    def has(self, mark: str) -> bool:
        return mark in self.marks or bool(self.begun and mark.startswith(self.begun))


def find(asked: str, language: str, limit: int) -> list[Found]:
    """The published articles that fit best, best first, each in this language or, failing that, another; two queries.

    An article with more of the different words comes before one that has a single one more often; one that shares
    nothing but a word that many have stays away.
    """
    terms = _terms(asked[:LONGEST])
    if not terms or limit < 1:
        return []
    best = _ranked(terms, _rows(terms), language)[:limit]
    texts: dict[int, list[Translation]] = defaultdict(list)
    for it in access.published().filter(article__in=best):
        texts[it.article_id].append(it)
    sought = _wanted(terms)
    return [_found(access.nearest(texts[pk], language), sought) for pk in best if pk in texts]


def _terms(asked: str) -> list[Term]:
    told = words.told(asked)
    is_begun = bool(told) and asked[-1:].isalnum() and len(told[-1]) >= SHORTEST_BEGUN
    found: dict[frozenset[str], Term] = {}
    for place, word in enumerate(told):
        marks = frozenset(words.stemmed(word).values())
        begun = word if is_begun and place == len(told) - 1 else ""
        if begun or marks not in found:
            found[marks] = Term(marks, begun)
    kept = list(found.values())
    return kept if len(kept) <= MOST_TERMS else [*kept[: MOST_TERMS - 1], kept[-1]]


def _rows(terms: Iterable[Term]) -> list[tuple[str, float, int, str, int]]:
    """The words that are there: (mark, weight, article, language, translations in all)."""
    wanted = Q(stem__in={mark for term in terms for mark in term.marks})
    for term in terms:
        if term.begun:
            wanted |= starting("stem", term.begun)
    every: Any = access.published().order_by().annotate(one=Value(1)).values("one").annotate(all=Count("pk"))
    columns = ("stem", "weight", "translation__article_id", "translation__language", "of_all")
    found = Word.objects.filter(wanted, translation__in=access.published())
    return list(found.annotate(of_all=Coalesce(Subquery(every.values("all")[:1]), 0)).values_list(*columns))


def _ranked(terms: list[Term], rows: list[tuple[str, float, int, str, int]], language: str) -> list[int]:
    if not rows:
        return []
    of_all = rows[0][4]
    # Of each term how strongly each translation has it.
    having: list[dict[tuple[int, str], float]] = [{} for _term in terms]
    for mark, weight, article_id, written_in, _all in rows:
        for term, strengths in zip(terms, having, strict=True):
            if term.has(mark):
                key = article_id, written_in
                strengths[key] = max(strengths.get(key, 0.0), weight)
    nowhere = NOWHERE if len(terms) <= FULL_QUESTION else 1.0
    rarities = [words.rarity(of_all, len(it)) * (1.0 if it else nowhere) for it in having]
    full = sum(sorted(rarities, reverse=True)[:FULL_QUESTION])
    best: dict[int, float] = {}
    for key in {key for strengths in having for key in strengths}:
        score = _score(key, having, rarities, full)
        score *= 1.0 if key[1] == language else OTHER_LANGUAGE
        best[key[0]] = max(best.get(key[0], 0.0), score)
    least = LEAST_OF_BEST * max(best.values())
    order = sorted((-score, pk) for pk, score in best.items() if score and score >= least)
    return [pk for _score, pk in order]


def _score(
    key: tuple[int, str], having: list[dict[tuple[int, str], float]], rarities: list[float], full: float
) -> float:
    """0: too little to show."""
    matched = [(rare, it[key]) for it, rare in zip(having, rarities, strict=True) if key in it]
    share = min(1.0, sum(rare for rare, _strength in matched) / full) if full else 0.0
    is_title = any(strength >= words.TITLE for _rare, strength in matched)
    is_enough = is_title or len(matched) >= min(len(having), ENOUGH)
    if share < LEAST_SHARE or not is_enough:
        return 0.0
    return sum(rare * strength for rare, strength in matched) * share


def _wanted(terms: Iterable[Term]) -> Wanted:
    names = {mark.partition("=")[2] for term in terms for mark in term.marks}
    return Wanted(stems=frozenset(names), begun=tuple(term.begun for term in terms if term.begun))


def _found(it: Translation, sought: Wanted) -> Found:
    flat = " ".join(it.text.split())
    pieces = passage([flat], sought, PASSAGE)
    start = flat if len(flat) <= PASSAGE else flat[:PASSAGE].rsplit(" ", 1)[0] + " …"
    said = "".join(piece.text for piece in pieces) or start
    return Found(it.article_id, it.title, it.language, said, it.html)


__all__ = ["Found", "find"]
