"""Fields and forms that several people change: the version a page was drawn from, and who changed what."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import rule_rows
from sportello.desk.models import CustomField, RuleChange, TicketForm
from sportello.desk.rules import custom_fields, forms
from sportello.desk.rules.forms import AGENT
from sportello.desk.rules.texts import LANGUAGES, Text
from sportello.web.agent.doors import agent_of
from sportello.web.agent.field_draft import PORTAL
from sportello.web.ui.custom_fields import said_in, value_words

CHANGES = 50
Row = CustomField | TicketForm
Exported = Mapping[str, Any]
Words = Callable[[Exported], Iterator[str]]


def unchanged(request: HttpRequest, found: Row | None) -> AbstractContextManager[None]:
    """Do what follows only if nobody has changed the row since the form was drawn. Raises Stale."""
    return rule_rows.unchanged(type(found), found.pk, request.POST.get("seen", "")) if found else nullcontext()


def history(request: HttpRequest, kind: str, found: Row | None, words: Words, *, is_stale: bool) -> dict[str, Any]:
    """For the page of a form: seen, is_stale, changes (row, author, lines of (sign, words)), the newest first."""
    if found is None:
        return {"seen": "", "is_stale": False, "changes": []}
    rows = list(access.rule_changes(agent_of(request), kind, found.pk).select_related("author")[:CHANGES])
    seen = request.POST.get("seen", rule_rows.version(found))
    return {
        # Whoever was told of the others' changes saves over them.
        "seen": rule_rows.version(found) if is_stale else seen,
        "is_stale": is_stale,
        "changes": [
            SimpleNamespace(row=row, author=row.author, lines=lines_of(row, words))
            for row in rows
            if not is_stale or row.created_at.isoformat() > seen
        ],
    }


def lines_of(row: RuleChange, words: Words) -> list[tuple[str, str]]:
    """What changed, as (sign, words): "-" for what went, "+" for what came, "" for the rest."""
    if not row.before or not row.after:
        return [("", _("Dropped") if row.before else _("Made"))]
    before, after = (list(words(it)) for it in (row.before, row.after))
    lines = [("-", it) for it in before if it not in after] + [("+", it) for it in after if it not in before]
    return lines or [("", _("Put in another order"))]


def field_words(field: Exported) -> Iterator[str]:
    """A field as it was exported, a line for each thing that can change."""
    yield _("Title: %(text)s") % {"text": _all(field["title"])}
    if field["description"]:
        yield _("Help: %(text)s") % {"text": _all(field["description"])}
    yield _("Key: %(text)s") % {"text": field["key"]}
    for option in field["options"]:
        yield _("Option %(value)s: %(text)s") % {"value": option["value"], "text": _all(option["name"])}
    if field["pattern"]:
        yield _("Pattern: %(text)s") % {"text": field["pattern"]}
    if field["required"]:
        yield _("needed to solve")
    said = (_("Customers see it"), _("Customers may fill it in"), _("Customers must fill it in"))
    yield from (words for name, words in zip(PORTAL, said, strict=True) if field[name])
    if not field["active"]:
        yield _("switched off")


def form_words(form: Exported, known: Mapping[int, custom_fields.CustomField], language: str) -> Iterator[str]:
    """A form as it was exported, a line for each thing that can change."""
    names = {pk: said_in(it.title, language) for pk, it in known.items()}

    def name(key: int) -> str:
        return names.get(key) or _("%(id)s (not there any more)") % {"id": key}

    yield _("Name: %(text)s") % {"text": _all(form["name"])}
    yield _("Fields: %(names)s") % {"names": " · ".join(map(name, form["fields"]))}
    for it in forms.stored_conditions(form["conditions"]):
        parent = known.get(it.parent)
        value = value_words(parent, it.value, language) if parent else it.value
        for child, required in it.children.items():
            said = {"field": name(child), "other": name(it.parent), "value": value}
            line, must = _case(it.who) % said, _("required")
            yield f"{line} ({must})" if required else line
    if form["end_user_visible"]:
        yield _("Customers may choose it in the portal")
    if form.get("default"):
        yield _("default")
    if not form["active"]:
        yield _("switched off")


def _case(who: str) -> str:
    if who == AGENT:
        return _("Agents: “%(field)s” only when “%(other)s” is “%(value)s”")
    return _("Customers: “%(field)s” only when “%(other)s” is “%(value)s”")


def _all(text: Text) -> str:
    """A text in all its languages."""
    return text if isinstance(text, str) else " / ".join(text[code] for code in LANGUAGES if text.get(code))
