"""A hub's own life: files in, a month frozen, published once, forgotten."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from sportello.benchmark import hub as hubs
from sportello.benchmark.file import sign
from sportello.benchmark.hub import NEW_PER_ADDRESS, PER_ADDRESS, PER_DESK, Hub
from sportello.benchmark.rate import Rate
from sportello.benchmark.refusals import Refused
from tests.benchmark.desks import NOW, a_file, key, sent

MONTH = "2026-10"
EARLIER, LATER = datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 11, 3, 6, tzinfo=UTC)
DUE = datetime(2026, 11, 11, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path):
    return Hub(tmp_path / "hub")


@pytest.fixture
def full(hub):
    """A hub with the files of twelve desks for October."""
    for number in range(1, 13):
        hub.receive(sent(a_file(), number), NOW)
    return hub


def rows(hub, table: str) -> list[tuple]:
    with closing(sqlite3.connect(hub._path)) as database:
        return database.execute(f"SELECT * FROM {table}").fetchall()


def refused(verb, *arguments) -> str:
    with pytest.raises(Refused) as found:
        verb(*arguments)
    return found.value.code


def test_receive_keeps_one_file_for_each_desk_and_month(hub):
    states = [hub.receive(sent(a_file(), number), NOW).state for number in (1, 2, 1)]

    assert states == ["received", "received", "same"]
    assert len(rows(hub, "file")) == 2


def test_receive_when_newer_replaces_and_when_older_is_refused_as_replay(hub):
    first, second = sent(a_file(), sent_at=EARLIER), sent(a_file(num_new_tickets=500), sent_at=LATER)

    assert hub.receive(first, NOW).state == "received"
    assert hub.receive(second, NOW).state == "replaced"
    assert refused(hub.receive, first, NOW) == "replayed"
    assert [row[3] for row in rows(hub, "file")] == [second]


def test_receive_when_another_file_claims_the_same_time_is_refused(hub):
    hub.receive(sent(a_file()), NOW)

    assert refused(hub.receive, sent(a_file(num_new_tickets=500)), NOW) == "replayed"


def test_receive_when_the_month_is_frozen_is_refused_before_and_after_publication(full):
    full.freeze(MONTH, NOW)
    assert refused(full.receive, sent(a_file(), 13), NOW) == "month_frozen"

    full.publish(MONTH, NOW)

    assert refused(full.receive, sent(a_file(), 13), NOW) == "month_frozen"
    assert refused(full.receive, sent(a_file(), 1), NOW) == "month_frozen"


def test_receive_when_ten_days_have_passed_is_refused_though_nobody_froze(hub):
    assert hub.receive(sent(a_file()), DUE - timedelta(seconds=1)).state == "received"
    assert refused(hub.receive, sent(a_file(), 2), DUE) == "month_frozen"
    assert refused(hub.receive, sent(a_file(month="2020-01"), 2), NOW) == "month_frozen"


def test_receive_when_a_desk_comes_too_often_is_refused_for_an_hour(hub):
    for second in range(PER_DESK):
        hub.receive(sent(a_file(), sent_at=EARLIER + timedelta(seconds=second)), NOW)

    assert refused(hub.receive, sent(a_file(), sent_at=LATER), NOW) == "too_many"
    assert hub.receive(sent(a_file(), 2), NOW).state == "received"
    assert hub.receive(sent(a_file(), sent_at=LATER), NOW + timedelta(hours=1)).state == "replaced"


def test_admit_when_an_address_comes_too_often_is_refused(hub):
    for _ in range(PER_ADDRESS):
        hub.admit("192.0.2.1", NOW)

    assert refused(hub.admit, "192.0.2.1", NOW) == "too_many"
    hub.admit("192.0.2.2", NOW)


def test_receive_when_an_address_brings_too_many_desks_of_a_month_takes_those_it_knows(hub):
    for number in range(1, NEW_PER_ADDRESS + 1):
        hub.receive(sent(a_file(), number), NOW, "192.0.2.1")
    next_day, new = NOW + timedelta(days=1), sent(a_file(), NEW_PER_ADDRESS + 1)

    assert refused(hub.receive, new, next_day, "192.0.2.1") == "too_many"
    assert hub.receive(sent(a_file(), 1, sent_at=LATER), next_day, "192.0.2.1").state == "replaced"
    assert hub.receive(new, next_day, "192.0.2.2").state == "received"
    december = datetime(2026, 12, 1, 6, tzinfo=UTC)
    later = sent(a_file(month="2026-11"), NEW_PER_ADDRESS + 1, sent_at=december)
    assert hub.receive(later, december, "192.0.2.1").state == "received"


def test_receive_when_the_hub_is_full_takes_known_desks_alone(hub, monkeypatch):
    monkeypatch.setattr(hubs, "MOST_DESKS", 1)
    hub.receive(sent(a_file(), 1), NOW)

    assert refused(hub.receive, sent(a_file(), 2), NOW) == "hub_full"
    assert hub.receive(sent(a_file(), 1, sent_at=LATER), NOW).state == "replaced"


def test_freeze_when_the_month_is_not_over_everywhere_is_refused(hub):
    assert refused(hub.freeze, MONTH, datetime(2026, 11, 1, 11, 59, tzinfo=UTC)) == "future_month"
    assert refused(hub.freeze, "october", NOW) == "wrong_month"
    assert refused(hub.publish, MONTH, NOW) == "month_open"


def test_publish_says_it_once_and_forgets_what_was_sent(full):
    full.freeze(MONTH, NOW)

    assert full.publish(MONTH, NOW) == 5
    first = full.published(MONTH, "Test")
    assert full.publish(MONTH, NOW + timedelta(days=1)) == 5

    assert full.published(MONTH, "Test") == first
    assert [each.cohort for each in first.publications][:2] == ["all", "sector:software"]
    assert rows(full, "file") == []
    assert full.months() == [MONTH]


def test_publish_leaves_no_trace_of_a_file_on_disk(full):
    desk = sign(a_file(), key(1)).desk.encode()
    assert any(desk in path.read_bytes() for path in full._path.parent.iterdir())

    full.freeze(MONTH, NOW)
    full.publish(MONTH, NOW)

    assert not any(desk in path.read_bytes() for path in full._path.parent.iterdir())


def test_publish_of_too_few_desks_publishes_an_empty_month(hub):
    for number in range(1, 10):
        hub.receive(sent(a_file(), number), NOW)
    hub.freeze(MONTH, NOW)

    assert hub.publish(MONTH, NOW) == 0
    assert hub.published(MONTH, "Test").publications == ()
    assert refused(hub.published, MONTH, "Test", "all") == "not_published"
    assert refused(hub.published, "2026-09", "Test") == "not_published"


def test_publish_when_two_do_it_at_once_says_it_once(full):
    full.freeze(MONTH, NOW)
    other = Hub(full._path.parent)

    threads = [threading.Thread(target=each.publish, args=(MONTH, NOW)) for each in (full, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(rows(full, "publication")) == 5


def test_step_freezes_and_publishes_what_is_due(full):
    assert full.step(NOW) == []

    assert full.step(DUE) == [MONTH]
    assert full.step(DUE) == []
    assert full.months() == [MONTH]


def test_step_goes_on_where_a_crash_left_a_frozen_month(full):
    full.freeze(MONTH, NOW)

    assert Hub(full._path.parent).step(NOW) == [MONTH]


def test_hub_when_opened_again_keeps_its_secret_and_its_files(full):
    again = Hub(full._path.parent)

    assert again._secret == full._secret
    assert len(rows(again, "file")) == 12
    assert full._path.stat().st_mode & 0o077 == 0


def test_rate_when_many_come_forgets_who_came_longest_ago_and_shuts_nobody_out(monkeypatch):
    monkeypatch.setattr("sportello.benchmark.rate.MOST_KNOWN", 2)
    rate = Rate(1, timedelta(hours=1))

    assert [rate.admits(name, NOW) for name in ("a", "b", "b", "c", "c", "a")] == [True, True, False, True, False, True]
    assert rate.admits("c", NOW + timedelta(hours=1))
    assert len(rate._times) == 2


def test_step_when_a_month_cannot_be_published_publishes_the_later_ones(full):
    october = datetime(2026, 10, 5, tzinfo=UTC)
    full.receive(sent(a_file(month="2026-09"), sent_at=october), october)
    with closing(sqlite3.connect(full._path)) as database, database:
        database.execute("UPDATE file SET octets = x'00' WHERE month = '2026-09'")

    with pytest.raises(Refused) as found:
        full.step(DUE)

    assert found.value.__notes__ == ["2026-09"]
    assert full.months() == [MONTH]


def test_hub_when_opened_after_a_crash_before_the_sweep_empties_its_log(full, monkeypatch):
    monkeypatch.setattr(Hub, "_sweep", lambda hub: None)
    with closing(sqlite3.connect(full._path)) as other:
        other.execute("SELECT count(*) FROM file").fetchone()  # Holds the log open, as the crash of a machine does.
        full.freeze(MONTH, DUE)
        full.publish(MONTH, DUE)
        log = full._path.with_name("hub.sqlite3-wal")
        assert log.stat().st_size > 0
        monkeypatch.undo()

        Hub(full._path.parent)

        assert log.stat().st_size == 0
