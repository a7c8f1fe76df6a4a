"""The index of searches in the database: which documents have which words. The same answers from SQLite (FTS5) and
PostgreSQL (tsvector), because the words are made here. docs/algorithms/search.md

A document has three parts: its title, what was said, what stands around it. In each, words stand one after the other
(phrases are found by that), and behind them their stems, which begin with "=".
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

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
    if beyond is not None:
        conditions += f" AND {_key()} {'<' if descending else '>'} %s"
        values.append(beyond)
    order = "DESC" if descending else "ASC"
    statement = f"SELECT {_key()} FROM {TABLES[kind]} WHERE {conditions} ORDER BY {_key()} {order} LIMIT {limit:d}"
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor]


def count(kind: str, groups: Groups, most: int) -> int:
    """How many documents `find` would give, counted up to `most`."""
    conditions, values = _matching(kind, groups)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM (SELECT 1 FROM {TABLES[kind]} WHERE {conditions} LIMIT {most:d}) counted", values
        )
        return int(cursor.fetchone()[0])


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


def _tsquery(groups: Groups) -> str:
    asked, denied = _sides(groups)
    return " & ".join(
        chain(
            (f"({' | '.join(map(_tsquery_text, group))})" for group in asked),
            (f"!({_tsquery_text(text)})" for text in denied),
        )
    )


def _tsquery_text(text: Text) -> str:
    # Which part a word stands in is not in PostgreSQL's index: asked only where it matters.
    parts = "" if text.parts == EVERYWHERE else text.parts
    begun = "*" if text.prefix else ""
    *first, last = text.words
    if text.exact:
        return " <-> ".join([*(_lexeme(word, parts) for word in first), _lexeme(last, parts + begun)])
    return " | ".join(
        [*(_lexeme(f"={stem}", parts) for stem in stems.stems(last)), *([_lexeme(last, parts + "*")] if begun else [])]
    )


def _lexeme(word: str, marks: str) -> str:
    return f"'{word}'" + (f":{marks}" if marks else "")


def _sides(groups: Groups) -> tuple[list[list[Text]], Iterator[Text]]:
    asked = [[text for text in group if not text.negated] for group in groups]
    return [group for group in asked if group], (text for group in groups for text in group if text.negated)
