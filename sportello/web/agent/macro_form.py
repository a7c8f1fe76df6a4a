"""The form of a macro: each action a field of its own, left alone when it stays as it is."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.actions.macros import readable
from sportello.desk.errors import Invalid
from sportello.desk.models import Macro, User
from sportello.desk.rules import macros
from sportello.desk.rules.fields import Field
from sportello.desk.rules.kinds import CURRENT_USER
from sportello.desk.rules.triggers import fault_in, own_field
from sportello.desk.words import Permission, Priority, Status, TicketType
from sportello.kit.keys import key_of
from sportello.web.agent.rule_words import choices_of
from sportello.web.ui.forms import Form, Segmented, offer

# The first stands for no action at all, the second for the empty value.
LEAVE, NONE = "", "none"
MINE, EVERYBODY = "mine", "everybody"
TEXTS = {code: f"comment_value.{code}" for code, _name in settings.LANGUAGES}


class MacroForm(Form):
    """Fields are named as the actions are; a text for each language."""

    verb_names = {"group_id": "reach"}
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    description = forms.CharField(label=gettext_lazy("What it is for"), max_length=1000, required=False)
    reach = forms.ChoiceField(label=gettext_lazy("Who uses it"))
    comment_mode_is_public = forms.ChoiceField(
        label=gettext_lazy("The text is"),
        choices=[
            (LEAVE, gettext_lazy("as the agent likes")),
            ("true", gettext_lazy("an answer")),
            ("false", gettext_lazy("an internal note")),
        ],
        required=False,
        widget=Segmented,
    )
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), required=False)
    type = forms.ChoiceField(label=pgettext_lazy("of a ticket", "Type"), required=False)
    group_id = forms.ChoiceField(label=gettext_lazy("Group"), required=False)
    assignee_id = forms.ChoiceField(label=gettext_lazy("Assignee"), required=False)
    follower = forms.ChoiceField(label=gettext_lazy("Add a follower"), required=False)
    current_tags = forms.CharField(label=gettext_lazy("Add tags"), max_length=500, required=False)
    remove_tags = forms.CharField(label=gettext_lazy("Remove tags"), max_length=500, required=False)
    set_tags = forms.CharField(
        label=gettext_lazy("Set the tags to"),
        help_text=gettext_lazy("All others go."),
        max_length=500,
        required=False,
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=998, required=False)
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False)

    def __init__(self, *args: Any, agent: User, macro: Macro | None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(macro), **kwargs)
        self.agent = agent
        for code, _name in settings.LANGUAGES:
            label = gettext_lazy("Text in Italian") if code == "it" else gettext_lazy("Text in English")
            self.fields[TEXTS[code]] = forms.CharField(label=label, widget=forms.Textarea, required=False, strip=False)
        now = configuration.current()
        groups = sorted(((str(pk), it.name) for pk, it in now.groups.items()), key=_by_name)
        agents = sorted(((str(pk), it.name) for pk, it in now.agents.items()), key=_by_name)
        whose = [(MINE, _("Only me"))]
        if access.may(agent, Permission.MACROS):
            whose = [
                (EVERYBODY, _("Everybody")),
                *((pk, _("Group: %(group)s") % {"group": it}) for pk, it in groups),
                *whose,
            ]
        offer(self, "reach", whose)
        possible = (Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED)
        self._offer("status", [(status.value, str(status.label)) for status in possible])
        self._offer("priority", [(NONE, _("No priority")), *((it.name.lower(), str(it.label)) for it in Priority)])
        self._offer("type", [(NONE, _("No type")), *((it.value, str(it.label)) for it in TicketType)])
        self._offer("group_id", [(NONE, _("No group")), *groups])
        himself = (CURRENT_USER, _("whoever applies it"))
        self._offer(
            "assignee_id",
            [(NONE, _("Nobody")), himself, *((pk, name) for pk, name in agents if int(pk) in now.answerers)],
        )
        self._offer("follower", [himself, *agents])
        own = {name: it for name, it in now.fields.items() if own_field(name, now.fields)}
        self.own_names = [*own]
        for name, it in own.items():
            self._offer_own(name, it)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """Those that the desk has added to its tickets."""
        return [self[name] for name in self.own_names]

    def _offer_own(self, name: str, field: Field) -> None:
        choices = [] if field.custom is None else [*choices_of(field).items()]
        if field.custom and field.custom.kind == "multiselect":
            several = forms.SelectMultiple(attrs={"size": max(2, min(len(choices), 6))})
            self.fields[name] = forms.MultipleChoiceField(choices=choices, widget=several, required=False)
        elif choices:
            self.fields[name] = forms.ChoiceField(required=False)
            self._offer(name, choices)
        else:
            long = field.custom is not None and field.custom.kind == "textarea"
            self.fields[name] = forms.CharField(required=False, widget=forms.Textarea if long else forms.TextInput)
        self.fields[name].label = str(field.label)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        chosen = str(self.initial.get(name, LEAVE))
        if chosen not in (LEAVE, *dict(choices)):
            choices = [*choices, (chosen, _("%(id)s (not there any more)") % {"id": chosen})]
        offer(self, name, [(LEAVE, _("leave as it is")), *choices])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in (*TEXTS.values(), "subject"):
            if fault := fault_in(said.get(name) or "", configuration.current().fields):
                self.add_error(name, fault)
        return said

    def as_data(self) -> dict[str, Any]:
        """What the verb takes."""
        said = self.cleaned_data
        reach = said["reach"]
        return {
            **{name: said[name] for name in ("title", "description", "active")},
            "owner_id": self.agent.pk if reach == MINE else None,
            "group_id": key_of(reach) if reach.isdecimal() else None,
            "actions": self._actions(),
        }

    def _actions(self) -> list[dict[str, Any]]:
        said = self.cleaned_data
        texts = {code: text for code, name in TEXTS.items() if (text := said[name].replace("\r\n", "\n").strip())}
        # The same in every language is one text for all.
        one = len(texts) == len(TEXTS) and len(set(texts.values())) == 1
        found = [{"field": "comment_value", "value": next(iter(texts.values())) if one else texts}] if texts else []
        for name in (*macros.LABELS, *self.own_names):
            value = said.get(name, "")
            if name != "comment_value" and (value if isinstance(value, list) else value.strip()):
                found.append({"field": name, "value": "" if value == NONE else value})
        return found

    def refuse(self, problems: Mapping[str, object]) -> None:
        """The place of a fault, "actions.2.value", is the field of that action."""
        names = [action["field"] for action in self._actions()]
        super().refuse({_field_of(place, names): message for place, message in problems.items()})


def _by_name(choice: tuple[str, str]) -> str:
    return choice[1].lower()


def _field_of(place: str, names: list[str]) -> str:
    first, _dot, rest = place.partition(".")
    number = rest.partition(".")[0]
    return names[int(number)] if first == "actions" and number.isdecimal() else place


def _initial(macro: Macro | None) -> dict[str, Any]:
    if macro is None:
        return {"active": True, "reach": MINE}
    reach = MINE if macro.owner_id else str(macro.group_id or EVERYBODY)
    found: dict[str, Any] = {"title": macro.title, "description": macro.description, "active": macro.active}
    try:
        actions = macros.write_actions(readable(macro)[0])
    except Invalid:
        actions = []
    for action in actions:
        name, value = action["field"], action["value"]
        if name == "comment_value":
            found |= {TEXTS[code]: value if isinstance(value, str) else value.get(code, "") for code in TEXTS}
        elif isinstance(value, bool):
            found[name] = str(value).lower()
        else:
            found[name] = NONE if value == "" else value
    return found | {"reach": reach}
