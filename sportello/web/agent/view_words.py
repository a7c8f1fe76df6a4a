"""What a change of a view changed beside its conditions, in words, for its history."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from sportello.desk.actions import configuration
from sportello.desk.rules.views import SORTS, columns_of

Rule = Mapping[str, Any]


def more(before: Rule | None, after: Rule | None) -> list[tuple[str, str]]:
    """Lines of (sign, words): "-" for what went, "+" for what came."""
    if before is None or after is None:
        return []
    said = [_said(it) for it in (before, after)]
    return [("-", it) for it in said[0] if it not in said[1]] + [("+", it) for it in said[1] if it not in said[0]]


def _said(view: Rule) -> list[str]:
    there = columns_of(configuration.current().fields)
    columns = ", ".join(str(there.get(it, it)) for it in view["columns"])
    sort = SORTS.get(view["sort_by"])
    lines = [
        _("Seen by: %(whom)s") % {"whom": _whom(view)},
        _("Columns: %(columns)s") % {"columns": columns},
        _way(view["sort_descending"]) % {"by": _("sorted by %(name)s") % {"name": sort.label if sort else "?"}},
    ]
    if view["group_by"]:
        name = there.get(view["group_by"], view["group_by"])
        lines.append(_way(view["group_descending"]) % {"by": _("grouped by %(name)s") % {"name": name}})
    return [line[:1].upper() + line[1:] for line in lines]


def _way(descending: bool) -> str:
    return _("%(by)s, descending") if descending else _("%(by)s, ascending")


def _whom(view: Rule) -> str:
    if view["owner_id"]:
        return _("its owner")
    group = configuration.current().groups.get(view["group_id"] or 0)
    return group.name if group else _("everybody")
