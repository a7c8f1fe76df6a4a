"""The words of a published translation as a search looks for them: `it=stem`, and each word itself for begun ones.
Pure.

docs/algorithms/help-center-search.md
"""

import math
from collections import Counter

from sportello.desk.rules.search_terms import ELIDED
from sportello.kit import stems

TITLE = 3.0  # so much more a word says that stands in the title
USUAL_LENGTH = 150  # words of an article: in longer ones each says less
LONGEST = 61  # of a column of 64, with its mark


def told(text: str) -> list[str]:
    """The folded words of a text, without those that nearly every text has."""
    found = [word[:LONGEST] for word in stems.words(ELIDED.sub("", text))]
    return [word for word in found if word not in stems.COMMON]


def stemmed(word: str) -> dict[str, str]:
    """The mark of a folded word in each language: English *sale* is not Italian *sala*, though their stems meet."""
    found = stems.stems(word)
    return {"it": f"it={found[0]}", "en": f"en={found[-1]}"}


def weights(title: str, text: str, language: str) -> dict[str, float]:
    """How much each stem and each word says of the article: 3 for its title, up to 1 for its text."""
    body = told(text)
    found: dict[str, float] = {}
    counts = Counter(it for word in body for it in (word, stemmed(word)[language]))
    slowness = 0.5 + 0.5 * len(body) / USUAL_LENGTH
    for mark, times in counts.items():
        found[mark] = times / (times + slowness)
    for mark in {it for word in told(title) for it in (word, stemmed(word)[language])}:
        found[mark] = found.get(mark, 0.0) + TITLE
    return {mark: round(weight, 4) for mark, weight in found.items()}


def rarity(of_all: int, having: int) -> float:
    """How much a word tells that so many of all translations have (idf); never below 0."""
    return math.log(1 + (of_all - having + 0.5) / (having + 0.5)) if of_all >= having else 0.0
