"""The fields that a desk has added to its tickets, by their keys, for `sportello ticket …`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sportello.kit import terminal
from sportello.kit.terminal import _

if TYPE_CHECKING:
    from sportello.desk.models import Ticket, TicketForm

Fields = Annotated[
    list[str],
    typer.Option("--field", metavar="KEY=VALUE", default_factory=list, help=_("Fill in a field of the desk's own.")),
]
FormNumber = Annotated[int, typer.Option("--form", metavar="NUMBER", help=_("Its form; without it the usual one."))]


def said(pairs: Sequence[str]) -> dict[int, str]:
    """Values by field id, as verbs take them, of "device=printer"; several options stand with blanks between."""
    from sportello.desk.actions import configuration
    from sportello.desk.rules.custom_fields import TICKET

    keys = {it.key: pk for pk, it in configuration.current().custom_fields.items() if it.of == TICKET and it.active}
    found = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or key not in keys:
            raise typer.BadParameter(", ".join(sorted(keys)) or _("This desk has no fields."), param_hint="--field")
        found[keys[key]] = value
    return found


def form(number: int) -> "TicketForm | None":
    from sportello.desk.actions import ticket_forms
    from sportello.desk.models import TicketForm

    offered = {it.id: it.name for it in ticket_forms.offered_to("agent")}
    if number and number not in offered:
        raise typer.BadParameter(", ".join(map(str, offered)) or _("This desk has no forms."), param_hint="--form")
    return TicketForm(pk=number) if number else None


def facts(ticket: "Ticket") -> dict[str, Any]:
    """The ticket's form and what stands in its fields, as JSON; nothing on a desk that has none."""
    from sportello.desk.actions import configuration, field_values
    from sportello.desk.rules import custom_fields

    now = configuration.current()
    of_ticket, own = now.form_of(ticket.form_id), now.custom_fields
    values = {own[pk].key: custom_fields.write(own[pk], it) for pk, it in field_values.of_ticket(ticket.pk).items()}
    return {"form": of_ticket.id if of_ticket else None, "custom_fields": values} if own else {}


def lines(ticket: "Ticket") -> list[str]:
    """What stands in its fields, for people."""
    from sportello.desk.actions import configuration, field_values
    from sportello.desk.rules import custom_fields
    from sportello.desk.rules.texts import in_language

    own, language = configuration.current().custom_fields, terminal.language()
    values = field_values.of_ticket(ticket.pk)
    shown = {pk: custom_fields.shown(own[pk], value, language) for pk, value in values.items()}
    return [f"{in_language(own[pk].title, language)}: {value}" for pk, value in shown.items()]
