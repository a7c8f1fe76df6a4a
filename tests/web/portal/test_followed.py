from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sportello.desk import links
from sportello.desk.actions import tickets
from sportello.desk.actions.tickets import NewFile, Words
from sportello.desk.models import Attachment, Comment, Participant, Ticket
from sportello.desk.words import Status, Via
from sportello.kit import clock
from tests.personas import events


def path_for(ticket, person):
    return urlsplit(links.request_url(ticket.pk, person.pk)).path


def test_followed_shows_the_public_conversation_in_the_persons_language(client, solved, rita, anna):
    tickets.answer(solved.pk, Words("Il cliente non paga", public=False), actor=anna, via=Via.WEB)

    response = client.get(path_for(solved, rita), headers={"Accept-Language": "en"})

    page = response.content.decode()
    assert response.status_code == 200
    assert response.headers["Content-Language"] == "it"
    assert '<html lang="it"' in page
    assert "Da stamattina la stampante" in page
    assert "Ho cambiato il toner." in page
    assert "Il cliente non paga" not in page
    assert "private" in response.headers["Cache-Control"]


def test_followed_when_words_hold_html_shows_them_as_text(client, ticket, rita):
    tickets.hear(ticket.pk, Words("<script>alert(1)</script>"), actor=rita, via=Via.WEB)

    page = client.get(path_for(ticket, rita)).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("mangle", [lambda path: path[:-3], lambda path: path + "x", lambda path: "/r/abc"])
def test_followed_when_link_is_mangled_says_what_to_do(client, ticket, rita, mangle):
    response = client.get(mangle(path_for(ticket, rita)))

    assert response.status_code == 404
    assert "This link is not complete" in response.content.decode()
    assert "stampante" not in response.content.decode()


def test_followed_when_link_is_old_says_that_it_has_expired(client, ticket, rita):
    path = path_for(ticket, rita)

    with time_machine.travel(clock.now() + links.REQUEST_VALID + timedelta(days=1)):
        response = client.get(path)

    assert response.status_code == 410
    assert "This link has expired" in response.content.decode()


def test_followed_when_token_is_for_another_purpose_is_refused(client, ticket, rita):
    confirm = urlsplit(links.confirm_url(ticket.pk, rita.pk)).path

    assert client.get(confirm.replace("/confirm/", "/r/")).status_code == 404


def test_followed_when_the_person_has_no_part_in_it_any_more_is_refused(client, ticket, sam):
    tickets.update(ticket.pk, tickets.Change(add_ccs=(sam,)), actor=None, via=Via.RULE)
    path = path_for(ticket, sam)
    assert client.get(path).status_code == 200

    Participant.objects.filter(user=sam).delete()

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("gone", ["active", "ticket"])
def test_followed_when_person_or_ticket_is_gone_is_refused(client, ticket, rita, gone):
    path = path_for(ticket, rita)
    if gone == "active":
        rita.active = False
        rita.save()
    else:
        Comment.objects.all().delete()
        Ticket.objects.all().delete()

    assert client.get(path).status_code == 404


def test_comments_when_posted_without_cookies_becomes_a_comment_and_reopens(solved, rita):
    browser = Client(enforce_csrf_checks=True)
    file = SimpleUploadedFile("../foto.png", b"\x89PNG", content_type="image/png")

    response = browser.post(
        path_for(solved, rita) + "/comments", {"text": "Di nuovo ferma.\r\nAiuto", "attachments": file}
    )

    comment = Comment.objects.latest("id")
    solved.refresh_from_db()
    assert response.status_code == 302
    assert response.headers["Location"] == f"{path_for(solved, rita)}#comment-{comment.pk}"
    assert (comment.text, comment.author, comment.public, comment.via) == ("Di nuovo ferma.\nAiuto", rita, True, "web")
    assert [(a.file_name, a.size) for a in Attachment.objects.all()] == [("foto.png", 4)]
    assert solved.status == Status.OPEN


def test_comments_when_empty_keeps_the_page_and_says_so(client, ticket, rita):
    response = client.post(path_for(ticket, rita) + "/comments", {"text": "  "})

    assert response.status_code == 422
    assert Comment.objects.count() == 1


def test_comments_when_only_a_file_is_sent_takes_it(client, ticket, rita):
    file = SimpleUploadedFile("foto.png", b"png", content_type="image/png")

    response = client.post(path_for(ticket, rita) + "/comments", {"text": "", "attachments": file})

    assert response.status_code == 302
    assert Comment.objects.latest("id").text == ""
    assert Attachment.objects.get().file_name == "foto.png"


def test_comments_when_files_are_too_big_keeps_the_text(client, ticket, rita, settings):
    settings.MAIL_MAX_BYTES = 10
    files = [SimpleUploadedFile("a.txt", b"123456"), SimpleUploadedFile("b.txt", b"123456")]

    response = client.post(path_for(ticket, rita) + "/comments", {"text": "Ecco le foto", "attachments": files})

    assert response.status_code == 422
    assert "Ecco le foto" in response.content.decode()
    assert Comment.objects.count() == 1


def test_comments_when_ticket_is_closed_opens_a_follow_up_and_leads_there(client, solved, rita):
    tickets.confirm(solved.pk, actor=rita, via=Via.WEB)

    response = client.post(path_for(solved, rita) + "/comments", {"text": "Si ripete"}, follow=True)

    follow_up = Ticket.objects.latest("id")
    assert follow_up.follow_up_of == solved
    assert response.status_code == 200
    assert "Si ripete" in response.content.decode()
    assert events(solved, type="Comment")[-1]["by"] == "agent"


def test_comments_when_got_is_not_allowed(client, ticket, rita):
    assert client.get(path_for(ticket, rita) + "/comments").status_code == 405


@pytest.fixture
def note_file(ticket, anna):
    words = Words("riservato", public=False, files=(NewFile("costi.txt", "text/plain", b"100"),))
    tickets.answer(ticket.pk, words, actor=anna, via=Via.WEB)
    return Attachment.objects.get(file_name="costi.txt")


def test_file_when_public_is_saved_and_never_shown(client, ticket, rita):
    files = (NewFile("è <b>.html", "text/html", b"<script>"),)
    tickets.hear(ticket.pk, Words("ecco", files=files), actor=rita, via=Via.WEB)
    file = Attachment.objects.get()

    response = client.get(f"{path_for(ticket, rita)}/files/{file.pk}")

    assert response.content == b"<script>"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A8%20%3Cb%3E.html"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none';")


def test_file_when_of_a_note_or_of_another_ticket_is_missing(client, ticket, rita, sam, note_file):
    other = tickets.open_ticket(
        requester=sam, subject="x", words=Words("y", files=(NewFile("z", "text/plain", b"z"),)), actor=sam, via=Via.WEB
    )
    file = Attachment.objects.get(file_name="z")

    assert client.get(f"{path_for(ticket, rita)}/files/{note_file.pk}").status_code == 404
    assert client.get(f"{path_for(ticket, rita)}/files/{file.pk}").status_code == 404
    assert client.get(f"{path_for(other, sam)}/files/{file.pk}").status_code == 200


def test_followed_when_solved_offers_the_two_answers_to_the_requester_only(client, solved, rita, otto):
    assert "/confirm/" in client.get(path_for(solved, rita)).content.decode()
    assert "/confirm/" not in client.get(path_for(solved, otto)).content.decode()


@pytest.fixture
def letter(ticket, anna):
    """Anna's answer with a table, a picture inside it, one from elsewhere and a file."""
    files = (
        NewFile("screen.png", "image/png", b"png", content_id="screen@x", inline=True),
        NewFile("guide.txt", "text/plain", b"guide"),
    )
    html = (
        '<table><tr><td>PC-12</td></tr></table><img src="cid:screen@x"><img data-remote-src="https://x.example/y.png">'
    )
    tickets.answer(ticket.pk, Words("PC-12", html=html, files=files), actor=anna, via=Via.EMAIL)
    return Comment.objects.latest("id")


def test_followed_when_words_were_written_in_html_shows_them_in_a_frame(client, ticket, rita, letter):
    body = f"{path_for(ticket, rita)}/comments/{letter.pk}/body"

    page = client.get(path_for(ticket, rita)).content.decode()

    assert f'src="{body}"' in page
    assert f'href="{body}?images=yes"' in page
    assert "PC-12" not in page
    assert "guide.txt" in page
    assert "screen.png" not in page


def test_body_shows_the_cleaned_html_and_its_own_pictures_only(client, ticket, rita, letter):
    path = path_for(ticket, rita)
    picture, _guide = letter.attachments.order_by("id")

    blocked = client.get(f"{path}/comments/{letter.pk}/body")
    asked = client.get(f"{path}/comments/{letter.pk}/body?images=yes")
    shown = client.get(f"{path}/files/{picture.pk}")

    assert "<td>PC-12</td>" in blocked.content.decode()
    assert f' src="{path}/files/{picture.pk}"' in blocked.content.decode()
    assert ' src="https://x.example' not in blocked.content.decode()
    assert ' src="https://x.example' in asked.content.decode()
    assert "sandbox allow-same-origin" in blocked.headers["Content-Security-Policy"]
    assert shown.headers["Content-Type"] == "image/png"


def test_body_of_a_note_or_of_another_ticket_is_missing(client, ticket, rita, anna, sam, letter):
    tickets.answer(ticket.pk, Words("x", html="<p>x</p>", public=False), actor=anna, via=Via.WEB)
    note = Comment.objects.latest("id")
    other = tickets.open_ticket(requester=sam, subject="x", words=Words("y"), actor=sam, via=Via.WEB)

    assert client.get(f"{path_for(ticket, rita)}/comments/{note.pk}/body").status_code == 404
    assert client.get(f"{path_for(other, sam)}/comments/{letter.pk}/body").status_code == 404


def test_followed_when_words_quote_a_letter_of_ours_hides_its_keys(client, solved, rita, otto):
    key = links.confirm_url(solved.pk, rita.pk)
    tickets.hear(solved.pk, Words("Grazie", quoted_text=f"Funziona? {key}"), actor=rita, via=Via.EMAIL)
    page = client.get(path_for(solved, otto)).content.decode()

    assert "Funziona?" in page
    assert key not in page
