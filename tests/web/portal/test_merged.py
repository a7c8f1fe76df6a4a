"""What customers see of merged requests: where theirs goes on, and nothing that is somebody else's."""

from urllib.parse import urlsplit

import pytest

from sportello.desk import access, links
from sportello.desk.actions import merging, tickets
from sportello.desk.actions.tickets import NewFile, Words
from sportello.desk.errors import Missing
from sportello.desk.models import Attachment, Comment, Ticket
from sportello.desk.words import Status, Via


def path_for(ticket, person):
    return urlsplit(links.request_url(ticket.pk, person.pk)).path


def opened(requester, text, **more):
    return tickets.open_ticket(
        requester=requester, subject="Altra", words=Words(text, **more), actor=requester, via=Via.EMAIL
    )


def merge(source, target, actor, **more):
    merging.merge(source.pk, target.pk, actor=actor, via=Via.WEB, **more)


@pytest.fixture
def strange(ticket, sam, anna):
    """Sam's request, merged into Rita's; neither may read the other's."""
    files = (NewFile("segreto.txt", "text/plain", b"di Sam"),)
    source = opened(sam, "Il segreto di Sam.", files=files)
    merge(source, ticket, anna)
    source.refresh_from_db()
    return source


def test_request_when_own_ones_are_merged_then_one_conversation_with_its_files(client, ticket, rita, anna):
    mine = opened(rita, "Anche qui.", html="<p>Anche qui.</p>", files=(NewFile("f.txt", "text/plain", b"f"),))
    merge(mine, ticket, anna)
    path = path_for(ticket, rita)

    page = client.get(path).content.decode()

    file, comment = Attachment.objects.get(), Comment.objects.get(ticket=mine)
    assert f'id="comment-{comment.pk}"' in page
    assert client.get(f"{path}/files/{file.pk}").status_code == 200
    assert client.get(f"{path}/comments/{comment.pk}/body").status_code == 200


def test_request_when_merged_then_says_where_it_goes_on(client, ticket, rita, anna):
    mine = opened(rita, "Anche qui.")
    merge(mine, ticket, anna)

    page = client.get(path_for(mine, rita)).content.decode()

    assert f'href="{path_for(ticket, rita)}"' in page


def test_answer_when_on_a_merged_one_then_lands_where_it_goes_on(client, ticket, rita, anna):
    mine = opened(rita, "Anche qui.")
    merge(mine, ticket, anna)

    answer = client.post(f"{path_for(mine, rita)}/comments", {"text": "Ancora niente."})

    said = Comment.objects.get(text="Ancora niente.")
    assert said.ticket_id == ticket.pk
    assert "Ancora niente." in client.get(answer.url.partition("#")[0]).content.decode()
    assert Ticket.objects.filter(follow_up_of__isnull=False).count() == 0


def test_request_when_a_stranger_was_merged_into_it_then_nothing_of_his_is_seen(client, ticket, strange, rita, otto):
    file, comment = Attachment.objects.get(), Comment.objects.get(ticket=strange)
    for person in (rita, otto):
        path = path_for(ticket, person)

        page = client.get(path).content.decode()

        assert "segreto" not in page
        assert "Sam" not in page
        assert client.get(f"{path}/files/{file.pk}").status_code == 404
        assert client.get(f"{path}/comments/{comment.pk}/body").status_code == 404
        with pytest.raises(Missing):
            access.get_comment(person, ticket.pk, comment.pk)


def test_request_when_merged_into_a_strangers_then_he_reads_his_own_and_no_more(client, ticket, strange, sam, anna):
    tickets.answer(ticket.pk, Words("Solo per Rita."), status=Status.PENDING, actor=anna, via=Via.WEB)
    tickets.answer(ticket.pk, Words("Nota interna.", public=False), actor=anna, via=Via.WEB)
    path = path_for(strange, sam)

    client.post(f"{path}/comments", {"text": "Sono sempre io."})
    page = client.get(path).content.decode()

    assert "Il segreto di Sam." in page
    assert "Sono sempre io." in page
    for secret in ("stampante", "Solo per Rita.", "Nota interna", f"no. {ticket.pk}", "Waiting for your answer"):
        assert secret not in page
    assert client.get(path_for(ticket, sam)).status_code == 404
    rita = Ticket.objects.get(pk=ticket.pk).requester
    assert "Sono sempre io." not in client.get(path_for(ticket, rita)).content.decode()


def test_request_when_he_was_let_in_then_he_reads_the_other_and_its_requester_not_his(client, ticket, sam, rita, anna):
    source = opened(sam, "Il segreto di Sam.")
    merge(source, ticket, anna, add_ccs=True)

    assert "Da stamattina" in client.get(path_for(ticket, sam)).content.decode()
    assert "Il segreto di Sam." in client.get(path_for(ticket, sam)).content.decode()
    assert "Il segreto di Sam." not in client.get(path_for(ticket, rita)).content.decode()


def test_requests_when_one_is_merged_then_the_list_says_so(client, desk, ticket, rita, anna):
    mine = opened(rita, "Anche qui.")
    merge(mine, ticket, anna)
    client.force_login(rita)

    page = client.get("/requests").content.decode()

    assert (page.count('class="request"'), page.count("badge--new"), page.count("badge--closed")) == (2, 1, 0)


def test_confirmation_when_merged_then_leads_to_where_it_goes_on(client, ticket, rita, anna):
    mine = opened(rita, "Anche qui.")
    merge(mine, ticket, anna)
    path = urlsplit(links.confirm_url(mine.pk, rita.pk)).path

    for answer in (client.get(path), client.post(path)):
        assert answer.url == path_for(mine, rita)
    assert Ticket.objects.get(pk=ticket.pk).status == Status.NEW
