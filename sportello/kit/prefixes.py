"""Find by how a text begins, through the index of its column, on both databases."""

from django.db import connection
from django.db.models import Q


def starting(column: str, beginning: str) -> Q:
    """Texts that begin with just these characters. On PostgreSQL the column wants an index for LIKE (unique texts have
    one); SQLite's LIKE uses no index, but its texts are sorted by their bytes."""
    if not beginning or connection.vendor != "sqlite":
        return Q(**{f"{column}__startswith": beginning})
    return Q(**{f"{column}__gte": beginning, f"{column}__lt": beginning + chr(0x10FFFF)})
