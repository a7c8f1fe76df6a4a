"""How words and people look: a status has an icon besides its colour, a priority its bars, a person a colour."""

import unicodedata
from zlib import crc32

from sportello.desk.words import Priority, Status

STATUS_ICON = {
    Status.NEW: "circle-dashed",
    Status.OPEN: "circle-dot",
    Status.PENDING: "circle-ellipsis",
    Status.HOLD: "circle-pause",
    Status.SOLVED: "circle-check",
    Status.CLOSED: "lock",
}
PRIORITY_ICON = {
    Priority.LOW: "priority-low",
    Priority.NORMAL: "priority-normal",
    Priority.HIGH: "priority-high",
    Priority.URGENT: "circle-alert",
}
PERSON_COLOURS = 8


def initials(name: str) -> str:
    """One or two capitals for a name or an address: "Anna Maria Rossi" AR, "help@shop.example" H, "" ?."""
    letters = [word[0] for word in name.split("@", maxsplit=1)[0].replace(".", " ").split() if word[0].isalnum()]
    chosen = letters[:1] + letters[-1:] if len(letters) > 1 else letters
    return unicodedata.normalize("NFC", "".join(chosen)).upper()[:2] or "?"


def person_colour(name: str) -> int:
    """1 to 8, the same for the same name on every page and day."""
    return crc32(name.strip().casefold().encode()) % PERSON_COLOURS + 1
