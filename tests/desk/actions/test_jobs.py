"""Jobs: claimed, done in pieces, stopped, given up, forgotten."""

from datetime import timedelta

import pytest

from sportello.desk.actions import jobs
from sportello.desk.errors import Missing, Stale
from sportello.desk.models import Job, Notification
from sportello.desk.words import JobState, NoticeKind
from sportello.kit import claims

pytestmark = pytest.mark.django_db


@pytest.fixture
def counting(monkeypatch):
    """A kind that counts one at each piece."""

    def piece(job: Job) -> bool:
        job.done += 1
        return job.done < job.total

    monkeypatch.setitem(jobs.KINDS, "counting", piece)


def start(anna, total: int = 3) -> Job:
    return jobs.start("counting", {"of": "sheep"}, actor=anna, total=total)


def kept(job: Job) -> tuple[str, int, int]:
    job.refresh_from_db()
    return job.state, job.done, job.failed


def told(person) -> list[dict]:
    return list(Notification.objects.filter(user=person, kind=NoticeKind.JOB).values_list("values", flat=True))


def test_job_when_done_in_pieces_then_progress_is_kept_with_each_and_its_actor_told_at_the_end(counting, anna):
    job = start(anna)

    seen = []
    while jobs.step():
        seen.append(kept(job))

    assert seen == [("running", 1, 0), ("running", 2, 0), ("done", 3, 0)]
    assert told(anna) == [{"job": job.pk, "kind": "counting", "state": "done", "done": 3, "failed": 0}]
    assert (job.claimed_by, job.attempts) == ("", 0)
    assert job.ended_at is not None


def test_job_when_small_never_waits_for_a_large_one(counting, anna):
    large = start(anna, total=1000)
    for _ in range(10):
        jobs.step()
    small = start(anna, total=5)

    for _ in range(5):
        jobs.step()

    assert (kept(small), kept(large)) == (("done", 5, 0), ("running", 10, 0))


def test_job_when_somebody_is_at_it_is_left_alone_until_his_lease_ends(counting, anna, frozen_clock):
    job = start(anna)
    claims.claim(Job.objects.filter(pk=job.pk), 1)

    busy = jobs.step()
    frozen_clock.shift(31)

    assert not busy
    assert jobs.step()
    assert kept(job) == ("running", 1, 0)


def test_piece_when_it_fails_then_nothing_of_it_stays_and_it_is_tried_again(monkeypatch, anna, ben, frozen_clock):
    def piece(job: Job) -> bool:
        type(ben).objects.filter(pk=ben.pk).update(name="half done")
        job.done += 1
        if job.attempts == 1:
            raise OSError("disk full")
        return False

    monkeypatch.setitem(jobs.KINDS, "counting", piece)
    job = start(anna)
    name = ben.name

    jobs.step()
    ben.refresh_from_db()
    after_failure = (kept(job), ben.name, job.last_error)
    at_once = jobs.step()
    frozen_clock.shift(3)
    jobs.step()

    assert after_failure == (("queued", 0, 0), name, "OSError: disk full")
    assert not at_once
    assert kept(job) == ("done", 1, 0)


def test_job_when_it_fails_again_and_again_is_given_up_and_its_actor_told(monkeypatch, anna, frozen_clock):
    def piece(job: Job) -> bool:
        raise OSError("disk full")

    monkeypatch.setitem(jobs.KINDS, "counting", piece)
    job = start(anna)

    for _ in range(20):
        jobs.step()
        frozen_clock.shift(60)

    assert kept(job) == (JobState.FAILED, 0, 0)
    assert job.attempts == jobs.GIVE_UP_AFTER
    assert [values["state"] for values in told(anna)] == ["failed"]


def test_job_when_its_worker_dies_of_it_each_time_is_given_up(counting, anna, frozen_clock):
    job = start(anna)
    for _ in range(jobs.GIVE_UP_AFTER):
        claims.claim(Job.objects.filter(pk=job.pk), 1)
        frozen_clock.shift(31)

    jobs.step()

    assert kept(job) == (JobState.FAILED, 0, 0)


def test_stop_when_at_work_then_what_is_done_stays_and_its_actor_is_told_unless_it_was_he(counting, anna, ada):
    job = start(anna)

    jobs.step()
    jobs.stop(job.pk, actor=ada)

    assert kept(job) == (JobState.STOPPED, 1, 0)
    assert not jobs.step()
    assert [values["state"] for values in told(anna)] == ["stopped"]
    with pytest.raises(Stale):
        jobs.stop(job.pk, actor=anna)
    with pytest.raises(Missing):
        jobs.stop(job.pk + 1, actor=anna)


def test_stop_when_the_claim_is_lost_meanwhile_then_the_piece_writes_nothing(monkeypatch, anna):
    def piece(job: Job) -> bool:
        Job.objects.filter(pk=job.pk).update(claimed_by="another")
        job.done += 1
        return True

    monkeypatch.setitem(jobs.KINDS, "counting", piece)
    job = start(anna)

    jobs.step()

    assert kept(job) == (JobState.QUEUED, 0, 0)


def test_press_on_when_its_actor_looks_on_then_it_is_done_and_nobody_is_told(counting, anna):
    job = jobs.press_on(start(anna), seconds=10)

    assert (job.state, job.done) == (JobState.DONE, 3)
    assert told(anna) == []


def test_press_on_when_time_is_up_then_the_worker_goes_on(counting, anna):
    job = jobs.press_on(start(anna), seconds=0)

    assert (job.state, job.done) == (JobState.RUNNING, 1)
    assert jobs.step()


def test_in_time_when_there_is_no_time_gives_one_item(monkeypatch):
    monkeypatch.setattr(jobs, "PIECE_SECONDS", -1)

    assert list(jobs.in_time([1, 2, 3])) == [1]


def test_purge_when_a_job_ended_long_ago_forgets_it(counting, anna, frozen_clock):
    old = jobs.press_on(start(anna), seconds=10)
    frozen_clock.shift(timedelta(days=31).total_seconds())
    new, waiting = jobs.press_on(start(anna), seconds=10), start(anna)

    purged = [jobs.purge(), jobs.purge()]

    assert purged == [True, False]
    assert set(Job.objects.values_list("pk", flat=True)) == {new.pk, waiting.pk}
    assert old.pk not in {new.pk, waiting.pk}
