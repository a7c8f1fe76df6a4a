"""Texts compared as people type them. `…__folded`: a text column in lower case, of all letters, on both databases; for
"contains" whatever the case. `…__alike="nicolo"`: contains this, whatever the case and the accents."""

import re
from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models import Lookup, Transform

from .accents import ACCENTED, PLAIN, plain


@models.CharField.register_lookup
@models.TextField.register_lookup
class Folded(Transform):
    lookup_name = "folded"
    function = "LOWER"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, function="SPORTELLO_FOLD", **context)


@models.CharField.register_lookup
@models.TextField.register_lookup
class Alike(Lookup):
    """Contains the text, whatever the case and the accents."""

    lookup_name = "alike"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, values = self.process_lhs(compiler, connection)
        wanted = _literal(plain(str(self.rhs)))
        if connection.vendor != "sqlite":
            return f"translate(lower({column}), '{ACCENTED}', '{PLAIN}') LIKE %s", [*values, f"%{wanted}%"]
        # SQLite's own LIKE looks at a hundred thousand names while our function looks at a thousand: it goes first.
        rough = next((it for it in _roughly(wanted) if _is_telling(it)), wanted)
        sql = f"({column} LIKE %s ESCAPE '\\' AND SPORTELLO_PLAIN({column}) LIKE %s ESCAPE '\\')"
        return sql, [*values, f"%{rough}%", *values, f"%{wanted}%"]


def _roughly(wanted: str) -> Iterator[str]:
    """With any letter where one with an accent may stand: the more of them, the less it tells."""
    for letters in ("aceinouy", "aeiou"):
        yield "".join("_" if it in letters else it for it in wanted)


def _is_telling(rough: str) -> bool:
    return sum(it.isalnum() for it in rough) > 1


def _literal(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
