from django.core.files.uploadedfile import SimpleUploadedFile

from sportello.desk.actions import inbox, tickets
from sportello.desk.actions.tickets import NewFile, Words
from sportello.desk.models import InboundMail, OutgoingMail
from sportello.desk.words import Status, Via
from tests.personas import mails


def latest(ticket):
    return ticket.comments.order_by("id").last()


def test_answer_is_published_and_mailed(enter, anna, ticket, leave):
    response = enter(anna).post(f"/tickets/{ticket.id}/comments", {"kind": "answer", "text": "Arrivo.\r\nAnna"})
    leave()

    said = latest(ticket)
    assert response.status_code == 302
    assert (said.text, said.public, said.author) == ("Arrivo.\nAnna", True, anna)
    assert mails(ticket) == ["taken_charge"]


def test_answer_sent_by_script_is_told_without_a_redirect(enter, anna, ticket):
    sent = {"kind": "answer", "text": "Arrivo."}

    response = enter(anna).post(f"/tickets/{ticket.id}/comments", sent, headers={"accept": "application/json"})

    assert response.status_code == 204


def test_note_is_internal_and_not_mailed(enter, anna, ticket):
    enter(anna).post(f"/tickets/{ticket.id}/comments", {"kind": "note", "text": "Cliente nervoso."})

    assert latest(ticket).public is False
    assert mails(ticket) == []


def test_answer_and_solve_is_one_update(enter, anna, ticket, leave):
    before = ticket.audits.count()

    enter(anna).post(f"/tickets/{ticket.id}/comments", {"kind": "answer", "text": "Fatto.", "status": "solved"})
    leave()

    ticket.refresh_from_db()
    assert ticket.status == Status.SOLVED
    assert ticket.audits.count() == before + 1
    assert mails(ticket) == ["solved"]


def test_answer_with_files_keeps_them(enter, anna, ticket, leave):
    files = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.png", b"two", content_type="image/png")]

    enter(anna).post(f"/tickets/{ticket.id}/comments", {"kind": "answer", "text": "Ecco.", "attachments": files})
    leave()

    kept = [(file.file_name, file.size) for file in latest(ticket).attachments.order_by("id")]
    assert kept == [("a.txt", 3), ("b.png", 3)]


def test_empty_answer_is_refused_with_a_sentence(enter, anna, ticket):
    response = enter(anna).post(f"/tickets/{ticket.id}/comments", {"kind": "answer", "text": "  "})

    assert response.status_code == 422
    assert response.context["composer"].errors["text"] == ["Write something first."]
    assert ticket.comments.count() == 1


def test_answer_with_an_impossible_status_keeps_the_text(enter, anna, ticket):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)

    response = enter(anna).post(
        f"/tickets/{ticket.id}/comments", {"kind": "answer", "text": "Kept words", "status": "new"}
    )

    assert response.status_code == 422
    assert "Kept words" in response.content.decode()
    assert ticket.comments.count() == 1


def test_answer_on_a_closed_ticket_keeps_the_text_and_says_why(enter, anna, rita, ticket):
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    response = enter(anna).post(f"/tickets/{ticket.id}/comments", {"kind": "answer", "text": "Late words"})

    assert response.status_code == 422
    assert "closed" in response.context["problem"]
    assert "Late words" in response.content.decode()


def test_answer_when_somebody_wrote_meanwhile_waits_and_keeps_the_text(enter, anna, rita, ticket, leave):
    seen = latest(ticket).pk
    tickets.hear(ticket.pk, Words("Una cosa ancora."), actor=rita, via=Via.EMAIL)

    response = enter(anna).post(f"/tickets/{ticket.id}/comments", {"kind": "answer", "text": "My words", "seen": seen})
    page = response.content.decode()
    again = enter(anna).post(
        f"/tickets/{ticket.id}/comments",
        {"kind": "answer", "text": "My words", "seen": response.context["last_seen"]},
    )
    leave()

    assert (response.status_code, again.status_code) == (422, 302)
    assert "Rita Rossi" in response.context["problem"]
    assert "My words" in page
    assert latest(ticket).text == "My words"


def test_answer_sent_twice_by_a_double_click_is_written_once(enter, anna, ticket, leave):
    sent = {"kind": "answer", "text": "Once", "seen": latest(ticket).pk}
    agent = enter(anna)

    first = agent.post(f"/tickets/{ticket.id}/comments", sent)
    second = agent.post(f"/tickets/{ticket.id}/comments", sent)
    leave()
    third = agent.post(f"/tickets/{ticket.id}/comments", sent)

    assert [it.status_code for it in (first, second, third)] == [302, 422, 422]
    assert ["Send anyway" in it.content.decode() for it in (second, third)] == [False, True]
    assert [comment.text for comment in ticket.comments.all()].count("Once") == 1
    assert OutgoingMail.objects.filter(ticket=ticket).count() == 1


def test_body_is_shown_apart_with_remote_images_blocked(enter, anna, rita, ticket):
    html = '<p>Ciao</p><img data-remote-src="https://track.example/x.png">'
    tickets.hear(ticket.pk, Words("Ciao", html=html), actor=rita, via=Via.EMAIL)
    url = f"/tickets/{ticket.id}/comments/{latest(ticket).pk}/body"

    blocked, asked = enter(anna).get(url), enter(anna).get(url + "?images=yes")

    assert ' src="https://track.example' not in blocked.content.decode()
    assert ' src="https://track.example' in asked.content.decode()
    for response in (blocked, asked):
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox allow-same-origin" in policy
        assert "script" not in policy
    assert "https:" not in blocked["Content-Security-Policy"]


def test_body_shows_inline_pictures_from_the_desk_itself(enter, anna, rita, ticket):
    picture = NewFile("logo.png", "image/png", b"png", content_id="logo@x", inline=True)
    tickets.hear(ticket.pk, Words("Ciao", html='<img src="cid:logo@x">', files=(picture,)), actor=rita, via=Via.EMAIL)
    said = latest(ticket)

    page = enter(anna).get(f"/tickets/{ticket.id}/comments/{said.pk}/body").content.decode()

    assert f'src="/tickets/attachments/{said.attachments.get().pk}"' in page


def test_body_for_an_agent_outside_is_not_there(enter, ben, ticket):
    assert enter(ben).get(f"/tickets/{ticket.id}/comments/{latest(ticket).pk}/body").status_code == 404


def attach(ticket, rita, name, kind, content=b"content"):
    tickets.hear(ticket.pk, Words("Ecco", files=(NewFile(name, kind, content),)), actor=rita, via=Via.EMAIL)
    return latest(ticket).attachments.get()


def test_attachment_of_a_picture_is_shown(enter, anna, rita, ticket):
    file = attach(ticket, rita, "città.png", "image/png")

    response = enter(anna).get(f"/tickets/attachments/{file.pk}")

    assert response.content == b"content"
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == "inline; filename*=UTF-8''citt%C3%A0.png"


def test_attachment_that_could_run_is_only_saved(enter, anna, rita, ticket):
    for name, kind in (("x.html", "text/html"), ("x.svg", "image/svg+xml"), ("x.xml", "text/xml")):
        file = attach(ticket, rita, name, kind, b"<script>alert(1)</script>")

        response = enter(anna).get(f"/tickets/attachments/{file.pk}")

        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment")
        assert "sandbox" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"


def test_attachment_for_an_agent_outside_is_not_there(enter, ben, rita, ticket):
    file = attach(ticket, rita, "a.png", "image/png")

    assert enter(ben).get(f"/tickets/attachments/{file.pk}").status_code == 404


def test_original_is_the_mail_byte_for_byte(enter, anna, db):
    raw = b"From: rita@rossi.example\r\n\r\nCaff\xe8\r\n"
    (mail_id,) = inbox.record([inbox.Delivery(raw, InboundMail.Source.SMTP)])

    response = enter(anna).get(f"/mail/in/{mail_id}/original")

    assert response.content == raw
    assert response["Content-Disposition"].startswith("attachment")
