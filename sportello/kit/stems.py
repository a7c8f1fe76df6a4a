"""Words as a search compares them: small, without accents, and by their stem in Italian and in English.

*computer lento* and *Computers lenti* share their stems. The same words come out on every database, because none of
them does this work. docs/algorithms/search.md
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock

import Stemmer  # type: ignore[import-not-found]

LONGEST = 64  # Characters of a word: what is longer is no word, and its beginning tells it apart.
WORD = re.compile(r"[^\W_]+")
# Words in nearly every text: a search that has others does not insist on them.
COMMON = frozenset(
    """a ad ai al alla alle allo anche che chi ci come con cui da dai dal dalla dalle dallo de dei del della delle dello
    di e ed era gli ha hai hanno ho i il in io la le lo ma mi nei nel nella nelle nello non o per piu quando questa
    questo se si sia sono su sui sul sulla sulle te ti tra tu un una uno vi
    about also am an and any are as at be been but by can did do does for from had has have how if is it its just me my
    not of on or our so that the them then there they this to us was we were what when where which who will with you
    your""".split()
)

_LANGUAGES = [Stemmer.Stemmer(language, 0) for language in ("italian", "english")]
_ONE_AT_A_TIME = Lock()  # A stemmer serves one thread.


class _Letters(dict[int, str]):
    """Each letter without its accent, in lower case; one for one, so that places in a text stay what they are."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code).lower())[:1].lower()
        self[code] = plain if len(plain) == 1 else chr(code)
        return self[code]


_letters = _Letters()


def fold(text: str) -> str:
    """Lower case without accents, a letter for a letter: `fold(text)[n]` is of `text[n]` (of a composed text, NFC)."""
    return text.translate(_letters)


def composed(text: str) -> str:
    """With every accent on its letter."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def words(text: str) -> Iterator[str]:
    """The words of a text, folded, in their order."""
    return (found.group()[:LONGEST] for found in WORD.finditer(fold(composed(text))))


@lru_cache(maxsize=50_000)
def stems(word: str) -> tuple[str, ...]:
    """The stems of a folded word: one, or two where the languages differ."""
    if len(word) < 3 or not word.isalpha():
        return (word,)
    with _ONE_AT_A_TIME:
        found = [stemmer.stemWord(word) for stemmer in _LANGUAGES]
    return tuple(dict.fromkeys(it or word for it in found))
