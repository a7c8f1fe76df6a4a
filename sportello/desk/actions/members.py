"""Which tickets stand in which view: kept with each update, and filled in when a view is new. docs/algorithms/views.md"""

from datetime import datetime
from functools import lru_cache

from .. import models
from ..errors import Invalid
from ..rules import conditions, views
from ..rules.views import View
from . import configuration
from .vocabulary import Vocabulary


def view(view_id: int, updated_at: datetime) -> View | None:
    """The view in this version, read once. None: it names what cannot be read any more, or is gone."""
    return _view(view_id, updated_at, configuration.current().vocabulary)


@lru_cache(maxsize=5000)
def _view(view_id: int, updated_at: datetime, known: Vocabulary) -> View | None:
    row = models.View.objects.filter(pk=view_id).first()
    try:
        if row is None:
            return None
        asked = conditions.read(row.conditions, stored=True, fields=known.fields)
        return views.read(row.pk, asked, views.read_layout(vars(row)))
    except Invalid:
        return None
