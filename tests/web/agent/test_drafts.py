"""Drafts and answers on their way, from outside: kept, attached, taken back, stopped; nobody else's are there."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sportello.delivery import mime
from sportello.desk.actions import drafts, macros, sending, tickets
from sportello.desk.actions.comments import NewFile
from sportello.desk.actions.drafts import Written
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Comment, Draft, DraftFile, OutgoingMail
from sportello.desk.words import Status, Via
from sportello.kit import clock

XSS = (
    '<div onclick="alert(1)"><b style="position:fixed">Ciao</b><script>alert(1)</script>'
    '<img src="x" onerror="alert(1)"><a href="javascript:alert(1)">qui</a><form action="/x">q</form></div>'
)


def at(ticket, end=""):
    return f"/tickets/{ticket.pk}/draft{end}"


def say(client, ticket, **sent):
    return client.post(f"/tickets/{ticket.pk}/comments", {"kind": "answer", "text": "", "status": "", **sent})


def page_of(response):
    return response.content.decode()


def test_draft_is_kept_and_stands_in_the_composer(enter, anna, ticket):
    agent = enter(anna)

    first = agent.post(at(ticket), {"kind": "note", "text": "Ci", "html": "<div>Ci</div>", "version": "0"})
    second = agent.post(at(ticket), {"kind": "note", "text": "", "html": "<div>Ci <b>sono</b></div>", "version": "1"})

    page = page_of(agent.get(f"/tickets/{ticket.pk}"))
    assert (first.json(), second.json()) == ({"version": 1}, {"version": 2})
    assert ">Ci sono</textarea>" in page
    assert "<template><div>Ci <b>sono</b></div></template>" in page
    assert 'value="note" checked' in page
    assert 'name="version" value="2"' in page


def test_draft_of_another_tab_is_shown_and_not_lost(enter, anna, ticket):
    agent = enter(anna)
    agent.post(at(ticket), {"kind": "answer", "text": "Uno", "version": "0"})

    kept = agent.post(at(ticket), {"kind": "answer", "text": "Due", "version": "0"})
    sent = say(agent, ticket, text="Due", version="0")
    again = say(agent, ticket, text="Due", version="1")

    assert (kept.status_code, kept.json()["text"], kept.json()["version"]) == (409, "Uno", 1)
    assert sent.status_code == 422
    assert '<div class="composer__other" data-other>Uno</div>' in page_of(sent)
    assert ">Due</textarea>" in page_of(sent)
    assert again.status_code == 302


def test_draft_is_nobody_elses(enter, anna, ben, ada, rita, ticket):
    file = drafts.attach(ticket.pk, NewFile("a.png", "image/png", b"png", inline=True), actor=anna)
    drafts.keep(ticket.pk, Written(text="Solo mio"), actor=anna)
    mine, hers = enter(anna), enter(ada)

    assert mine.get(at(ticket, f"/files/{file.pk}")).content == b"png"
    assert hers.get(at(ticket, f"/files/{file.pk}")).status_code == 404
    assert "Solo mio" not in page_of(hers.get(f"/tickets/{ticket.pk}"))
    for outsider in (ben, rita):
        client = enter(outsider)
        for end in ("", f"/files/{file.pk}"):
            assert client.get(at(ticket, end)).status_code == 404
        for end in ("", "/files", "/undoing", "/hastening", "/discarding", f"/files/{file.pk}/dropping"):
            assert client.post(at(ticket, end), {"text": "x"}).status_code == 404
        assert client.get(f"/tickets/{ticket.pk}/colleagues").status_code == 404
    assert Draft.objects.get().text == "Solo mio"


def test_changes_by_get_are_refused(enter, anna, ticket):
    agent = enter(anna)
    sending.send(ticket.pk, Written(text="Arrivo."), actor=anna)

    for end in ("/files", "/undoing", "/hastening", "/discarding"):
        assert agent.get(at(ticket, end)).status_code == 405
    assert agent.get(f"/tickets/{ticket.pk}/comments").url == f"/tickets/{ticket.pk}#composer"
    assert agent.get(at(ticket)).json() == {"state": "leaving"}


def test_html_from_a_browser_is_never_trusted(enter, anna, ticket, leave):
    agent = enter(anna)

    agent.post(at(ticket), {"kind": "answer", "html": XSS, "version": "0"})
    kept, page = Draft.objects.get().html, page_of(agent.get(f"/tickets/{ticket.pk}"))
    refused = page_of(say(agent, ticket, html=XSS, status="new", version="1", seen="0"))
    say(agent, ticket, html=XSS, version="1")
    leave()

    said = Comment.objects.latest("id")
    shown, mail = page_of(agent.get(f"/tickets/{ticket.pk}")), OutgoingMail.objects.get().html
    assert kept == said.html
    assert "<b>Ciao</b>" in kept
    for text in (kept, page, refused, shown, mail):
        assert "<b>Ciao</b>" in text
        for evil in ("alert(1)", "onerror", "onclick", "position:fixed", 'action="/x"'):
            assert evil not in text


def test_plain_answer_stays_plain(enter, anna, ticket, leave):
    say(enter(anna), ticket, html="<div>Ciao,</div><div><br></div><div>fatto.</div>")
    leave()

    said = Comment.objects.latest("id")
    assert (said.text, said.html) == ("Ciao,\n\nfatto.", "")


def test_picture_in_the_text_reaches_the_agent_the_customer_and_the_mail(enter, anna, rita, client, ticket, leave):
    agent = enter(anna)
    sent = {"file": SimpleUploadedFile("a.png", b"\x89PNG", content_type="image/png"), "inline": "yes"}
    url = agent.post(at(ticket, "/files"), sent).json()["url"]
    agent.post(at(ticket, "/files"), {"file": SimpleUploadedFile("b.txt", b"two", content_type="text/plain")})

    say(agent, ticket, html=f'<div>Ecco <img src="{url}" alt="a.png"> <img src="https://t.example/x.png"></div>')
    leave()

    said, file = Comment.objects.latest("id"), Comment.objects.latest("id").attachments.get(inline=True)
    shown = page_of(agent.get(f"/tickets/{ticket.pk}"))
    client.force_login(rita, backend="django.contrib.auth.backends.ModelBackend")
    portal = page_of(client.get(f"/requests/{ticket.pk}"))
    mail = OutgoingMail.objects.get()
    message = message_from_bytes(mime.build(mail, said.attachments.order_by("id")), policy=policy.SMTP)
    parts = [(it.get_content_type(), it["Content-ID"], it.get_content_disposition()) for it in message.walk()]
    assert said.html == f'<div>Ecco <img src="cid:{file.content_id}" alt="a.png"> </div>'
    assert f'src="/tickets/attachments/{file.pk}"' in shown
    assert f'<img src="/requests/{ticket.pk}/files/{file.pk}"' in portal or f"{file.pk}" in portal
    assert f'src="cid:{file.content_id}"' in mail.html
    assert parts == [
        ("multipart/mixed", None, None),
        ("multipart/alternative", None, None),
        ("text/plain", None, None),
        ("multipart/related", None, None),
        ("text/html", None, None),
        ("image/png", f"<{file.content_id}>", "inline"),
        ("text/plain", None, "attachment"),
    ]


def test_file_that_is_refused_says_why(enter, anna, ticket, settings):
    settings.MAIL_MAX_BYTES = 2
    agent = enter(anna)

    large = agent.post(at(ticket, "/files"), {"file": SimpleUploadedFile("a.txt", b"three")})
    none = agent.post(at(ticket, "/files"), {})

    assert (large.status_code, none.status_code) == (422, 422)
    assert "a.txt is too large" in large.json()["said"]
    assert DraftFile.objects.count() == 0


def test_file_taken_away_without_script_keeps_the_text(enter, anna, ticket):
    file = drafts.attach(ticket.pk, NewFile("a.txt", "text/plain", b"one"), actor=anna)

    response = enter(anna).post(at(ticket, f"/files/{file.pk}/dropping"), {"kind": "answer", "text": "Scritto"})

    assert response.url == f"/tickets/{ticket.pk}#composer"
    assert (Draft.objects.get().text, DraftFile.objects.count()) == ("Scritto", 0)


def test_answer_on_its_way_is_shown_to_all_and_taken_back_by_its_author(enter, anna, ada, ticket, leave):
    agent = enter(anna)
    sent = say(agent, ticket, text="Arrivo.", seen=str(ticket.comments.latest("id").pk))
    mine, hers = page_of(agent.get(f"/tickets/{ticket.pk}")), page_of(enter(ada).get(f"/tickets/{ticket.pk}"))

    undone = agent.post(at(ticket, "/undoing"), follow=True)
    leave()

    assert sent.url == f"/tickets/{ticket.pk}#latest"
    assert 'id="leaving"' in mine
    assert at(ticket, "/undoing") in mine
    assert "Anna Conti&#x27;s answer leaves" in hers
    assert "An answer by Anna Conti is on its way" in hers
    assert at(ticket, "/undoing") not in hers
    assert ">Arrivo.</textarea>" in page_of(undone)
    assert ticket.comments.count() == 1


def test_note_beside_an_answer_is_kept_and_stands_in_the_composer(enter, anna, ticket, leave):
    agent = enter(anna)
    say(agent, ticket, text="Arrivo.")

    kept = agent.post(at(ticket), {"kind": "note", "text": "Chiamare <Rita>", "version": "0"})
    waiting = page_of(agent.get(f"/tickets/{ticket.pk}"))
    another = agent.post(at(ticket), {"kind": "answer", "text": "Altro", "version": "1"})
    elsewhere = agent.post(at(ticket), {"kind": "note", "text": "Altro", "version": "0"})
    undone = page_of(agent.post(at(ticket, "/undoing"), follow=True))
    say(agent, ticket, text="Arrivo.", version="2")
    leave()
    left = page_of(agent.get(f"/tickets/{ticket.pk}"))

    assert (kept.json(), another.status_code) == ({"version": 1}, 423)
    assert (elsewhere.status_code, elsewhere.json()["text"]) == (409, "Chiamare <Rita>")
    for page in (waiting, left):
        assert ">Chiamare &lt;Rita&gt;</textarea>" in page
        assert 'name="version" value="1"' in page
        assert 'value="note" checked' in page
    assert ">Arrivo.</textarea>" in undone
    assert '<div class="composer__other">Chiamare &lt;Rita&gt;</div>' in undone


def test_answer_sent_later_in_the_writers_own_time(enter, anna, ticket):
    anna.time_zone = "America/New_York"
    anna.save(update_fields=["time_zone"])
    tomorrow = (clock.now() + timedelta(days=1)).date()

    sent = say(enter(anna), ticket, text="Domani.", at="own", own_at=f"{tomorrow}T09:00")
    past = say(enter(anna), ticket, text="Ieri.", at="own", own_at="2020-01-01T09:00")
    none = say(enter(anna), ticket, text="Mai.", at="own", own_at="")

    due_at = Draft.objects.get().timers.get().due_at
    assert (sent.status_code, past.status_code, none.status_code) == (302, 422, 422)
    assert due_at.date() == tomorrow
    assert due_at.hour in (13, 14)


def test_answer_that_was_stopped_waits_in_the_composer_with_the_reason(enter, anna, rita, ticket, leave):
    agent = enter(anna)
    say(agent, ticket, text="Arrivo.", status="pending")
    tickets.hear(ticket.pk, Words("Aspetti!"), actor=rita, via=Via.EMAIL)
    leave()

    response = agent.get(f"/tickets/{ticket.pk}")
    page = page_of(response)
    again = say(agent, ticket, text="Arrivo.", seen=str(response.context["last_seen"]), version="2")
    leave()

    assert "Not sent: Rita Rossi wrote first." in page
    assert "“Aspetti!”" in page
    assert ">Arrivo.</textarea>" in page
    assert "Send anyway" in page
    assert again.status_code == 302
    assert ticket.comments.latest("id").text == "Arrivo."


def test_answer_stopped_on_a_closed_ticket_is_not_lost(enter, anna, rita, ticket, leave):
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    agent = enter(anna)
    say(agent, ticket, text="Ancora una cosa.")
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    leave()

    assert ">Ancora una cosa.</textarea>" in page_of(agent.get(f"/tickets/{ticket.pk}"))


def test_forgotten_attachment_is_asked_for_once(enter, anna, ticket):
    agent = enter(anna)

    asked = say(agent, ticket, text="In allegato il modulo.")
    note = say(agent, ticket, text="In allegato il modulo.", kind="note")
    sent = say(agent, ticket, text="In allegato il modulo.", asked="attachment")

    assert "“allegato”" in asked.context["problem"]
    assert 'name="asked" value="attachment"' in page_of(asked)
    assert (asked.status_code, note.status_code, sent.status_code) == (422, 302, 302)


def test_forgotten_attachment_is_asked_for_after_what_was_said_meanwhile(enter, anna, rita, ticket):
    seen, agent = ticket.comments.latest("id").pk, enter(anna)
    tickets.hear(ticket.pk, Words("Una cosa ancora."), actor=rita, via=Via.EMAIL)

    stale = say(agent, ticket, text="In allegato il modulo.", seen=seen)
    forgotten = say(agent, ticket, text="In allegato il modulo.", seen=stale.context["last_seen"])
    stale_again = say(agent, ticket, text="In allegato il modulo.", seen=seen, asked="attachment")

    assert [it.status_code for it in (stale, forgotten, stale_again)] == [422, 422, 422]
    assert ['value="attachment"' in page_of(it) for it in (stale, forgotten, stale_again)] == [False, True, True]


@pytest.mark.parametrize("how", ["now", "draft"])
def test_attachment_that_is_there_is_not_asked_for(enter, anna, ticket, how):
    agent, files = enter(anna), {}
    if how == "draft":
        drafts.attach(ticket.pk, NewFile("a.txt", "text/plain", b"one"), actor=anna)
    else:
        files["attachments"] = SimpleUploadedFile("a.txt", b"one")

    assert say(agent, ticket, text="In allegato il modulo.", **files).status_code == 302


def test_colleagues_are_those_who_see_the_ticket(enter, anna, ada, ben, ticket):
    agent = enter(anna)

    refused = say(agent, ticket, text="@Ben Archer guarda", kind="note")

    assert agent.get(f"/tickets/{ticket.pk}/colleagues").json() == {"names": ["Ada Admin"]}
    assert refused.status_code == 422
    assert "Ben Archer cannot see this ticket" in page_of(refused)


def test_macro_is_seen_filled_before_it_is_sent(enter, anna, ben, ticket):
    actions = [
        {"field": "comment_value", "value": "Ciao {{ requester.first_name }}"},
        {"field": "priority", "value": "high"},
        {"field": "comment_mode_is_public", "value": "false"},
    ]
    own = macros.save({"title": "Own", "actions": actions, "owner_id": anna.pk}, actor=anna)
    bens = macros.save({"title": "Ben's", "actions": actions, "owner_id": ben.pk}, actor=ben)
    agent = enter(anna)

    seen = agent.get(f"/tickets/{ticket.pk}/macros/{own.pk}").json()

    assert (seen["text"], seen["kind"]) == ("Ciao Rita", "note")
    assert 'value="priority=high" checked' in seen["changes"]
    assert agent.get(f"/tickets/{ticket.pk}/macros/{bens.pk}").status_code == 404


def test_language_of_the_customer_is_said(enter, anna, rita, ticket):
    assert "writes in Italian" in page_of(enter(anna).get(f"/tickets/{ticket.pk}"))


def test_draft_is_thrown_away_and_the_browser_forgets_it_too(enter, anna, ticket):
    agent = enter(anna)
    drafts.keep(ticket.pk, Written(text="Meglio di no"), actor=anna)

    page = page_of(agent.post(at(ticket, "/discarding"), follow=True))

    assert Draft.objects.count() == 0
    assert "Meglio di no" not in page
    assert f'data-sent-draft="ticket-{ticket.pk}"' in page
