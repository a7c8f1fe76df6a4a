"""`sportello report …`: the figures."""

import enum
import json
import re
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from sportello.cli.session import Json, open_desk, tell
from sportello.kit import locks, terminal
from sportello.kit.terminal import _

app = typer.Typer(help=_("The desk in figures."), no_args_is_help=True)


class Format(enum.StrEnum):
    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class Audience(enum.StrEnum):
    TEAM = "team"
    PUBLIC = "public"


@app.callback(help=_("The desk in figures."))
def figures() -> None: ...


@app.command(
    help=_("Tickets, first reply, solved at first contact and satisfaction of a month, beside the month before.")
)
def month(
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help=_("The month, for instance 2026-10."))],
    format: Annotated[Format, typer.Option(help=_("For people or for programs."))] = Format.TEXT,
    audience: Annotated[
        Audience, typer.Option("--for", help=_("For the team, or for publication: then it names nobody."))
    ] = Audience.TEAM,
    language: Annotated[str, typer.Option(help=_("it or en; without it, that of this terminal."))] = "",
) -> None:
    if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", month):
        raise typer.BadParameter("YYYY-MM", param_hint="MONTH")
    if language not in ("", "it", "en"):
        raise typer.BadParameter("it, en", param_hint="--language")
    open_desk()
    from sportello.reports import month as months
    from sportello.reports.folding import store

    try:
        found = months.month(int(month[:4]), int(month[5:]))
    except store.Missing:
        typer.echo(_("The facts are not folded yet: run `sportello report rebuild`, or start the desk."), err=True)
        raise typer.Exit(1) from None
    spoken = language or terminal.language()
    if format is Format.JSON:
        print(json.dumps(months.as_json(found), ensure_ascii=False, indent=2, default=str))
    elif format is Format.MARKDOWN:
        print(months.as_markdown(found, spoken, audience), end="")
    else:
        print(months.as_text(found, spoken, audience), end="")


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


class Engine(enum.StrEnum):
    DUCKDB = "duckdb"
    POSTGRESQL = "postgresql"
    CLICKHOUSE = "clickhouse"


@app.command(help=_("Write the facts as files, with the script that makes tables of them, for other programs."))
def sql(
    folder: Annotated[Path, typer.Argument(help=_("Where the files go; what an earlier run wrote is replaced."))],
    engine: Annotated[Engine, typer.Option("--for", help=_("Who reads them."))] = Engine.DUCKDB,
    as_json: Json = False,
) -> None:
    open_desk()
    from sportello.reports.exports import schema
    from sportello.reports.folding import store

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # Names of customers: for nobody else on the machine.
    try:
        script = schema.export(folder, engine)
    except store.Missing:
        typer.echo(_("The facts are not folded yet: run `sportello report rebuild`, or start the desk."), err=True)
        raise typer.Exit(1) from None
    tell({"script": str(script)}, _("Written. Now run {script} there.").format(script=script), as_json=as_json)
