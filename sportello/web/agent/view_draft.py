"""A view as somebody is writing it: the builder's conditions, its columns in order, its groups and its order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.desk.rules import views
from sportello.desk.rules.fields import Field
from sportello.desk.rules.kinds import CURRENT_USER
from sportello.desk.words import Permission
from sportello.kit.keys import key_of
from sportello.web.agent import rule_builder
from sportello.web.agent.rule_builder import Draft
from sportello.web.agent.rule_words import Choices, Names

MINE, EVERYBODY = "mine", "everybody"
WAYS = ("up", "down")


def fields() -> Mapping[str, Field]:
    """What a view can ask: how tickets are, not how they have changed."""
    known = configuration.current().fields
    return {name: replace(it, changes=False) for name, it in known.items() if it.column}


class ViewNames(Names):
    """In a view the current user is whoever looks at it."""

    def choices(self, kind: str, *, nullable: bool) -> dict[str, str]:
        found = super().choices(kind, nullable=nullable)
        return found | {CURRENT_USER: _("whoever is looking")} if CURRENT_USER in found else found

    def of(self, kind: str, value: object) -> str:
        return _("whoever is looking") if value == CURRENT_USER else super().of(kind, value)


@dataclass
class ViewDraft:
    """columns: those that are shown, in their order. reach: MINE, EVERYBODY or the number of a group."""

    rule: Draft
    reach: str = MINE
    columns: list[str] = field(default_factory=lambda: list(views.FIRST_COLUMNS))
    group_by: str = ""
    group_descending: bool = False
    sort_by: str = "updated_at"
    sort_descending: bool = True

    def edit(self, gesture: str) -> None:
        """Add, remove or redraw a condition, or move a column: "up.columns.status"."""
        way, _dot, name = gesture.partition(".columns.")
        if way not in WAYS or name not in self.columns:
            self.rule.edit(gesture)
            return
        at = self.columns.index(name)
        other = at + (-1 if way == "up" else 1)
        if 0 <= other < len(self.columns):
            self.columns[at], self.columns[other] = self.columns[other], self.columns[at]

    def faults(self, agent: User) -> dict[str, str]:
        """What only this form can find wrong, by place."""
        for rows in self.rule.lists.values():
            for parts in rows:
                if parts.get("value", "").lower() == _("whoever is looking").lower():
                    # As the builder knows it.
                    parts["value"] = _("the person who acts")
        return self.rule.faults(agent)

    def data(self, agent: User) -> dict[str, Any]:
        """As `actions.views` takes it."""
        rule = self.rule.data()
        return {
            **{name: rule[name] for name in ("title", "description", "active", "conditions")},
            **{name: getattr(self, name) for name in ("columns", "group_by", "group_descending")},
            **{name: getattr(self, name) for name in ("sort_by", "sort_descending")},
            "owner_id": agent.pk if self.reach == MINE else None,
            "group_id": key_of(self.reach) if self.reach.isdecimal() else None,
        }


def new() -> ViewDraft:
    """One to begin with: what is not solved."""
    first: list[dict[str, str]] = [{"field": "status", "operator": "less_than", "value": "solved"}]
    return ViewDraft(Draft(lists={"conditions.all": first, "conditions.any": [], "actions": []}))


def posted(post: QueryDict) -> ViewDraft:
    return ViewDraft(
        rule_builder.posted(post),
        reach=post.get("reach", MINE),
        columns=list(dict.fromkeys(post.getlist("columns"))),
        group_by=post.get("group_by", ""),
        group_descending=post.get("group_way") == "descending",
        sort_by=post.get("sort_by", ""),
        sort_descending=post.get("sort_way") == "descending",
    )


def kept(view: Mapping[str, Any], names: Names) -> ViewDraft:
    """A view as it is exported, to be changed."""
    reach = MINE if view["owner_id"] else str(view["group_id"] or EVERYBODY)
    layout = {name: view[name] for name in ("group_by", "group_descending", "sort_by", "sort_descending")}
    rule = rule_builder.kept({"actions": [], **view}, names)
    return ViewDraft(rule, reach=reach, columns=list(view["columns"]), **layout)


# --- as shown --------------------------------------------------------------------------------------------------------


def reaches(agent: User) -> Choices:
    """Who may be shown what this agent writes."""
    if not access.may(agent, Permission.MACROS):
        return {}
    groups = sorted(configuration.current().groups.items(), key=lambda pair: pair[1].name.lower())
    return {
        EVERYBODY: _("Everybody"),
        **{str(pk): _("Group: %(group)s") % {"group": group.name} for pk, group in groups},
        MINE: _("Only me"),
    }


def columns(draft: ViewDraft) -> list[SimpleNamespace]:
    """All columns, those that are shown first and in their order."""
    there = views.columns_of(configuration.current().fields)
    shown = [name for name in draft.columns if name in there]
    others = [name for name in there if name not in shown]
    return [
        SimpleNamespace(name=name, label=there[name], is_shown=name in shown, place=place)
        for place, name in enumerate((*shown, *others))
    ]


def orders(draft: ViewDraft) -> SimpleNamespace:
    """What can be chosen to group and to sort by."""
    grouping = {"": pgettext("no groups", "nothing"), **{name: views.COLUMNS[name] for name in views.GROUPS}}
    sorting = {name: it.label for name, it in views.SORTS.items()}
    return SimpleNamespace(
        groups=_options(grouping.items(), draft.group_by), sorts=_options(sorting.items(), draft.sort_by)
    )


def _options(choices: Iterable[tuple[str, object]], chosen: str) -> list[tuple[str, object, bool]]:
    return [(value, label, value == chosen) for value, label in choices]
