"""What is to become of many tickets: the form that asks it, and how it is told afterwards. Data: actions.bulk."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from sportello.desk.actions import bulk, configuration
from sportello.desk.models import User
from sportello.desk.rules.triggers import fault_in
from sportello.desk.words import Priority, Status
from sportello.kit.keys import key_of
from sportello.web.agent.macro_choice import offered
from sportello.web.ui.forms import Form, Segmented, Select, TextInput, offer
from sportello.web.ui.markup import fill, joined

NOBODY = "none"


def _keyed(key: str, label: Any) -> Select:
    """A select with a key of its own; named by itself, for whoever lists the keys."""
    return Select(attrs={"data-hotkey": key, "aria-label": label})


class QuickForm(Form):
    """The few things of the bar: all that is asked for them is known already."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False, widget=_keyed("s", gettext_lazy("Status")))
    assignee = forms.ChoiceField(
        label=gettext_lazy("Assignee"), required=False, widget=_keyed("a", gettext_lazy("Assignee"))
    )
    group = forms.ChoiceField(label=gettext_lazy("Group"), required=False, widget=Select)
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), required=False, widget=Select)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = configuration.current()
        agents = sorted(now.answerers.values(), key=lambda agent: (agent.name.casefold(), agent.pk))
        groups = sorted(now.groups.values(), key=lambda group: (group.name.casefold(), group.pk))
        self._offer("status", [(it.value, str(it.label)) for it in bulk.STATUSES])
        self._offer("assignee", [(NOBODY, _("Nobody")), *((str(it.pk), it.name) for it in agents)])
        self._offer("group", [(NOBODY, _("No group")), *((str(it.pk), it.name) for it in groups)])
        self._offer("priority", [(NOBODY, _("No priority")), *((str(it.value), str(it.label)) for it in Priority)])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        offer(self, name, [("", pgettext("a field of many tickets", "as it is")), *choices])

    def wish(self) -> dict[str, Any]:
        """What is chosen, as a job keeps it."""
        said = self.cleaned_data
        wished: dict[str, Any] = {"status": said["status"]} if said["status"] else {}
        for name in ("assignee", "group", "priority"):
            if said[name]:
                wished[name] = None if said[name] == NOBODY else key_of(said[name])
        return wished


def bar_fields() -> SafeString:
    """The quick form as the bar of a list has it, drawn once for all who see the same: every list carries it."""
    now = configuration.current()
    return _bar_fields(
        get_language(), *(tuple((pk, it.name) for pk, it in of.items()) for of in (now.answerers, now.groups))
    )


@lru_cache(maxsize=16)
def _bar_fields(_language: str | None, _agents: Any, _groups: Any) -> SafeString:
    field = '<label class="field bulk__field"><span class="field__label">{}</span>{}</label>'
    return joined(fill(field, it.label, it.as_widget()) for it in QuickForm(auto_id=False))


class WishForm(QuickForm):
    """All of it, on a page of its own."""

    add_tags = forms.CharField(label=gettext_lazy("Add tags"), required=False, widget=TextInput)
    remove_tags = forms.CharField(label=gettext_lazy("Remove tags"), required=False, widget=TextInput)
    macro = forms.ChoiceField(label=gettext_lazy("Macro"), required=False, widget=Select)
    kind = forms.ChoiceField(label=gettext_lazy("The comment is"), required=False, widget=Segmented)
    text = forms.CharField(label=gettext_lazy("Comment"), widget=forms.Textarea, required=False, strip=False)

    def __init__(self, *args: Any, agent: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "macro", [("", "–"), *((str(pk), title) for pk, title in offered(agent))])
        offer(self, "kind", [("note", _("Internal note")), ("answer", _("Answer to the customers"))])
        self.initial.setdefault("kind", "note")

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n").strip()
        if fault := fault_in(text, configuration.current().fields):
            raise forms.ValidationError(fault)
        return text

    def wish(self) -> dict[str, Any]:
        said, wished = self.cleaned_data, super().wish()
        for name in ("add_tags", "remove_tags"):
            if words := said[name].replace(",", " ").split():
                wished[name] = words
        if said["macro"]:
            wished["macro"] = key_of(said["macro"])
        if said["text"]:
            wished["text"] = said["text"]
        if (said["text"] or said["macro"]) and said["kind"] == "answer":
            wished["public"] = True
        return wished


class SpamForm(Form):
    hold = forms.BooleanField(
        label=gettext_lazy("Hold what their senders write from now on"),
        help_text=gettext_lazy("Their mails wait in the held mail until somebody lifts the breaker."),
        required=False,
    )

    def wish(self) -> dict[str, Any]:
        return {"spam": True, **({"hold": True} if self.cleaned_data["hold"] else {})}


class MergeForm(Form):
    merge_into = forms.CharField(
        label=gettext_lazy("Number of the ticket that the others become part of"),
        widget=TextInput(attrs={"inputmode": "numeric"}),
    )

    def clean_merge_into(self) -> int:
        number = key_of(self.cleaned_data["merge_into"].strip().lstrip("#"))
        if not number:
            raise forms.ValidationError(_("Write the number of a ticket."))
        return number

    def wish(self) -> dict[str, Any]:
        return {"merge_into": self.cleaned_data["merge_into"]}


def in_words(wish: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """What was wished, a sentence for each thing. names: of what may be gone by now."""
    now, said = configuration.current(), []
    if wish.get("spam"):
        said.append(_("Marked as spam, the senders held") if wish.get("hold") else _("Marked as spam"))
    if "merge_into" in wish:
        said.append(_("Merged into #%(ticket)s") % {"ticket": wish["merge_into"]})
    if "status" in wish:
        said.append(_("Status: %(status)s") % {"status": Status(wish["status"]).label})
    if "assignee" in wish:
        agent = now.agents.get(wish["assignee"])
        said.append(_("Assigned to %(agent)s") % {"agent": agent.name} if agent else _("Assigned to nobody"))
    if "group" in wish:
        group = now.groups.get(wish["group"])
        said.append(_("Group: %(group)s") % {"group": group.name} if group else _("No group"))
    if "priority" in wish:
        named = {"priority": Priority(wish["priority"]).label} if wish["priority"] else None
        said.append(_("Priority: %(priority)s") % named if named else _("No priority"))
    if "add_tags" in wish:
        said.append(_("Add tags: %(tags)s") % {"tags": ", ".join(wish["add_tags"])})
    if "remove_tags" in wish:
        said.append(_("Remove tags: %(tags)s") % {"tags": ", ".join(wish["remove_tags"])})
    if "macro" in wish:
        said.append(_("With the macro “%(title)s”") % {"title": names.get("macro", "")})
    if "text" in wish:
        said.append(_("Answer to the customers") if wish.get("public") else _("Internal note"))
    return said
