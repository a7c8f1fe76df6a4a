"""`sportello mail …`: mails into the desk, and what became of them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sportello.cli.session import As, Json, open_desk, person, table, tell
from sportello.kit.terminal import _

app = typer.Typer(help=_("Hand mails to the desk, and see what became of them."), no_args_is_help=True)

TEMPORARY_FAILURE = 75  # sysexits(3): a mail server that pipes mails to us keeps the mail and tries again


@app.command(
    help=_(
        "Take in mails: from the input, a file, an mbox, a maildir or a folder of files. The running desk reads them. "
        "A mail is stored durably before this command ends with 0; 75 means: keep it and try again."
    )
)
def receive(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE|MBOX|FOLDER]…", help=_("Without one, a mail is read from the input.")),
    ] = None,
    as_json: Json = False,
) -> None:
    open_desk()
    from django.db import DatabaseError

    from sportello.channels.email import folder

    try:
        if sources:
            ids = [number for source in sources for number in folder.import_path(source)]
        else:
            ids = folder.import_stream(sys.stdin.buffer)
    except DatabaseError as error:
        print(_("The mail could not be stored: {error}").format(error=error), file=sys.stderr)
        raise SystemExit(TEMPORARY_FAILURE) from None
    tell({"received": ids}, _("{count} mails received.").format(count=len(ids)), as_json=as_json)


@app.command(help=_("Count what has come in, and what became of it."))
def status(as_json: Json = False) -> None:
    open_desk()
    from sportello.desk.actions import inbox
    from sportello.desk.rules import history
    from sportello.desk.words import MailState

    ledger = inbox.ledger()
    lines = [{"n": ledger["received"], "what": _("received")}]
    for state in MailState:
        lines.append({"n": ledger["states"][state], "what": f"  {state.label}"})
        reasons = sorted(ledger["reasons"].get(state, {}).items())
        lines += [{"n": n, "what": f"    {history.mail_reason(reason)}"} for reason, n in reasons]
    tell(ledger, table(lines, ("n", "what")), as_json=as_json)


@app.command(help=_("Read a held, ignored or failed mail again, with today's rules."))
def replay(
    number: Annotated[int, typer.Argument(metavar="MAIL", help=_("Number of the mail in the ledger."))],
    as_: As,
    as_json: Json = False,
) -> None:
    open_desk()
    from sportello.desk import access
    from sportello.desk.actions import inbox

    actor = person(as_)
    access.get_inbound_mail(actor, number)
    inbox.replay(number, actor=actor)
    tell({"replayed": number}, _("Mail {number} will be read again.").format(number=number), as_json=as_json)
