import json

import pytest

from sportello.kit import locks
from sportello.reports.folding import store, sync
from tests.cli.test_commands import sportello  # noqa: F401


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path


def test_report_rebuild_folds_all_and_says_how_much(sportello, ticket):  # noqa: F811
    code, out, _err = sportello("report", "rebuild", "--json")

    assert code == 0
    assert json.loads(out)["rows"] == 1
    assert store.load(sync.folder()).cursor > 0


def test_report_rebuild_when_somebody_writes_then_says_who(sportello, db):  # noqa: F811
    sync.folder().mkdir()
    lock = locks.hold(sync.folder() / "lock")

    code, _out, err = sportello("report", "rebuild")
    lock.release()

    assert code == 1
    assert "is writing the facts" in err
