"""Verbs on the fields that the desk adds to its tickets, people and organizations (rules.custom_fields).

- `save_field(data, *, actor, field_id=None)` → CustomField. data: as `export` gives it: {"of", "kind", "key", "title",
  "description", "options": [{"value", "name"}], "pattern", "required", "visible_in_portal", "editable_in_portal",
  "required_in_portal", "active"}; title, description and names: one text or one for each language. Without "key" one is
  made of the title, without an option's "value" one of its name. Places of faults: "title", "key", "kind", "pattern",
  "options", "options.2.value", "options.2.name", "visible_in_portal", ….
- `switch(field_id, *, on, actor)`, `order(field_ids, *, actor)`, `drop(field_id, *, actor)`, `export(field)`,
  `named_by(field)`: the rules, texts and forms that speak of it.

What a field is (kind, of, key) cannot change once something stands in it, nor can an option vanish that is chosen
somewhere: values never change their meaning. A field that is switched off keeps its values; rules that name it are
switched off and say so.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from .. import models
from ..errors import Invalid, Refused
from ..models import CustomField, OrganizationFieldValue, TicketFieldValue, User, UserFieldValue
from ..rules import custom_fields, patterns
from ..rules.texts import Text, for_reader, in_language
from . import configuration, rule_rows
from .ticket_forms import read_text
from .vocabulary import field_of

KIND = "ticket_field"
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_VALUE = 100, 1000, 100
MOST_OPTIONS = 500
VALUES: dict[str, Any] = {"ticket": TicketFieldValue, "user": UserFieldValue, "organization": OrganizationFieldValue}
PORTAL = ("visible_in_portal", "editable_in_portal", "required_in_portal")


def save_field(data: dict[str, Any], *, actor: User | None, field_id: int | None = None) -> CustomField:
    """Keep a new field, or change one. Raises Invalid with the place of each fault ("options.2.value"), Missing."""
    faults: dict[str, object] = {}
    title = read_text(data.get("title"), "title", faults, longest=LONGEST_TITLE)
    if not title and "title" not in faults:
        faults["title"] = _("A field needs a title.")
    description = read_text(data.get("description"), "description", faults, longest=LONGEST_DESCRIPTION)
    kind, of = str(data.get("kind", "")), str(data.get("of") or custom_fields.TICKET)
    if kind not in CustomField.Kind.values:
        faults["kind"] = _("Choose one from the list.")
    if of not in CustomField.Of.values:
        faults["of"] = _("Choose one from the list.")
    options = _read_options(data.get("options"), faults) if kind in custom_fields.LISTS else []
    pattern = _read_pattern(data, faults) if kind == "regexp" else ""
    portal = {name: bool(data.get(name)) and of == custom_fields.TICKET for name in PORTAL}
    for name, needs in (("editable_in_portal", "visible_in_portal"), ("required_in_portal", "editable_in_portal")):
        if portal[name] and not portal[needs]:
            faults[name] = _("A customer can fill in only what he sees, and must fill in only what he can.")
    with transaction.atomic():
        found = rule_rows.find(CustomField, field_id) if field_id else rule_rows.new(CustomField)
        before = export(found) if field_id else None
        key = _read_key(data.get("key") or (before or {}).get("key"), title, of, found.pk, faults)
        if before and "of" not in faults:
            _refuse_other_meaning(found, {"of": of, "kind": kind, "key": key}, options, faults)
        if faults:
            raise Invalid(faults)
        found.of, found.kind, found.key, found.title, found.description = of, kind, key, title, description
        found.options, found.pattern = options, pattern
        found.required = bool(data.get("required")) and of == custom_fields.TICKET
        found.visible_in_portal, found.editable_in_portal, found.required_in_portal = portal.values()
        found.active = bool(data.get("active", True))
        rule_rows.keep(found, KIND, export, before, actor)
    configuration.forget()
    return found


def export(field: CustomField) -> dict[str, Any]:
    """The field as it is exported and kept in its history."""
    return {
        "of": field.of,
        "kind": field.kind,
        "key": field.key,
        "title": field.title,
        "description": field.description,
        "active": field.active,
        "options": field.options,
        "pattern": field.pattern,
        "required": field.required,
        **{name: getattr(field, name) for name in PORTAL},
    }


def _read_options(said: Any, faults: dict[str, object]) -> list[dict[str, Any]]:
    items = said if isinstance(said, list) else []
    if not items or len(items) > MOST_OPTIONS:
        faults["options"] = _("A list has between 1 and %(limit)s options.") % {"limit": MOST_OPTIONS}
        return []
    found: list[dict[str, Any]] = []
    for number, item in enumerate(it if isinstance(it, dict) else {} for it in items):
        name = read_text(item.get("name"), f"options.{number}.name", faults, longest=LONGEST_TITLE)
        value = _slug(str(item.get("value") or "")) or _slug(in_language(name, "en") if name else "")
        if not name and f"options.{number}.name" not in faults:
            faults[f"options.{number}.name"] = _("An option needs a name.")
        elif not value or len(value) > LONGEST_VALUE:
            faults[f"options.{number}.value"] = _("Write a word, at most %(limit)s letters.") % {"limit": LONGEST_VALUE}
        elif value in {it["value"] for it in found}:
            faults[f"options.{number}.value"] = _("Another option has this value already.")
        found.append({"value": value, "name": name})
    return found


def _slug(text: str) -> str:
    """In lower case, without what would cut it in two where several stand in a row."""
    return "_".join(text.replace("\x00", "").replace(",", " ").lower().split())


def _read_pattern(data: dict[str, Any], faults: dict[str, object]) -> str:
    pattern = str(data.get("pattern") or "").strip()
    try:
        patterns.compiled(pattern)
    except patterns.Unfit as fault:
        faults["pattern"] = str(fault)
    return pattern


def _read_key(said: Any, title: Text, of: str, own_id: int | None, faults: dict[str, object]) -> str:
    """What was said; where nothing was, made of the title and unlike all others."""
    taken = {key for pk, key in CustomField.objects.filter(of=of).values_list("pk", "key") if pk != own_id}
    if said:
        key = str(said).strip()
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", key):
            faults["key"] = _("A key has small letters, digits and _, and begins with a letter.")
        elif key in taken:
            faults["key"] = _("Another field has this key already.")
        return key
    plain = unicodedata.normalize("NFKD", in_language(title, "en") if title else "").encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:90]
    key = key if key[:1].isalpha() else f"field_{key}".strip("_")
    numbers = (f"{key}_{number}" for number in range(2, len(taken) + 3))
    return key if key not in taken else next(it for it in numbers if it not in taken)


def _refuse_other_meaning(
    field: CustomField, data: dict[str, str], options: list[dict[str, Any]], faults: dict[str, object]
) -> None:
    """Where something stands in the field, it stays what it is, and keeps the options that are chosen."""
    changed = [name for name, value in data.items() if value != getattr(field, name)]
    table = VALUES[field.of].objects.filter(field=field)
    if changed and table.exists():
        faults |= {name: _("Something stands in this field: it stays what it is.") for name in changed}
    if changed and (speaking := named_by(field)):
        text = _("This is named by: %(names)s") % {"names": ", ".join(speaking)}
        faults |= {name: text for name in changed if name not in faults}
    gone = {it["value"] for it in field.options} - {it["value"] for it in options}
    if gone and "kind" not in changed:
        chosen = table.filter(value__in=gone).values("value").annotate(times=Count("id")).order_by("value")
        said = [_("“%(value)s” (%(times)s times)") % it for it in chosen]
        if said:
            faults["options"] = _("These options are chosen and must stay: %(values)s") % {"values": ", ".join(said)}


def switch(field_id: int, *, on: bool, actor: User | None) -> CustomField:
    """On or off; its values stay. Idempotent. Raises Missing."""
    with transaction.atomic():
        found = rule_rows.find(CustomField, field_id)
        return save_field({**export(found), "active": on}, actor=actor, field_id=field_id)


def order(field_ids: Sequence[int], *, actor: User | None) -> None:
    """Put the fields into this order; those that are not named come after."""
    with transaction.atomic():
        rule_rows.order(CustomField.objects.select_for_update(), field_ids, KIND, export, actor)
    configuration.forget()


def drop(field_id: int, *, actor: User | None) -> None:
    """Gone with all that stands in it. Raises Missing, Refused while something names it: it says what."""
    with transaction.atomic():
        found = rule_rows.find(CustomField, field_id)
        speaking = named_by(found)
        if speaking:
            raise Refused(_("This is named by: %(names)s") % {"names": ", ".join(speaking)})
        rule_rows.drop(found, KIND, export, actor)
    configuration.forget()


def named_by(field: CustomField) -> list[str]:
    """The rules, forms and texts that name the field, for a person."""
    own = field_of(field)
    names = re.compile("|".join(re.escape(name) + r"(?![\w])" for name in {own.name, *own.placeholders}))
    found = [
        f"{said} “{title}”"
        for said, title, parts in _speakers()
        if names.search(json.dumps(parts, ensure_ascii=False, default=str))
    ]
    if field.of == custom_fields.TICKET:
        forms = models.TicketForm.objects.order_by("position", "id")
        said = _("form")
        found += [f"{said} “{for_reader(it.name)}”" for it in forms if field.pk in it.fields]
    return found


def _speakers() -> Iterator[tuple[str, str, Iterable[Any]]]:
    """All that can name a field: what it is, its title, and what it says."""
    for said, model in (
        (_("trigger"), models.Trigger),
        (_("automation"), models.Automation),
        (_("macro"), models.Macro),
        (_("view"), models.View),
        (_("SLA policy"), models.SlaPolicy),
        (_("skill"), models.Skill),
    ):
        for row in model._default_manager.order_by("pk"):
            parts = [getattr(row, it.attname) for it in row._meta.concrete_fields]
            yield said, str(row), parts
    for protocol in models.Protocol.objects.filter(current=True):
        yield _("protocol"), str(protocol), [protocol.texts]
