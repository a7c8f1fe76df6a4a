import json
import stat

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
    assert store.load(sync.folder()).audits.last > 0


def test_report_rebuild_when_somebody_writes_then_says_who(sportello, db):  # noqa: F811
    sync.folder().mkdir()
    lock = locks.hold(sync.folder() / "lock")

    code, _out, err = sportello("report", "rebuild")
    lock.release()

    assert code == 1
    assert "is writing the facts" in err


def test_report_sql_makes_a_folder_that_its_owner_alone_reads_and_leaves_one_that_is_there(
    sportello,  # noqa: F811
    ticket,
    tmp_path,
):
    sync.rebuild()
    made, shared = tmp_path / "made", tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o750)

    codes = [sportello("report", "sql", str(folder))[0] for folder in (made, shared)]

    assert codes == [0, 0]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (made, shared)] == [0o700, 0o750]
    assert (made / "duckdb.sql").exists()
