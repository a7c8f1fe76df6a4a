"""How far the index of searches has come, for whoever asks it: what stands in it, and what not yet."""

from datetime import datetime

from ..models import SearchState
from ..rules.search_terms import ORGANIZATION, TICKET, USER

INDEX = "index"
# What a document of each kind holds (search.documents): one more when that changes, and the worker writes them anew.
FORMS = {TICKET: 1, USER: 2, ORGANIZATION: 1}


def known_until(kind: str) -> datetime | None:
    """Rows that have not changed since then stand in the index as they are. None: it is being written."""
    position = SearchState.objects.filter(pk=INDEX).values_list("position", flat=True).first()
    if not position or position["rebuild"].get(kind) or position.get("forms", {}).get(kind) != FORMS[kind]:
        return None
    return datetime.fromisoformat(position["changed"][kind][0])
