"""`…__folded`: a text column in lower case, of all letters, on both databases; for "contains" whatever the case."""

from typing import Any

from django.db import models
from django.db.models import Transform


@models.CharField.register_lookup
@models.TextField.register_lookup
class Folded(Transform):
    lookup_name = "folded"
    function = "LOWER"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, function="SPORTELLO_FOLD", **context)
