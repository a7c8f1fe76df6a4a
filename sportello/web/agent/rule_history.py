"""Who changed a rule, when and how: on its page, and where somebody else changed it while it was being written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sportello.desk.models import RuleChange
from sportello.web.agent.rule_words import Names, differences

CHANGES = 50
Rule = Mapping[str, Any]
Lines = list[tuple[str, str]]
# What a kind of rules tells beside its conditions and actions: (before, after) -> lines.
More = Callable[[Rule | None, Rule | None], Lines]


def nothing_more(before: Rule | None, after: Rule | None) -> Lines:
    return []


def rules_in(changes: Iterable[RuleChange]) -> list[Rule]:
    """What the rule was, for Names."""
    return [rule for it in changes for rule in (it.before, it.after) if rule]


def told(changes: Iterable[RuleChange], names: Names, more: More = nothing_more) -> list[SimpleNamespace]:
    """The changes for agent/_rule_changes.html: row, author, lines of (sign, words)."""
    return [
        SimpleNamespace(
            row=it, author=it.author, lines=differences(it.before, it.after, names) + more(it.before, it.after)
        )
        for it in changes
    ]


def since(changes: Sequence[RuleChange], seen: str) -> list[RuleChange]:
    """Those, newest first, that came after a version of the rule (actions.rule_rows.version)."""
    return [it for it in changes if it.created_at.isoformat() > seen]
