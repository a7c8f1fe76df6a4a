"""The tree of commands, and what becomes of an error."""

import sys
from typing import Annotated

import typer

from sportello.config.readers import SettingError
from sportello.kit.terminal import _

app = typer.Typer(
    name="sportello",
    help="A helpdesk that starts with one command. Settings come from SPORTELLO_* variables (docs/settings.md).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run() -> None:
    """Run the command line; a refusal becomes a sentence on stderr and an exit code, never a traceback."""
    try:
        app()
    except SettingError as error:
        _leave(str(error), 2)
    except KeyboardInterrupt:
        _leave("", 130)


def _leave(sentence: str, code: int) -> None:
    if sentence:
        print(sentence, file=sys.stderr)
    raise SystemExit(code) from None


@app.command()
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty desk with invented months; no mail leaves.")
    ] = False,
    only: Annotated[str, typer.Option("--only", help="Run one part: web, worker or mail.", metavar="PART")] = "",
) -> None:
    """Start the desk: its pages, its worker and its mail listener. Ctrl-C stops it."""
    from sportello.cli.serve import PARTS
    from sportello.cli.serve import run as run_serve

    if only and only not in PARTS:
        raise typer.BadParameter(", ".join(PARTS), param_hint="--only")
    run_serve(demo=demo, only=only)


@app.command()
def version() -> None:
    """Print the version."""
    import sportello

    print(_("Sportello {version}").format(version=sportello.__version__))
