"""The tree of commands, and what becomes of an error."""

import os
import sys
from typing import Annotated

import typer

from sportello.cli import benchmark, mail, people, report, search, ticket
from sportello.cli.session import Json, open_desk, table, tell
from sportello.config.readers import SettingError
from sportello.desk.errors import DeskError
from sportello.kit.terminal import _

app = typer.Typer(
    name="sportello",
    help=_("A helpdesk that starts with one command. Settings come from SPORTELLO_* variables (docs/settings.md)."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.add_typer(ticket.app, name="ticket")
app.add_typer(mail.app, name="mail")
app.add_typer(people.app, name="user")
app.add_typer(report.app, name="report")
app.add_typer(search.app, name="search")
app.add_typer(benchmark.app, name="benchmark")


def run() -> None:
    """Run the command line; a refusal becomes a sentence on stderr and an exit code, never a traceback."""
    try:
        app(prog_name="sportello")
    except SettingError as error:
        _leave(str(error), 2)
    except DeskError as error:
        _leave(str(error) or _("Not found, or not accessible to you."), 1)
    except OSError as error:
        _leave(f"{error.filename}: {error.strerror}" if error.filename else str(error), 1)
    except Exception as error:
        if not _is_database_error(error):
            raise
        _leave(_("The database cannot be used: {error} Try: sportello doctor").format(error=error), 1)


def _is_database_error(error: Exception) -> bool:
    return any(kind.__module__ == "django.db.utils" for kind in type(error).__mro__)


def _leave(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(code) from None


@app.command(help=_("Start the desk: its pages, its worker and its mail listener. Ctrl-C stops it."))
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help=_("Fill an empty desk with invented months; no mail leaves."))
    ] = False,
    only: Annotated[str, typer.Option("--only", help=_("Run one part: web, worker or mail."), metavar="PART")] = "",
) -> None:
    from sportello.cli.serve import PARTS
    from sportello.cli.serve import run as run_serve

    if only and only not in PARTS:
        raise typer.BadParameter(", ".join(PARTS), param_hint="--only")
    run_serve(demo=demo, only=only)


@app.command(help=_("Print the version."))
def version() -> None:
    import sportello

    print(_("Sportello {version}").format(version=sportello.__version__))


@app.command(
    help=_(
        "Look whether this desk is well: settings, ports, database, disk, mail in and out, clock. Ends with 1 if not."
    )
)
def doctor(as_json: Json = False) -> None:
    from sportello.cli.doctor import examine

    findings = examine(os.environ)
    lines = [{"verdict": each.verdict, "what": each.what, "found": each.found, "todo": each.todo} for each in findings]
    text = "\n".join(
        line + (f"\n      {each.todo}" if each.todo else "")
        for line, each in zip(table(lines, ("verdict", "what", "found")).splitlines(), findings, strict=True)
    )
    tell(lines, text, as_json=as_json)
    raise typer.Exit(1 if any(each.verdict == "FAIL" for each in findings) else 0)


@app.command(
    help=_(
        "Fill an empty desk with three invented months, or, with a NAME, with months whose figures were published; "
        "from then on no mail leaves it."
    )
)
def demo(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            show_default=False,
            help=_("“sportello demo wubook”: autumn 2014; “sportello demo farnedi”: September 2012 to March 2013."),
        ),
    ] = "",
) -> None:
    open_desk()
    from sportello.config.prepare import prepare
    from sportello.demo import DESKS

    if name and name not in DESKS:
        raise typer.BadParameter(", ".join(DESKS), param_hint="NAME")
    prepare(demo=not name)
    if name:
        _publish(name)


def _publish(name: str) -> None:
    """The desk of a name, and the facts behind its figures. Interrupted, it leaves the desk empty as it was."""
    from django.conf import settings

    from sportello import demo
    from sportello.desk.actions import sign_in
    from sportello.reports.folding import sync

    demo.refuse_used()
    mark = settings.SPORTELLO_DATA / "DEMO"
    if mark.exists():
        typer.echo(_("An earlier filling was interrupted; nothing of it is left. It begins anew."), err=True)
    mark.touch()  # The mark comes first: not one mail of a half-built demo may leave.
    try:
        demo.build_published(name)
    except BaseException:
        mark.unlink(missing_ok=True)
        typer.echo(_("Stopped halfway: the desk is as empty as it was. The same command begins anew."), err=True)
        raise
    sync.rebuild()
    admin = demo.signs_in()
    assert admin is not None
    lines = _("Filled. Read its last month with: sportello report month {month} — sign in, once the desk runs: {url}")
    typer.echo(lines.format(month=demo.last_month(name), url=sign_in.make_link(admin)))
