"""What words say before they are sent: whom they name, whether they speak of a file, when they shall leave. Pure.

docs/algorithms/drafts.md
"""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta

# Whoever writes one of these means a file. Both languages at once: people answer in the customer's.
ATTACHED = (
    "allego",
    "alleghiamo",
    "allegato",
    "allegati",
    "allegata",
    "allegate",
    "vedi allegato",
    "attached",
    "attaching",
    "attachment",
    "attachments",
    "enclosed",
    "enclosing",
)
_ATTACHED = re.compile(rf"(?<!\w)(?:{'|'.join(ATTACHED)})(?!\w)", re.IGNORECASE)
MORNING = time(9)
# Why an answer did not leave: its author works here no more. Whoever goes on with the ticket may take it over.
LEFT = "left"


def own_words(text: str) -> str:
    """The text without what it quotes ("> …")."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))


def word_of_attachment(text: str) -> str:
    """The word by which the text, not what it quotes, speaks of an attached file; "" when it speaks of none."""
    found = _ATTACHED.search(own_words(text))
    return found[0] if found else ""


def mentioned(text: str, names: Mapping[int, str]) -> tuple[int, ...]:
    """Whom the text, not what it quotes, names by "@" and the whole name; in the order of their ids.

    names: by id. "@Anna Conti" is Anna Conti even where somebody is called Anna; two of one name are both meant.
    """
    if "@" not in text:
        return ()
    by_name: dict[str, list[int]] = {}
    for pk, name in names.items():
        if folded := " ".join(name.casefold().split()):
            by_name.setdefault(folded, []).append(pk)
    if not by_name:
        return ()
    longest_first = sorted(by_name, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)@({'|'.join(map(re.escape, longest_first))})(?!\w)")
    folded_text = " ".join(own_words(text).casefold().split())
    return tuple(sorted({pk for name in pattern.findall(folded_text) for pk in by_name[name]}))


def later(now: datetime) -> tuple[datetime, ...]:
    """When an answer is usually sent later: in an hour, tomorrow morning, Monday morning. now: local time."""
    hour = (now + timedelta(hours=1)).replace(second=0, microsecond=0)
    tomorrow = _morning(now, 1)
    monday = _morning(now, 7 - now.weekday())
    return (hour, tomorrow) if monday == tomorrow else (hour, tomorrow, monday)


def _morning(now: datetime, days: int) -> datetime:
    return datetime.combine(now.date() + timedelta(days=days), MORNING, now.tzinfo)
