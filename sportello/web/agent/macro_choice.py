"""A macro in the composer: which can be chosen, what the chosen one puts in, and what the form brings back."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from sportello.desk import access
from sportello.desk.actions import configuration, macros
from sportello.desk.actions.macros import Part
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import Ticket, User
from sportello.desk.rules.kinds import Unreadable
from sportello.desk.rules.macros import read_effect
from sportello.desk.rules.triggers import Action
from sportello.kit.keys import key_of
from sportello.web.agent.prepared import prepared


@prepared
def offered(agent: User) -> QuerySet[Any]:
    """The macros that this agent can choose: (id, title)."""
    return access.macros(agent).order_by("position", "id").values_list("pk", "title")


class EffectsField(forms.Field):
    """The changes that stay ticked below the text, each a line like "status=solved"; cleaned to actions."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"invalid": gettext_lazy("Something here is not right.")}

    def to_python(self, value: list[str] | None) -> tuple[Action, ...]:
        try:
            return tuple(read_effect(line, configuration.current().fields) for line in value or ())
        except Unreadable:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stands in the composer by a macro's doing. initial: of its form. is_fresh: not sent yet."""

    id: int | None = None
    title: str = ""
    parts: tuple[Part, ...] = ()
    lost: tuple[str, ...] = ()
    is_fresh: bool = False
    initial: dict[str, Any] = field(default_factory=lambda: {"kind": "answer"})


def chosen_of(request: HttpRequest, ticket: Ticket, tags: Collection[str], composer: forms.Form | None) -> Chosen:
    """The macro of the address (?macro=3), or what a form that comes back had ticked. Raises Missing."""
    agent = request.user
    assert isinstance(agent, User)
    if composer is not None:
        effects = composer.cleaned_data.get("changes") or ()
        return Chosen(id=composer.cleaned_data.get("macro"), parts=macros.parts(effects))
    wanted = request.GET.get("macro", "")
    if not wanted.isdecimal() or ticket.is_closed:
        return Chosen()
    macro = access.get_macro(agent, key_of(wanted))
    try:
        found = macros.preview(macro, ticket, tags, agent)
    except Invalid:
        # It was written when this was readable; its page says what is wrong.
        raise Missing from None
    initial = {"kind": "note" if found.public is False else "answer", "text": found.text}
    return Chosen(macro.pk, macro.title, found.parts, found.lost, is_fresh=True, initial=initial)
