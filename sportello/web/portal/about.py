"""What a new request is about: the ticket forms among which a customer chooses."""

from sportello.desk.actions import configuration, ticket_forms
from sportello.desk.rules.forms import END_USER, Form
from sportello.desk.rules.texts import for_reader
from sportello.kit.keys import key_of


def offered() -> dict[int, Form]:
    return {it.id: it for it in ticket_forms.offered_to(END_USER)}


def names() -> dict[int, str]:
    """In the active language, in their order."""
    return {pk: for_reader(it.name) for pk, it in offered().items()}


def named(form_id: str) -> Form | None:
    """The form that an address or a customer names, if customers may choose it."""
    return offered().get(key_of(form_id))


def usual() -> Form | None:
    """The one that is taken where nobody chose: the only one, else the default."""
    choices = list(offered().values())
    return choices[0] if len(choices) == 1 else configuration.current().form_of(None)
