"""A ticket form as somebody is writing it: as posted, as kept, as its verb takes it, and what it will look like.

A condition is one row, "Ask Model when Device is Printer"; rows for the same case are one condition for the verb.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from sportello.desk.models import TicketForm
from sportello.desk.rules import forms
from sportello.desk.rules.forms import WHO
from sportello.kit.keys import key_of
from sportello.web.agent.field_draft import Texts, as_text, posted_texts, rearrange, texts_of

PLACE = re.compile(r"conditions\.(agent|end_user)\.(\d{1,4})\.(child|parent|value|required)")
LISTED = re.compile(r"fields\.(\d{1,4})")


@dataclass
class Row:
    """child, parent: ids of fields; 0: not chosen yet."""

    child: int = 0
    parent: int = 0
    value: str = ""
    required: bool = False


@dataclass
class Draft:
    """fields: ids, in order. rows: of conditions, for agents and for customers. focus: the control to go on with."""

    name: Texts = field(default_factory=dict)
    fields: list[int] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=lambda: {who: [] for who in WHO})
    end_user_visible: bool = True
    active: bool = True
    focus: str = ""

    def edit(self, gesture: str, chosen: str) -> None:
        """What a button says: "add.fields" (the chosen one), "up.fields.1", "add.conditions.agent", "copy.agent" …

        Anything else changes nothing.
        """
        verb, _dot, place = gesture.partition(".")
        lists: dict[str, list[Any]] = {"fields": self.fields} | {f"conditions.{who}": self.rows[who] for who in WHO}
        if verb == "copy" and place in WHO:
            (other,) = (who for who in WHO if who != place)
            known = [vars(row) for row in self.rows[other]]
            self.rows[other] += [Row(**vars(row)) for row in self.rows[place] if vars(row) not in known]
        elif verb == "add" and place == "fields":
            self.fields += [key for key in [key_of(chosen)] if key and key not in self.fields]
            self.focus = "add.fields"
        elif verb == "add" and place in lists:
            lists[place].append(Row())
            self.focus = f"{place}.{len(lists[place]) - 1}"
        else:
            self.focus = rearrange(lists.get(place.rpartition(".")[0], []), verb, place)

    def data(self) -> dict[str, Any]:
        """As `actions.ticket_forms` takes it."""
        return {
            "name": as_text(self.name),
            "fields": self.fields,
            "conditions": [
                {
                    "parent_field_id": parent,
                    "value": value,
                    "child_fields": [{"id": row.child, "is_required": row.required} for row in rows],
                    "for": who,
                }
                for (who, parent, value), rows in self._cases().items()
            ],
            "end_user_visible": self.end_user_visible,
            "active": self.active,
        }

    def _cases(self) -> dict[tuple[str, int, str], list[Row]]:
        """The rows by what they ask."""
        found: dict[tuple[str, int, str], list[Row]] = {}
        for who, rows in self.rows.items():
            for row in rows:
                found.setdefault((who, row.parent, row.value), []).append(row)
        return found

    def faults_of(self, row: Row, faults: Mapping[str, str]) -> list[str]:
        """What the verb found wrong with the condition that the row is part of."""
        (number,) = (at for at, rows in enumerate(self._cases().values()) if any(it is row for it in rows))
        return [text for place, text in faults.items() if f"{place}.".startswith(f"conditions.{number}.")]

    def form(self) -> forms.Form:
        """As it would ask now: with the conditions that are complete."""
        found = [
            forms.Condition(parent, value, {row.child: row.required for row in rows if row.child}, who)
            for (who, parent, value), rows in self._cases().items()
            if parent and value
        ]
        return forms.Form(0, "", tuple(self.fields), tuple(found))


def kept(row: TicketForm) -> Draft:
    draft = Draft(
        name=texts_of(row.name),
        fields=list(row.fields),
        end_user_visible=row.end_user_visible,
        active=row.active,
    )
    for it in forms.stored_conditions(row.conditions):
        draft.rows[it.who] += [Row(child, it.parent, it.value, required) for child, required in it.children.items()]
    return draft


def posted(post: QueryDict) -> Draft:
    """The form as it came, its rows without gaps."""
    draft = Draft(name=posted_texts(post, "name"), end_user_visible="end_user_visible" in post, active="active" in post)
    listed = sorted((int(found[1]), key_of(post.get(name, ""))) for name in post if (found := LISTED.fullmatch(name)))
    draft.fields = list(dict.fromkeys(key for _number, key in listed if key))
    rows: dict[tuple[str, int], Row] = {}
    for name in post:
        found = PLACE.fullmatch(name)
        if found:
            row = rows.setdefault((found[1], int(found[2])), Row())
            said = post.get(name, "").replace("\0", "")
            if found[3] in ("child", "parent"):
                setattr(row, found[3], key_of(said))
            elif found[3] == "value":
                row.value = said
            else:
                row.required = True
    for (who, _number), row in sorted(rows.items(), key=lambda it: it[0]):
        draft.rows[who].append(row)
    return draft
