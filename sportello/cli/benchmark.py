"""`sportello benchmark …`: a hub, which needs no desk (no settings, no database of tickets); and the own file, and
what hubs publish, carried by hand.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sportello.cli.session import Json, open_desk, tell
from sportello.kit import terminal
from sportello.kit.terminal import _

app = typer.Typer(help=_("Compare desks: a hub that publishes distributions, never a desk."), no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--data", metavar="FOLDER", help=_("Where the hub keeps its files."))]
Month = Annotated[str, typer.Argument(metavar="YYYY-MM", help=_("The month, for instance 2026-10."))]
File = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=_("The file."))]
Source = Annotated[str, typer.Option("--name", help=_("How the hub is called beside its numbers."))]


@app.callback(help=_("Compare desks: a hub that publishes distributions, never a desk."))
def benchmark() -> None: ...


@contextmanager
def _in_words() -> Iterator[None]:
    """A refusal becomes a sentence and exit code 1."""
    from sportello.benchmark.refusals import Refused

    try:
        yield
    except Refused as refused:
        print(refused.sentence(terminal.language()), file=sys.stderr)
        raise typer.Exit(1) from None


@app.command(
    help=_(
        "Run a hub: it takes signed files of desks until ten days after a month, then publishes the month's "
        "distributions and deletes the files. Ctrl-C stops it."
    )
)
def hub(
    data: Folder,
    http: Annotated[str, typer.Option("--http", metavar="HOST:PORT", help=_("Where it listens."))] = "127.0.0.1:8090",
    name: Source = "Sportello",
) -> None:
    from sportello.benchmark.hub import Hub
    from sportello.benchmark.server import serve
    from sportello.config.readers import address
    from sportello.kit import log

    where = address("--http", http)
    log.configure()
    serve(Hub(data), name, where.host, where.port)


@app.command(help=_("Freeze a month before its time and publish it, once and for all."))
def freeze(month: Month, data: Folder, as_json: Json = False) -> None:
    from sportello.benchmark.hub import Hub

    now = datetime.now(UTC)
    with _in_words():
        opened = Hub(data)
        opened.freeze(month, now)
        cohorts = opened.publish(month, now)
    sentence = _("{month} is published for {cohorts} cohorts of desks.").format(month=month, cohorts=cohorts)
    tell({"month": month, "cohorts": cohorts}, sentence, as_json=as_json)


@app.command(help=_("Write what is published of a month to the output, as a file for desks without a network."))
def export(month: Month, data: Folder, name: Source = "Sportello") -> None:
    from sportello.benchmark import exchange
    from sportello.benchmark.hub import Hub

    with _in_words():
        sys.stdout.buffer.write(exchange.as_bytes(Hub(data).published(month, name)))


@app.command(help=_("Hand a desk's file to a hub on this machine, as if it had come over the network."))
def receive(file: File, data: Folder, as_json: Json = False) -> None:
    from sportello.benchmark.hub import Hub

    with _in_words():
        receipt = Hub(data).receive(file.read_bytes(), datetime.now(UTC))
    sentence = _("The file for {month} is here.").format(month=receipt.month)
    tell({"month": receipt.month, "state": receipt.state}, sentence, as_json=as_json)


# --- of this desk ----------------------------------------------------------------------------------------------------


@app.command(
    name="file", help=_("Write this desk's own file for a month to the output, to be carried to a hub by hand.")
)
def own_file(
    month: Annotated[
        str, typer.Argument(metavar="[YYYY-MM]", help=_("The month, for instance 2026-10; else the last one."))
    ] = "",
) -> None:
    open_desk()
    from sportello.benchmark.file import read_month
    from sportello.desk.actions import benchmark as verbs
    from sportello.desk.errors import Refused
    from sportello.reports import benchmark_file
    from sportello.reports.folding.store import Missing

    with _in_words():
        wanted = read_month(month or benchmark_file.last_month())
    if wanted > benchmark_file.last_month():
        raise Refused(_("The month is not over yet: {where}.").format(where=wanted))
    found = verbs.membership()
    if found is None:
        raise Refused(_("Say first what the desk is."))
    try:
        sys.stdout.buffer.write(benchmark_file.build(found, wanted).as_bytes())
    except Missing:
        raise Refused(_("The figures are not there yet: run “sportello report rebuild”.")) from None


@app.command(name="import", help=_("Take in what a hub has published, from a file."))
def take_in(file: File, as_json: Json = False) -> None:
    open_desk()
    from sportello.benchmark import exchange
    from sportello.desk.actions import benchmark as verbs

    with _in_words():
        collection = exchange.read(file.read_bytes())
        kept = verbs.keep(collection)
    sentence = _("{source}: {cohorts} cohorts of desks are kept.").format(source=collection.source, cohorts=kept)
    tell({"source": collection.source, "cohorts": kept}, sentence, as_json=as_json)
