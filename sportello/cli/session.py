"""What the commands share: the desk opened for one command, the person who acts, and answers for people or programs."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sportello.kit import terminal
from sportello.kit.terminal import _

if TYPE_CHECKING:
    from sportello.desk.models import User

As = Annotated[str, typer.Option("--as", metavar="ADDRESS", help=_("Who acts: an address of an agent."))]
Json = Annotated[bool, typer.Option("--json", help=_("Answer in JSON, for programs."))]


def open_desk() -> None:
    """Start Django, in the terminal's language. Each command calls it first."""
    import django
    from django.utils import translation

    django.setup()
    translation.activate(terminal.language())


def person(address: str) -> "User":
    """The active staff member with this address. Raises Refused."""
    from sportello.desk.actions import people
    from sportello.desk.errors import Refused

    found = people.by_address(address)
    if found is None or not found.active or not found.is_staff_member:
        raise Refused(_("No agent has the address {address}.").format(address=address))
    return found


def tell(facts: Mapping[str, Any] | Sequence[Mapping[str, Any]], sentence: str, *, as_json: bool) -> None:
    """Print facts as JSON, or the sentence."""
    print(json.dumps(facts, ensure_ascii=False, indent=2, default=str) if as_json else sentence)


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as aligned text, a line each; "" when there are none."""
    cells = [[str(row[column] if row[column] is not None else "") for column in columns] for row in rows]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))] if cells else []
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )
