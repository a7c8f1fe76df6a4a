"""`sportello report …`: the figures."""

import enum
import json
import re
import sys
import time
from typing import Annotated

import typer

from sportello.cli.session import Json, open_desk, tell
from sportello.kit import locks, terminal
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


@app.command(help=_("Fold the facts behind the figures anew from what is written in each ticket."))
def rebuild(as_json: Json = False) -> None:
    """Figures are given from the facts as they were until it is done. A running worker waits."""
    open_desk()
    from sportello.reports.folding import sync

    began = time.monotonic()
    with typer.progressbar(length=1, label=_("Facts"), file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        try:
            tickets = sync.rebuild(show)
        except locks.Busy as busy:
            typer.echo(
                _("Process {pid} is writing the facts just now: try again in a moment.").format(pid=busy.pid), err=True
            )
            raise typer.Exit(1) from None
    seconds = round(time.monotonic() - began)
    sentence = _("The facts are folded: {rows} requests in {seconds} s.").format(rows=tickets, seconds=seconds)
    tell({"rows": tickets, "seconds": seconds}, sentence, as_json=as_json)
