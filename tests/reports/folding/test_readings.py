"""The log of readings among the facts: each row once, in few files, at no cost where nobody reads."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from sportello.desk.actions import configuration, desks
from sportello.helpcenter.models import ArticleReading
from sportello.kit import clock
from sportello.reports.folding import readings, store, sync
from sportello.reports.folding.schema import TABLES
from tests.reports.readings import add_article, read

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path
    return tmp_path / "facts"


@pytest.fixture
def printer(ada):
    return add_article(ada, "Stampante", "Printer")


def rows():
    manifest = store.load(sync.folder())
    relation = store.relation(sync.folder(), manifest, TABLES["readings"])
    return store.engine().execute(f"SELECT * FROM ({relation}) ORDER BY visit, kind").fetchall()


def visits():
    return [row[-1] for row in rows()]


def test_rebuild_then_every_reading_with_the_time_on_the_wall(printer):
    desks.configure(name="Desk", time_zone="Europe/Rome", language="it")
    configuration.forget()
    read(printer, "shown", "avoided", visit="one", at=NOON, language="en")

    sync.rebuild()

    at, local = NOON.replace(tzinfo=None), NOON.replace(tzinfo=None) + timedelta(hours=2)
    assert rows() == [
        (at, local, printer.pk, "avoided", "en", "one"),
        (at, local, printer.pk, "shown", "en", "one"),
    ]


def test_step_when_somebody_read_then_taken_in_once(printer):
    sync.step()
    read(printer, "opened", visit="one", at=NOON)

    assert sync.step() is False
    assert sync.step() is False
    assert visits() == ["one"]


def test_step_when_more_was_read_than_it_takes_then_the_next_one_goes_on(printer, monkeypatch):
    monkeypatch.setattr(sync, "MOST", 2)
    sync.step()
    for number in range(3):
        read(printer, "opened", visit=f"{number}", at=NOON)

    assert [sync.step(), sync.step()] == [True, False]
    assert visits() == ["0", "1", "2"]


def test_step_when_a_number_arrives_late_then_taken_in_once(printer):
    """On PostgreSQL a transaction may commit after a later one, and one that was in vain leaves a gap for ever."""
    sync.step()
    read(printer, "opened", visit="late", at=NOON)
    read(printer, "opened", visit="soon", at=NOON)
    late = ArticleReading.objects.get(visit="late")
    late_id, _gone = late.pk, late.delete()
    sync.step()
    before = visits()
    late.pk = late_id
    late.save(force_insert=True)

    sync.step()
    sync.step()

    assert (before, visits()) == (["soon"], ["late", "soon"])


def test_rebuild_when_a_number_arrives_meanwhile_then_taken_in_once(printer):
    """What was missing when the build began, and is there when it writes, comes with the next step."""
    read(printer, "opened", visit="late", at=NOON)
    read(printer, "opened", visit="soon", at=NOON)
    late, soon = ArticleReading.objects.order_by("pk").values_list("pk", flat=True)
    place = readings.Place(soon, {late: clock.now().timestamp()})

    (piece,) = readings.write_all(sync.folder(), 1, place, "UTC")
    _place, came = readings.taken(place, 10)

    assert (piece.rows, [row[0] for row in came]) == (1, [late])


def test_step_when_read_again_and_again_then_few_files(printer, facts_folder, monkeypatch):
    monkeypatch.setattr(readings, "MOST_PIECES", 3)
    monkeypatch.setattr(readings, "FULL", 6)
    sync.step()
    counts = []
    for number in range(16):
        read(printer, "opened", visit=f"{number:02}", at=NOON)
        sync.step()
        counts.append(len(store.load(facts_folder).pieces))

    assert max(counts) <= 3 + 16 // 6
    assert visits() == [f"{number:02}" for number in range(16)]
    with clock.at(clock.now() + timedelta(seconds=store.GRACE_SECONDS + 1)):
        store.sweep(facts_folder, store.load(facts_folder))
    assert len(list((facts_folder / "readings").iterdir())) == counts[-1]


def test_step_when_a_file_of_readings_is_broken_then_all_is_built_anew(printer, facts_folder, monkeypatch):
    read(printer, "opened", visit="one", at=NOON)
    sync.step()
    monkeypatch.setattr(sync, "_known", set())  # As a process that starts after a power cut.
    next((facts_folder / "readings").iterdir()).write_bytes(b"")

    assert sync.step() is True
    assert visits() == ["one"]


def test_step_when_the_zone_of_the_desk_is_another_then_on_its_wall(printer):
    read(printer, "opened", visit="one", at=NOON)
    sync.step()
    desks.configure(name="Desk", time_zone="Pacific/Auckland", language="en")
    configuration.forget()

    sync.step()

    ((happened_at, happened_local, *_rest),) = rows()
    assert happened_local - happened_at == timedelta(hours=12)


def test_step_when_nothing_happened_then_asks_for_readings_once(printer, django_assert_num_queries):
    sync.step()
    configuration.current()

    with django_assert_num_queries(3) as asked:
        assert sync.step() is False

    assert sum("articlereading" in it["sql"] for it in asked) == 1


def test_sync_then_needs_no_engine_until_something_is_written():
    code = "import django, sys; django.setup(); import sportello.reports.folding.sync; print('duckdb' in sys.modules)"
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "sportello.config.settings"}

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ)

    assert said.stdout == "False\n"


def test_lacks_when_something_was_read_since_then_says_when(printer):
    sync.rebuild()
    before = sync.lacks(NOON + timedelta(hours=1))
    read(printer, "opened", visit="one", at=NOON)

    assert (before, sync.lacks(NOON)) == (None, None)
    assert sync.lacks(NOON + timedelta(seconds=1)) == NOON
