"""Views: lists of tickets as rules. Which columns, what order, in which groups, and what can be kept. Pure.

Names are the vendor's where he has one. docs/algorithms/views.md
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from ..errors import Invalid
from .conditions import Condition, Conditions
from .custom_fields import TICKET
from .fields import BY_NAME, Field
from .kinds import CURRENT_USER

MOST_COLUMNS = 10
# More tickets than this are not sorted for one page: they come in an order that has an index, and ungrouped.
SORTED_AT_MOST = 3_000

COLUMNS: dict[str, str | Promise] = {
    "subject": BY_NAME["subject_includes_word"].label,
    "requester": BY_NAME["requester_id"].label,
    "organization": BY_NAME["organization_id"].label,
    "assignee": BY_NAME["assignee_id"].label,
    "group": BY_NAME["group_id"].label,
    "status": BY_NAME["status"].label,
    "priority": BY_NAME["priority"].label,
    "type": BY_NAME["type"].label,
    "channel": BY_NAME["via_id"].label,
    "tags": BY_NAME["current_tags"].label,
    "created": pgettext_lazy("column of a view", "Created"),
    "updated": pgettext_lazy("column of a view", "Latest change"),
    "waiting": pgettext_lazy("column of a view", "Waiting since"),
    "solved": pgettext_lazy("column of a view", "Solved on"),
    "sla_due": pgettext_lazy("column of a view", "Next SLA target"),
}
FIRST_COLUMNS = ("subject", "requester", "assignee", "updated")


@dataclass(frozen=True, slots=True)
class Sort:
    """column: of the ticket, "" for its number. has_index: a page is found by it however many tickets there are."""

    label: str | Promise
    column: str
    nullable: bool = False
    has_index: bool = True


SORTS = {
    "created_at": Sort(COLUMNS["created"], ""),
    "updated_at": Sort(COLUMNS["updated"], "updated_at"),
    "waiting_since": Sort(COLUMNS["waiting"], "waiting_since", nullable=True),
    "solved_at": Sort(COLUMNS["solved"], "solved_at", nullable=True),
    "priority": Sort(COLUMNS["priority"], "priority", nullable=True, has_index=False),
    "sla_due": Sort(COLUMNS["sla_due"], "sla_due", nullable=True, has_index=False),
}
# By what tickets stand together: the column that sorts the groups.
GROUPS = {
    "status": "status",
    "priority": "priority",
    "type": "type",
    "group": "group__name",
    "assignee": "assignee__name",
    "requester": "requester__name",
    "organization": "organization__name",
}
# What only the ticket's own updates change: whether it stands in such a view is known when an update ends.
KEPT = frozenset(
    (
        *("status", "priority", "type", "group_id", "assignee_id", "requester_id", "organization_id", "recipient"),
        *("current_tags", "via_id", "contact", "subject_includes_word", "satisfaction_score"),
    )
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a view shows its tickets. group_by: "" for one list."""

    columns: tuple[str, ...] = FIRST_COLUMNS
    group_by: str = ""
    group_descending: bool = False
    sort_by: str = "updated_at"
    sort_descending: bool = True

    @property
    def is_sorted(self) -> bool:
        """No index gives this order: it is for views with few tickets."""
        return bool(self.group_by) or not SORTS[self.sort_by].has_index


def columns_of(fields: Mapping[str, Field] = BY_NAME) -> dict[str, str | Promise]:
    """The columns that a view can have, with their names: the usual ones, then the fields that tickets have of their
    own. fields: the desk's vocabulary."""
    own = {name: it.label for name, it in fields.items() if it.custom is not None and it.custom.of == TICKET}
    return COLUMNS | own


def read_layout(data: Mapping[str, Any], columns_there: Collection[str] = COLUMNS) -> Layout:
    """The layout of a view from its JSON; what is not named is as in a new one. columns_there: of columns_of.

    Raises Invalid with the place of each fault: "columns", "group_by", "sort_by".
    """
    faults: dict[str, object] = {}
    columns = data.get("columns") or list(FIRST_COLUMNS)
    if not isinstance(columns, list | tuple) or not set(map(str, columns)) <= set(columns_there):
        faults["columns"] = _("A view has no such column.")
        columns = ()
    elif len(columns) > MOST_COLUMNS:
        faults["columns"] = _("At most %(limit)s columns, please.") % {"limit": MOST_COLUMNS}
    group_by, sort_by = str(data.get("group_by") or ""), str(data.get("sort_by") or "updated_at")
    if group_by and group_by not in GROUPS:
        faults["group_by"] = _("A view cannot be grouped like this.")
    if sort_by not in SORTS:
        faults["sort_by"] = _("A view cannot be sorted like this.")
    if faults:
        raise Invalid(faults)
    return Layout(
        columns=tuple(dict.fromkeys(columns)),
        group_by=group_by,
        group_descending=bool(data.get("group_descending", False)),
        sort_by=sort_by,
        sort_descending=bool(data.get("sort_descending", True)),
    )


@dataclass(frozen=True, slots=True)
class View:
    """A view as it is asked: conditions = kept and live.

    kept: which tickets are kept as its members; None: none are. live: what is asked of them when somebody looks.
    """

    id: int
    conditions: Conditions
    layout: Layout
    kept: Conditions | None
    live: Conditions


def read(view_id: int, asked: Conditions, layout: Layout) -> View:
    """Part the conditions into those that can be kept and those that only the moment answers. Of any: all or none."""
    is_either_kept = all(map(_is_kept, asked.any))
    kept = Conditions(tuple(filter(_is_kept, asked.all)), asked.any if is_either_kept else ())
    # An agent's own unsolved tickets are few, and have their index: no need to keep all unsolved ones for that.
    is_own = any(it.value == CURRENT_USER for it in asked) and all(it.field.name == "status" for it in kept)
    if kept == Conditions() or is_own:
        return View(view_id, asked, layout, None, asked)
    live = Conditions(tuple(it for it in asked.all if not _is_kept(it)), () if is_either_kept else asked.any)
    return View(view_id, asked, layout, kept, live)


def _is_kept(condition: Condition) -> bool:
    custom = condition.field.custom
    if custom is not None:
        return custom.of == TICKET and not condition.operator.endswith("_n_days")
    return condition.field.name in KEPT and condition.value != CURRENT_USER
