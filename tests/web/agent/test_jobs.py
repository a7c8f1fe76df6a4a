"""Jobs as their actors see them: how far, what could not, stop, undo."""

import pytest

from sportello.desk.actions import bulk, jobs, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Job, OutgoingMail, Ticket
from sportello.desk.words import JobState, Via
from sportello.kit import claims


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """However busy the machine is."""
    monkeypatch.setattr(jobs, "WATCHED_SECONDS", 60.0)


@pytest.fixture
def found(mailbox, group, rita):
    return [
        tickets.open_ticket(requester=rita, subject="?", words=Words("?"), actor=rita, via=Via.EMAIL, group=group)
        for _number in range(3)
    ]


def start(found, anna, **wish):
    return bulk.start([it.pk for it in found], wish or {"priority": 4}, actor=anna)


def test_job_page_at_work_tells_how_far_and_asks_again(enter, anna, found, monkeypatch):
    monkeypatch.setattr(jobs, "PIECE_SECONDS", -1)
    job = start(found, anna)
    jobs.step()

    page = enter(anna).get(f"/jobs/{job.pk}").content.decode()

    assert "1 of 3" in page
    assert f'src="/jobs/{job.pk}/progress"' in page
    assert f'action="/jobs/{job.pk}/stopping"' in page


def test_job_page_at_its_end_asks_no_more_and_offers_to_undo(enter, anna, found):
    job = jobs.press_on(start(found, anna, priority=4, add_tags=["uno"]), seconds=60)

    pages = [enter(anna).get(f"/jobs/{job.pk}{more}").content.decode() for more in ("", "/progress")]

    for page in pages:
        assert "3 changed" in page
        assert "src=" not in page.partition("<sp-poll")[2].partition(">")[0]
        assert f'action="/jobs/{job.pk}/reversal"' in page
    assert "Priority: Urgent · Add tags: uno" in pages[0]


def test_job_is_stopped_by_hand(enter, anna, found):
    job = start(found, anna)
    agent = enter(anna)

    agent.post(f"/jobs/{job.pk}/stopping")
    again = agent.post(f"/jobs/{job.pk}/stopping", follow=True).content.decode()

    job.refresh_from_db()
    assert job.state == JobState.STOPPED
    assert "This has ended already." in again


def test_job_in_a_list_keeps_the_list_while_it_is_polled_and_when_it_is_stopped(enter, anna, found):
    job = start(found, anna)
    agent, back = enter(anna), "/search?q=toner&kind=ticket"

    piece = agent.get(f"/jobs/{job.pk}/progress", {"back": back}).text
    stopped = agent.post(f"/jobs/{job.pk}/stopping", {"back": back})

    assert f'src="/jobs/{job.pk}/progress?back=%2Fsearch%3Fq%3Dtoner%26kind%3Dticket"' in piece
    assert '<input type="hidden" name="back" value="/search?q=toner&amp;kind=ticket">' in piece
    assert f'href="/jobs/{job.pk}">Details' in piece
    assert stopped.url == f"{back}&job={job.pk}"


def test_job_is_undone_and_only_once(enter, anna, found):
    job = jobs.press_on(start(found, anna), seconds=60)
    agent = enter(anna)

    page = agent.post(f"/jobs/{job.pk}/reversal", follow=True).content.decode()
    again = agent.post(f"/jobs/{job.pk}/reversal", follow=True).content.decode()

    assert "3 tickets put back" in page
    assert set(Ticket.objects.values_list("priority", flat=True)) == {None}
    assert "This has been undone already." in again
    assert Job.objects.filter(undoes=job).count() == 1


def test_job_that_is_undone_from_a_list_leads_back_there_and_to_no_other_site(enter, anna, found):
    agent = enter(anna)
    first, second = (jobs.press_on(start(found, anna, priority=it), seconds=60) for it in (3, 1))

    answer = agent.post(f"/jobs/{second.pk}/reversal", {"back": f"/search?q=toner&job={second.pk}"})
    elsewhere = agent.post(f"/jobs/{first.pk}/reversal", {"back": "//elsewhere.example/"})

    assert answer.url == f"/search?q=toner&job={Job.objects.get(undoes=second).pk}"
    assert elsewhere.url == f"/tickets?job={Job.objects.get(undoes=first).pk}"


def test_job_that_was_undone_tells_of_its_mails_and_is_done_again(enter, anna, found):
    job = jobs.press_on(start(found, anna, text="Fatto.", public=True, status="pending"), seconds=60)
    claims.claim(OutgoingMail.objects.filter(ticket=found[0]), 1)
    agent = enter(anna)

    undone = agent.post(f"/jobs/{job.pk}/reversal", follow=True)
    again = agent.post(f"{undone.redirect_chain[-1][0]}/reversal", follow=True)
    pages = [it.content.decode() for it in (undone, again)]

    assert "3 tickets put back · 2 mails called back · 1 mail had left already" in pages[0]
    assert "Do it again" in pages[0]
    assert "3 tickets changed again · 2 mails leave after all" in pages[1]
    assert set(Ticket.objects.values_list("status", flat=True)) == {"pending"}
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"queued"}


def test_job_that_said_something_tells_before_that_it_stays_said(enter, anna, found):
    job = jobs.press_on(start(found, anna, text="Fatto.", public=True, status="pending"), seconds=60)

    page = enter(anna).get(f"/jobs/{job.pk}").content.decode()

    assert "What was said, and mails that have left, stay." in page


@pytest.mark.parametrize(("name", "status"), [("ada", 200), ("ben", 404), ("rita", 404)])
def test_job_is_seen_by_its_actor_and_by_administrators_alone(enter, request, anna, found, name, status):
    job = start(found, anna)
    client = enter(request.getfixturevalue(name))

    answers = [client.get(f"/jobs/{job.pk}"), client.get(f"/jobs/{job.pk}/progress")]
    answers += [client.post(f"/jobs/{job.pk}/{verb}") for verb in ("stopping", "reversal")] if status == 404 else []

    assert {answer.status_code for answer in answers} == {status}
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_jobs_lists_his_own_in_as_many_queries_for_one_as_for_three(enter, anna, ben, found, django_assert_num_queries):
    start(found, anna)
    agent = enter(anna)
    agent.get("/jobs")

    with django_assert_num_queries(5) as asked:
        one = agent.get("/jobs").content.decode()
    start(found, anna, priority=1)
    start(found, anna, priority=2)
    with django_assert_num_queries(len(asked)):
        three = agent.get("/jobs").content.decode()

    assert (one.count('href="/jobs/'), three.count('href="/jobs/')) == (1, 3)
    assert 'href="/jobs/' not in enter(ben).get("/jobs").content.decode()


def test_job_that_read_a_file_tells_which_rows_it_could_not(enter, anna, monkeypatch):
    def piece(job):
        job.done, job.failed, job.result = 1, 1, {"told": [[3, "No name."]]}
        return False

    monkeypatch.setitem(jobs.KINDS, "rows", piece)
    job = jobs.press_on(jobs.start("rows", {}, actor=anna, total=2), seconds=60)

    page = enter(anna).get(f"/jobs/{job.pk}").content.decode()

    assert "1 done, 1 could not" in page
    assert "Row 3: No name." in page
    assert "reversal" not in page
