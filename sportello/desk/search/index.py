"""The index of searches in the database: which documents have which words. The same answers from SQLite (FTS5) and
PostgreSQL (tsvector), because the words are made here. docs/algorithms/search.md

A document has three parts: its title, what was said, what stands around it. In each, words stand one after the other
(phrases are found by that), and behind them their stems, which begin with "=".
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from django.db import connection

from sportello.kit import stems

from ..rules.search_terms import EVERYWHERE, KINDS, Text

# Up to here words have their place, of which PostgreSQL keeps 16,382; later ones are found by themselves.
MOST_PLACES = 15_000
# So many places of one word; PostgreSQL keeps 255 in all.
MOST_TIMES = {"A": 20, "B": 200, "C": 30}
NO_PLACE = 16_383
MOST_BYTES = 500_000  # A tsvector has a megabyte at most.
GAP = "\ue000"  # Stands where no word stands, so that no phrase reaches from one text into the next.
MOST_BEGUN = 200  # So many words are looked for one by one.
NEAR = 1_000  # So many documents tell how many of all have a word.
COLUMNS = {"A": "head", "B": "body", "C": "about"}
TABLES = {kind: f"desk_search_{kind}" for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Document:
    """Its texts by part: head, body, about."""

    key: int
    head: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    about: tuple[str, ...] = ()


@dataclass(slots=True)
class _Words:
    """The words of a document in their places: (part, word or GAP, place), and its stems by part."""

    places: list[tuple[str, str, int]]
    stems: dict[str, dict[str, None]]


def _words(document: Document) -> _Words:
    found = _Words([], {part: {} for part in EVERYWHERE})
    times: dict[tuple[str, str], int] = {}
    place = size = 0
    for part, column in COLUMNS.items():
        for text in getattr(document, column):
            for word in stems.words(text):
                place += 1
                seen = times.get((part, word), 0)
                if not seen:
                    size += sum(len(it.encode()) + 4 for it in (word, *stems.stems(word)))
                if size > MOST_BYTES or seen >= MOST_TIMES[part] or (place > MOST_PLACES and seen):
                    found.places.append((part, GAP, place))
                    continue
                times[part, word] = seen + 1
                found.places.append((part, word, min(place, NO_PLACE)))
                if place > MOST_PLACES:
                    place = NO_PLACE
                    found.places.append((part, GAP, place))
                if not seen:
                    found.stems[part] |= dict.fromkeys(f"={stem}" for stem in stems.stems(word))
            place += 1
            found.places.append((part, GAP, place))
    return found


def put(kind: str, documents: Iterable[Document]) -> None:
    """Write these documents, in place of what they were."""
    rows: list[tuple[int | str, ...]] = [(it.key, *_columns(_words(it))) for it in documents]
    table = TABLES[kind]
    if connection.vendor == "postgresql":
        statement = (
            f"INSERT INTO {table} (id, words) VALUES (%s, %s::tsvector)"
            " ON CONFLICT (id) DO UPDATE SET words = EXCLUDED.words"
        )
    else:
        statement = f"INSERT OR REPLACE INTO {table} (rowid, head, body, about) VALUES (%s, %s, %s, %s)"
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _columns(words: _Words) -> tuple[str, ...]:
    if connection.vendor == "postgresql":
        return (_vector(words),)
    written: dict[str, list[str]] = {part: [] for part in EVERYWHERE}
    for part, word, _place in words.places:
        written[part].append(word)
    return tuple(" ".join([*written[part], *words.stems[part]]) for part in EVERYWHERE)


def _vector(words: _Words) -> str:
    places: dict[str, list[str]] = {}
    for part, word, place in words.places:
        if word != GAP:
            places.setdefault(word, []).append(f"{place}{part}")
    for part, found in words.stems.items():
        for stem in found:
            places.setdefault(stem, []).append(f"{EVERYWHERE.index(part) + 1}{part}")
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())


def drop(kind: str, keys: Collection[int]) -> None:
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLES[kind]} WHERE {_key()} IN ({_marks(keys)})", [*keys])


# --- asking -----------------------------------------------------------------------------------------------------------

Groups = tuple[tuple[Text, ...], ...]


def spelled_out(kind: str, groups: Groups) -> Groups:
    """The same, with each begun word as the words that begin so, where they are few.

    FTS5 gathers every row of a begun word before it gives the first one; the rows of a word it walks through.
    """
    if connection.vendor == "postgresql":
        return groups
    return tuple(tuple(it for text in group for it in _spelled_out(kind, text)) for group in groups)


def _spelled_out(kind: str, text: Text) -> Iterable[Text]:
    *first, begun = text.words
    if not text.prefix or text.negated or not (found := _begun(kind, begun)):
        return (text,)
    said = [replace(text, words=(*(first if text.exact else ()), word), exact=True, prefix=False) for word in found]
    return said if text.exact else (replace(text, prefix=False), *said)


def _begun(kind: str, begun: str) -> list[str]:
    """The words that begin so; none where they are more than a few.

    Each is looked up as the first one after the last one: to walk past a word would be to walk through its rows.
    """
    following = f"SELECT term FROM {TABLES[kind]}_words WHERE term >= {{}} LIMIT 1"
    statement = (
        f"WITH RECURSIVE begun(term) AS (SELECT ({following.format('%s')}) UNION ALL "
        f"SELECT ({following.format('begun.term || char(1)')}) FROM begun WHERE begun.term < %s) "
        f"SELECT term FROM begun WHERE term < %s LIMIT {MOST_BEGUN + 1}"
    )
    end = begun + chr(0x10FFFF)
    with connection.cursor() as cursor:
        cursor.execute(statement, [begun, end, end])
        found = [word for (word,) in cursor]
    return found if len(found) <= MOST_BEGUN else []


def find(kind: str, groups: Groups, limit: int, *, beyond: int | None = None, descending: bool = True) -> list[int]:
    """The keys of documents that have these words, the newest first, so many at most. beyond: after this key.

    Of each group one has to be found. At least one group has none that is denied.
    """
    conditions, values = _matching(kind, groups)
    order, side = ("DESC", "<") if descending else ("ASC", ">")
    beyond_it = "" if beyond is None else f" AND {_key()} {side} {beyond:d}"
    with connection.cursor() as cursor:
        by = _key()
        if connection.vendor == "postgresql":
            if _is_less_to_walk(cursor, kind, groups, limit, f"TRUE{beyond_it} ORDER BY id {order}"):
                conditions = f"({conditions}) IS TRUE"  # No index has that: it walks.
            else:
                by = "id + 0"  # Nothing is in that order: it takes what the index has.
        cursor.execute(
            f"SELECT {_key()} FROM {TABLES[kind]} WHERE {conditions}{beyond_it} ORDER BY {by} {order} LIMIT {limit:d}",
            values,
        )
        return [row[0] for row in cursor]


def _is_less_to_walk(cursor: Any, kind: str, groups: Groups, limit: int, near: str) -> bool:
    """Whether to walk from the nearest document on until `limit` are found is less than to gather and sort all that
    the index has: PostgreSQL guesses it badly of begun words, of denied ones and of phrases.

    The nearest thousand tell how many have the words, and how many the index would give, to be looked at one by one.
    """
    cursor.execute(
        "SELECT COUNT(*) FILTER (WHERE words @@ %s::tsquery), COUNT(*) FILTER (WHERE words @@ %s::tsquery),"
        f" (SELECT MAX(id) FROM {TABLES[kind]}) FROM (SELECT words FROM {TABLES[kind]} WHERE {near} LIMIT {NEAR}) near",
        [_tsquery(groups), _tsquery(groups, as_index=True)],
    )
    found, given, last = cursor.fetchone()
    return bool(found) and limit * NEAR / found < last * given / NEAR


def among(kind: str, groups: Groups, keys: Collection[int]) -> set[int]:
    """Those of these documents that have the words; groups in which all is denied count too."""
    denied = tuple(group for group in groups if all(text.negated for text in group))
    asked = tuple(group for group in groups if group not in denied)
    found = _among(kind, asked, keys) if asked else set(keys)
    for group in denied:
        found -= _among(kind, tuple((replace(text, negated=False),) for text in group), found)
    return found


def _among(kind: str, groups: Groups, keys: Collection[int]) -> set[int]:
    if not keys:
        return set()
    conditions, values = _matching(kind, groups)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_key()} FROM {TABLES[kind]} WHERE {conditions} AND {_key()} IN ({_marks(keys)})",
            [*values, *keys],
        )
        return {row[0] for row in cursor}


def _matching(kind: str, groups: Groups) -> tuple[str, list[int | str]]:
    if connection.vendor == "postgresql":
        return "words @@ %s::tsquery", [_tsquery(groups)]
    return f"{TABLES[kind]} MATCH %s", [_fts5(groups)]


def _key() -> str:
    return "id" if connection.vendor == "postgresql" else "rowid"


def _marks(keys: Collection[int]) -> str:
    return ", ".join(["%s"] * len(keys))


def _fts5(groups: Groups) -> str:
    asked, denied = _sides(groups)
    said = " AND ".join(f"({' OR '.join(map(_fts5_text, group))})" for group in asked)
    return f"({said})" + "".join(f" NOT ({_fts5_text(text)})" for text in denied)


def _fts5_text(text: Text) -> str:
    last = text.words[-1]
    if text.exact:
        said = f'"{" ".join(text.words)}"{" *" if text.prefix else ""}'
    else:
        said = " OR ".join([*(f'"={stem}"' for stem in stems.stems(last)), *([f'"{last}" *'] if text.prefix else [])])
    if text.parts == EVERYWHERE:
        return said
    return f"{{{' '.join(COLUMNS[part] for part in text.parts)}}} : ({said})"


def _tsquery(groups: Groups, *, as_index: bool = False) -> str:
    """as_index: what PostgreSQL's index alone can tell, which knows neither places nor parts."""
    asked, denied = _sides(groups)
    if as_index:
        denied = (text for text in denied if text.parts == EVERYWHERE and len(text.words) == 1)
    return " & ".join(
        chain(
            (f"({' | '.join(_tsquery_text(text, as_index) for text in group)})" for group in asked),
            (f"!({_tsquery_text(text, as_index)})" for text in denied),
        )
    )


def _tsquery_text(text: Text, as_index: bool) -> str:
    # Which part a word stands in is asked only where it matters: it has to be looked up in the document.
    parts = "" if as_index or text.parts == EVERYWHERE else text.parts
    begun = "*" if text.prefix else ""
    *first, last = text.words
    if text.exact:
        follows = " & " if as_index else " <-> "
        return follows.join([*(_lexeme(word, parts) for word in first), _lexeme(last, parts + begun)])
    return " | ".join(
        [*(_lexeme(f"={stem}", parts) for stem in stems.stems(last)), *([_lexeme(last, parts + "*")] if begun else [])]
    )


def _lexeme(word: str, marks: str) -> str:
    return f"'{word}'" + (f":{marks}" if marks else "")


def _sides(groups: Groups) -> tuple[list[list[Text]], Iterator[Text]]:
    asked = [[text for text in group if not text.negated] for group in groups]
    return [group for group in asked if group], (text for group in groups for text in group if text.negated)
