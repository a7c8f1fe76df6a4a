"""`sportello report …`: the figures."""

import enum
import json
import re
from typing import Annotated

import typer

from sportello.cli.session import open_desk
from sportello.kit import terminal
from sportello.kit.terminal import _

app = typer.Typer(help=_("The desk in figures."), no_args_is_help=True)


class Format(enum.StrEnum):
    TEXT = "text"
    JSON = "json"


@app.callback(help=_("The desk in figures."))
def figures() -> None: ...


@app.command(
    help=_("Tickets, first reply, solved at first contact and satisfaction of a month, beside the month before.")
)
def month(
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help=_("The month, for instance 2026-10."))],
    format: Annotated[Format, typer.Option(help=_("For people or for programs."))] = Format.TEXT,
) -> None:
    if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", month):
        raise typer.BadParameter("YYYY-MM", param_hint="MONTH")
    open_desk()
    from sportello.reports import tables
    from sportello.reports.month import month as figures_of

    found = figures_of(int(month[:4]), int(month[5:]))
    if format is Format.JSON:
        print(json.dumps(tables.as_json(found), ensure_ascii=False, indent=2, default=str))
    else:
        print(tables.as_text(found, terminal.language()))
