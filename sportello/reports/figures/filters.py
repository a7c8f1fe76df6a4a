"""The desk's conditions as SQL over facts: the third reading of the one vocabulary (rules.conditions has two).

What a fact does not know (the subject, hours since something) cannot be asked of figures; everything else reads as in a
view, of the ticket as it was at the event.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sportello.desk.rules import conditions
from sportello.desk.rules.conditions import Condition, Conditions
from sportello.desk.rules.custom_fields import TICKET
from sportello.desk.rules.custom_kinds import OwnCheckbox, OwnNumber, OwnOptions, OwnText
from sportello.desk.rules.fields import BY_NAME, PRIORITY_NAMES, Field
from sportello.desk.rules.kinds import PRESENCE, Choice, Moment, Reference, Tags, Text, Vote

from .dialects import Dialect

# By the names of the vocabulary. The assignee of a fact is the agent who is credited.
COLUMNS = {
    "priority": "priority",
    "type": "type",
    "group_id": "group_id",
    "assignee_id": "agent_id",
    "requester_id": "requester_id",
    "organization_id": "organization_id",
    "current_tags": "tags",
    "via_id": "channel",
    "satisfaction_score": "vote",
}
VOTE = "satisfaction_score"
_NAMES = {value: name for name, value in PRIORITY_NAMES.items() if name != "-"}


def fields(known: Mapping[str, Field] = BY_NAME) -> dict[str, Field]:
    """Of a vocabulary: what can be asked of figures."""
    return {
        name: it for name, it in known.items() if name in COLUMNS or (it.custom is not None and it.custom.of == TICKET)
    }


def read(data: Any, known: Mapping[str, Field] = BY_NAME) -> Conditions:
    """Conditions from JSON. Raises Invalid with the place of each fault ("all.0.value")."""
    return conditions.read(data, stored=True, fields=fields(known))


def sql(asked: Conditions, dialect: Dialect, moment: Moment) -> str:
    """The same as a question to facts; "" where nothing is asked."""
    every = [_sql(it, dialect, moment) for it in asked.all]
    if asked.any:
        every.append("(" + " OR ".join(_sql(it, dialect, moment) for it in asked.any) + ")")
    return " AND ".join(every)


def asks_vote(asked: Conditions) -> bool:
    return any(it.field.name == VOTE for it in asked)


def _sql(condition: Condition, dialect: Dialect, moment: Moment) -> str:
    kind, operator, value = condition.field.kind, condition.operator, condition.value
    if condition.field.custom is not None:
        column = dialect.get("fields", str(condition.field.custom.id))
        return "(" + _own(kind, column, operator, value, dialect, moment) + ")"
    column = COLUMNS[condition.field.name]
    if isinstance(kind, Reference):
        meant = kind.meant(value, moment)
        found = f"{column} IS NULL" if meant is None else f"({column} IS NOT NULL AND {column} = {int(meant)})"
        return found if operator == "is" else f"NOT ({found})"
    if isinstance(kind, Tags):
        return _either((dialect.contains(column, word) for word in value.split()), operator == "includes")
    if isinstance(kind, Vote):
        score = value.removesuffix("_with_comment")
        found = f"{column} = {dialect.text(score)}" + ("" if value == score else " AND vote_commented")
        return f"({found})" if operator == "is" else f"NOT ({found})"
    assert isinstance(kind, Choice)
    values = {"is": (value,), "is_not": (value,)}.get(operator) or kind.side_of(operator, value)
    named = [dialect.text(_NAMES.get(it, it) if column == "priority" else it) for it in values]
    found = f"{column} IN ({', '.join(named)})" if named else "FALSE"
    return f"NOT {found}" if operator == "is_not" else found


def _own(kind: Any, column: str, operator: str, value: Any, dialect: Dialect, moment: Moment) -> str:
    """A field of the desk's own; what stands in a fact is text, '' where nothing does."""
    if isinstance(kind, OwnCheckbox):
        return f"{column} {'=' if (value == 'true') == (operator == 'is') else '<>'} 'true'"
    if operator in PRESENCE:
        return f"{column} {'<>' if operator == 'present' else '='} ''"
    if isinstance(kind, OwnText):
        parts = (dialect.includes(column, part) for part in Text().parts(operator, value))
        return _either(parts, operator in ("includes", "is"))
    if isinstance(kind, OwnOptions):
        padded = f"concat(' ', {column}, ' ')"
        parts = (dialect.includes(padded, f" {option.lower()} ") for option in value.split())
        return _either(parts, operator in ("includes", "is"))
    if isinstance(kind, OwnNumber):
        return _compared(dialect.number(column), operator, dialect.number(dialect.text(value)), column)
    if operator in getattr(kind, "within", ()):
        first, last = (dialect.text(day) for day in kind.span(operator, value, moment))
        return f"{column} >= {first} AND {column} <= {last}"
    return _compared(column, operator, dialect.text(value or ""), column)


def _compared(actual: str, operator: str, value: str, column: str) -> str:
    if operator == "is_not":
        return f"{column} = '' OR {actual} <> {value}" if actual != column else f"{actual} <> {value}"
    sign = {"is": "=", "less_than": "<", "greater_than": ">"}[operator]
    return f"{column} <> '' AND {actual} {sign} {value}" if operator != "is" else f"coalesce({actual} = {value}, FALSE)"


def _either(parts: Iterable[str], is_asked: bool) -> str:
    found = "(" + " OR ".join(parts) + ")"
    return found if is_asked else f"NOT {found}"
