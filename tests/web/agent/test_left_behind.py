"""An answer of somebody who has left stands on the ticket, for whoever goes on with it."""

import pytest
from django.urls import reverse

from sportello.desk.actions import drafts, people, sending
from sportello.desk.actions.comments import NewFile
from sportello.desk.actions.drafts import Written
from sportello.desk.models import Draft
from sportello.desk.words import Role


@pytest.fixture
def unsent(ticket, anna):
    drafts.attach(ticket.pk, NewFile("a.txt", "text/plain", b"one"), actor=anna)
    return sending.send(ticket.pk, Written("Arriva <b>lunedì</b>."), actor=anna)


def page_of(response):
    return response.content.decode()


def test_leaving_page_says_how_many_answers_will_not_be_sent(enter, ada, anna, unsent):
    page = page_of(enter(ada).get(reverse("agent:leaving", args=[anna.pk])))

    assert "1 answer has not left and will not be sent" in page
    assert 'name="to"' in page


def test_answer_left_behind_is_read_taken_over_and_told(enter, ada, anna, ben, rita, ticket, unsent):
    admin, file = enter(ada), unsent.files.get()
    admin.post(reverse("agent:leaving", args=[anna.pk]), {"to": "", "sure": "yes"})

    seen, told = page_of(admin.get(f"/tickets/{ticket.pk}")), page_of(admin.get("/notices"))
    read = admin.get(f"/tickets/{ticket.pk}/draft/files/{file.pk}")
    take = reverse("agent:draft_taking", args=[ticket.pk, anna.pk])
    for outsider in (ben, rita):
        assert enter(outsider).post(take).status_code == 404
    taken = page_of(admin.post(take, follow=True))
    again = page_of(admin.post(take, follow=True))

    assert "Anna Conti works here no more, and this answer was not sent." in seen
    assert "Arriva &lt;b&gt;lunedì&lt;/b&gt;." in seen
    assert "Anna Conti works here no more: an answer was not sent" in told
    assert read.content == b"one"
    assert ">Arriva &lt;b&gt;lunedì&lt;/b&gt;.</textarea>" in taken
    assert "works here no more" not in taken
    assert "something else here" in again
    assert Draft.objects.get().author == ada


def test_draft_of_somebody_who_works_here_stays_his_own(enter, anna, ticket, unsent, group):
    mara = people.add("Mara Blu", "mara@desk.example", role=Role.AGENT)

    assert "Arriva" not in page_of(enter(mara).get(f"/tickets/{ticket.pk}"))
