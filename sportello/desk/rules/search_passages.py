"""The passage of a text that a search has found, with what was looked for marked in it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sportello.kit import stems

from .search_terms import Text

LENGTH = 180  # Characters.
BEFORE = 40


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which words are looked for: as they are written, by their stems, by how they begin."""

    words: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()
    begun: tuple[str, ...] = ()
    is_wanted: dict[str, str] = field(default_factory=dict, compare=False)

    def named(self, word: str) -> str:
        """What is looked for that this word is: "" for nothing."""
        if word not in self.is_wanted:
            found = self.stems.intersection(stems.stems(word))
            start = next((it for it in self.begun if word.startswith(it)), "")
            self.is_wanted[word] = min(found) if found else word if word in self.words else start
        return self.is_wanted[word]


def wanted(groups: Iterable[Iterable[Text]]) -> Wanted:
    """What a search looks for; denied words are not shown."""
    texts = [text for group in groups for text in group if not text.negated]
    return Wanted(
        words=frozenset(word for text in texts if text.exact for word in text.words),
        stems=frozenset(stem for text in texts if not text.exact for stem in stems.stems(text.words[-1])),
        begun=tuple(text.words[-1] for text in texts if text.prefix),
    )


def marked(text: str, sought: Wanted) -> list[Piece]:
    """All of the text."""
    text = stems.composed(text)
    return _pieces(text, [(start, end) for start, end, _name in _found(text, sought)], 0, len(text))


def passage(texts: Iterable[str], sought: Wanted, length: int = LENGTH) -> list[Piece]:
    """Of these texts the place where most different words stand close together; [] where none does."""
    best: tuple[int, str, list[tuple[int, int, str]]] = (0, "", [])
    for said in texts:
        text = stems.composed(said)
        places = _found(text, sought)
        for number, (start, _end, _name) in enumerate(places):
            near = [it for it in places[number : number + 20] if it[1] - start <= length - BEFORE]
            names = len({name for _start, _end, name in near})
            if names > best[0]:
                best = names, text, near
    _names, text, near = best
    if not near:
        return []
    start = _word_start(text, near[0][0])
    end = _word_end(text, start + length)
    pieces = _pieces(
        text, [(first, last) for first, last, _name in _found(text[:end], sought) if first >= start], start, end
    )
    if start:
        pieces.insert(0, Piece("… "))
    return [*pieces, Piece(" …")] if end < len(text) else pieces


def _found(text: str, sought: Wanted) -> list[tuple[int, int, str]]:
    matches = stems.WORD.finditer(stems.fold(text))
    named = ((it.start(), it.end(), sought.named(it.group()[: stems.LONGEST])) for it in matches)
    return [it for it in named if it[2]]


def _pieces(text: str, places: Iterable[tuple[int, int]], start: int, end: int) -> list[Piece]:
    pieces, at = [], start
    for first, last in places:
        if first > at:
            pieces.append(Piece(text[at:first]))
        pieces.append(Piece(text[first:last], marked=True))
        at = last
    return [*pieces, Piece(text[at:end])] if at < end else pieces


def _word_start(text: str, place: int) -> int:
    """Some words before this place, at most to where its line begins."""
    line = text.rfind("\n", 0, place) + 1
    if place - line <= BEFORE:
        return line
    blank = text.find(" ", place - BEFORE, place)
    return blank + 1 if blank >= 0 else place


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    blank = text.rfind(" ", place - 30, place)
    return blank if blank >= 0 else place
