import json

from sportello.desk.actions import indexing
from sportello.desk.rules.search_terms import TICKET, words
from sportello.desk.search import index
from tests.cli.test_commands import sportello  # noqa: F401


def test_search_rebuild_writes_all_anew_and_says_how_much(sportello, ticket):  # noqa: F811
    while indexing.step():
        pass
    index.drop(TICKET, [ticket.pk])

    code, out, _err = sportello("search", "rebuild", "--json")

    assert code == 0
    assert json.loads(out)["rows"] > 0
    assert index.find(TICKET, ((words("stampante"),),), 10) == [ticket.pk]
