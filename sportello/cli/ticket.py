"""`sportello ticket …`: the verbs of agents at a terminal."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sportello.cli import own_fields
from sportello.cli.own_fields import Fields, FormNumber
from sportello.cli.session import As, Json, open_desk, person, table, tell
from sportello.kit.terminal import _

if TYPE_CHECKING:
    from sportello.desk.models import Ticket

app = typer.Typer(help=_("List, read and answer tickets as an agent (--as ADDRESS)."), no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="TICKET", help=_("The ticket's number."))]
Text = Annotated[str, typer.Argument(help=_("What to say; without it, or with -, it is read from the input."))]
COLUMNS = ("id", "status", "assignee", "requester", "subject")


def _facts(ticket: "Ticket") -> dict[str, Any]:
    return {
        "id": ticket.pk,
        "status": ticket.status,
        "priority": ticket.priority,
        "subject": ticket.subject,
        "requester": ticket.requester.name,
        "assignee": ticket.assignee.name if ticket.assignee else None,
        "group": ticket.group.name if ticket.group else None,
        "created_at": ticket.created_at.isoformat(),
        "updated_at": ticket.updated_at.isoformat(),
    }


def _words(text: str, *, public: bool) -> Any:
    from sportello.desk.actions.tickets import Words

    return Words(sys.stdin.read() if text in ("", "-") else text, public=public)


def _update(number: int, address: str, as_json: bool, **change: Any) -> None:
    """One update of a ticket by the person at this address; tells how the ticket stands after it."""
    from sportello.desk import access
    from sportello.desk.actions import tickets
    from sportello.desk.words import Via

    actor = person(address)
    access.get_ticket(actor, number, to="edit")
    audit = tickets.update(number, tickets.Change(**change), actor=actor, via=Via.API)
    ticket = access.get_ticket(actor, number)
    sentence = _("Ticket {number}: {status}.") if audit else _("Ticket {number}: {status}, nothing changed.")
    tell(_facts(ticket), sentence.format(number=number, status=ticket.get_status_display()), as_json=as_json)


@app.command("list", help=_("List tickets, the newest change first."))
def list_tickets(
    as_: As,
    status: Annotated[str, typer.Option(help=_("Only this status; without it all that are not solved."))] = "",
    mine: Annotated[bool, typer.Option("--mine", help=_("Only those assigned to me."))] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help=_("How many at most."))] = 50,
    as_json: Json = False,
) -> None:
    open_desk()
    from sportello.desk import access

    actor = person(as_)
    found = access.tickets(actor).select_related("requester", "assignee", "group").order_by("-updated_at", "-id")
    found = found.filter(status=_status(status)) if status else found.unsolved()
    found = found.filter(assignee=actor) if mine else found
    rows = [_facts(ticket) for ticket in found[:limit]]
    tell(rows, table(rows, COLUMNS) or _("No tickets."), as_json=as_json)


@app.command(help=_("Show a ticket and its conversation."))
def show(number: Number, as_: As, as_json: Json = False) -> None:
    open_desk()
    from sportello.desk import access

    actor = person(as_)
    ticket = access.get_ticket(actor, number)
    comments = [
        {
            "at": each.created_at.isoformat(),
            "author": each.author.name if each.author else _("the desk"),
            "public": each.public,
            "text": each.text,
        }
        for each in access.comments(actor, ticket).select_related("author")
    ]
    head = [table([_facts(ticket)], COLUMNS), *own_fields.lines(ticket)]
    note = _(" (note)")
    body = [f"--- {each['author']}, {each['at']}{'' if each['public'] else note}\n{each['text']}" for each in comments]
    known = {**_facts(ticket), **own_fields.facts(ticket), "comments": comments}
    tell(known, "\n".join([*head, *body]), as_json=as_json)


@app.command("open", help=_("Open a ticket on behalf of somebody who called."))
def open_ticket(
    requester: Annotated[str, typer.Argument(metavar="REQUESTER", help=_("Address of the person who asks."))],
    subject: Annotated[str, typer.Argument()],
    as_: As,
    fields: Fields,
    text: Text = "",
    form: FormNumber = 0,
    as_json: Json = False,
) -> None:
    open_desk()
    from sportello.desk.actions import people, tickets
    from sportello.desk.actions.people import Sender
    from sportello.desk.words import Via

    caller = people.find_or_add(Sender(address=requester, name=""))
    ticket = tickets.open_ticket(
        requester=caller,
        subject=subject,
        words=replace(_words(text, public=True), author=caller),
        actor=person(as_),
        via=Via.API,
        channel=Via.VOICE,
        form=own_fields.form(form),
        fields=own_fields.said(fields),
    )
    tell(_facts(ticket), _("Ticket {number} is open.").format(number=ticket.pk), as_json=as_json)


@app.command(help=_("Take a ticket in charge."))
def take(number: Number, as_: As, as_json: Json = False) -> None:
    open_desk()
    _update(number, as_, as_json, assignee=person(as_))


@app.command(help=_("Answer the requester."))
def reply(number: Number, as_: As, text: Text = "", as_json: Json = False) -> None:
    open_desk()
    _update(number, as_, as_json, words=_words(text, public=True))


@app.command(help=_("Write an internal note, for agents only."))
def note(number: Number, as_: As, text: Text = "", as_json: Json = False) -> None:
    open_desk()
    _update(number, as_, as_json, words=_words(text, public=False))


@app.command(help=_("Solve a ticket; the customer is asked to confirm."))
def solve(
    number: Number,
    as_: As,
    fields: Fields,
    text: Annotated[str, typer.Argument(help=_("A last answer, if there is one."))] = "",
    as_json: Json = False,
) -> None:
    open_desk()
    words = {"words": _words(text, public=True)} if text else {}
    _update(number, as_, as_json, status="solved", fields=own_fields.said(fields), **words)


@app.command(help=_("Fill in fields of the desk's own."))
def fill(number: Number, as_: As, fields: Fields, as_json: Json = False) -> None:
    open_desk()
    _update(number, as_, as_json, fields=own_fields.said(fields))


@app.command("status", help=_("Set a ticket's status."))
def set_status(
    number: Number,
    status: Annotated[str, typer.Argument(help=_("open, pending, hold or solved."))],
    as_: As,
    as_json: Json = False,
) -> None:
    open_desk()
    _update(number, as_, as_json, status=_status(status))


def _status(word: str) -> str:
    from sportello.desk.words import Status

    if word not in Status.values:
        raise typer.BadParameter(", ".join(Status.values), param_hint="STATUS")
    return word
