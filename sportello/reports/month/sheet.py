"""What a report says, in one language: page, mail, paper, Markdown and text all show a Sheet. Pure."""

from dataclasses import dataclass

LONG = 12  # rows


@dataclass(frozen=True, slots=True)
class Row:
    """“Questo mese: 3,8 ore”. note: how many cases, and whether they are enough."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One of the headlines: what it is, this month beside the others, and what that means.

    value: this month's, in short. tone: "better" or "worse" than the benchmark, or "", also where chance may explain
    the difference. notes: small print.
    """

    key: str
    title: str
    lead: str
    value: str
    rows: tuple[Row, ...]
    says: tuple[str, ...]
    notes: tuple[str, ...] = ()
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A bad case: its head, what the customer wrote, what was found."""

    ticket_id: int
    head: str
    comment: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    items: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()

    @property
    def is_long(self) -> bool:
        """One long table: to be unfolded where a page can."""
        return len(self.grids) == 1 and len(self.grids[0].rows) > LONG


@dataclass(frozen=True, slots=True)
class Sheet:
    """opening: before the blocks; foreword: a person's own words, above it; warnings: what the reader must know."""

    language: str
    audience: str
    desk: str
    organization: str
    title: str
    subtitle: str
    month: str
    opening: tuple[str, ...]
    warnings: tuple[str, ...]
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    closing: tuple[str, ...]
    notes: tuple[str, ...]
