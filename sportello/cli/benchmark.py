"""`sportello benchmark …`: a hub where desks compare. Needs no desk: no settings, no database of tickets."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sportello.cli.session import Json, tell
from sportello.kit import terminal
from sportello.kit.terminal import _

app = typer.Typer(help=_("Compare desks: a hub that publishes distributions, never a desk."), no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--data", metavar="FOLDER", help=_("Where the hub keeps its files."))]
Month = Annotated[str, typer.Argument(metavar="YYYY-MM", help=_("The month, for instance 2026-10."))]
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
