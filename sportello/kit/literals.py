"""Values that stand in the SQL itself. SQLite looks at no parameter when it chooses an index of some rows only."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Value


class Literal(Value):
    """A word of our own, never one that somebody typed."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[()]]:
        return f"'{self.value}'", ()


def literals(words: Iterable[str]) -> list[Literal]:
    """Of letters and underscores alone. Raises ValueError."""
    found = [Literal(str(word)) for word in words]
    if not all(it.value.isidentifier() for it in found):
        raise ValueError([it.value for it in found])
    return found
