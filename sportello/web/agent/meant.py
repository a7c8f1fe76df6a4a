"""Which tickets are meant by whoever changes many: those that are ticked, or all of the list that they stand on.

What is posted says tickets=… of the ticked ones; or all, and which list: view=3, or q=… for what a search finds. The
lists of a person and of an organization are searches.
"""

from django.http import QueryDict

from sportello.desk import access
from sportello.desk.actions import bulk
from sportello.desk.errors import Missing
from sportello.desk.models import User
from sportello.desk.search import finding
from sportello.kit.keys import key_of
from sportello.web.agent import lists
from sportello.web.agent.searching import moment_of, understood


def ids(posted: QueryDict, agent: User) -> list[int]:
    """Their numbers, only such as he may see; of a whole list as it is now. Raises Missing where there is none."""
    limit = bulk.AT_MOST + 1
    if "all" in posted:
        return lists.ids_of(_view(posted, agent), agent, limit) if "view" in posted else _found(posted, agent, limit)
    ticked = {key_of(key) for key in posted.getlist("tickets")[: bulk.AT_MOST]} - {0}
    return list(access.tickets(agent).filter(pk__in=ticked).order_by("pk").values_list("pk", flat=True))


def size(asked: QueryDict, agent: User) -> int:
    """How many tickets the whole list has, every one of them counted, but no more than can be changed at once."""
    if "view" in asked:
        return lists.size_of(_view(asked, agent), agent)
    return len(_found(asked, agent, bulk.AT_MOST))


def _view(asked: QueryDict, agent: User) -> lists.Listed:
    found = next((it for it in lists.views_of(agent) if str(it.id) == asked["view"]), None)
    if found is None:
        raise Missing
    return found


def _found(asked: QueryDict, agent: User, limit: int) -> list[int]:
    said = understood(asked.get("q", ""))
    if said.is_empty:
        raise Missing
    return finding.tickets(agent, said, moment_of(agent), limit)
