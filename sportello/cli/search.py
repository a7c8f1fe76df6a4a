"""`sportello search …`: the index of searches."""

import sys
import time

import typer

from sportello.cli.session import Json, open_desk, tell
from sportello.kit.terminal import _

app = typer.Typer(help=_("The index of searches."), no_args_is_help=True)


@app.callback(help=_("The index of searches."))
def search() -> None: ...


@app.command(help=_("Write the index anew, the newest first. Searches find what they found before until then."))
def rebuild(as_json: Json = False) -> None:
    """A running worker takes part. Broken off, it is finished by the worker."""
    open_desk()
    from sportello.desk.actions import indexing

    indexing.rebuild()
    total, began = indexing.left(), time.monotonic()
    with typer.progressbar(length=max(total, 1), label=_("Index"), file=sys.stderr) as bar:
        while left := indexing.left():
            bar.update(total - left - bar.pos)
            indexing.step()
        bar.update(bar.length - bar.pos if bar.length else 0)
    seconds = round(time.monotonic() - began)
    sentence = _("The index is written: {rows} rows in {seconds} s.").format(rows=total, seconds=seconds)
    tell({"rows": total, "seconds": seconds}, sentence, as_json=as_json)
