"""The links in a customer's mails are keys to act as that customer: no agent's page gives one away."""

import re
from urllib.parse import urlsplit

import pytest

from sportello.desk import links
from sportello.desk.actions import inbox, sign_in, tickets, timers
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Comment, InboundMail, OutgoingMail, Timer
from sportello.desk.words import MailState, Status, Via
from sportello.kit import clock
from sportello.kit.tokens import BadToken

KEY = re.compile(r"/(r|confirm|not-yet|vote|sign-in)/([^\s/\"'<>]+)")
PURPOSE = {"r": "request", "confirm": "confirm", "not-yet": "confirm", "vote": "vote"}


def opens(door, token):
    try:
        return bool(sign_in.read_link(token) if door == "sign-in" else links.read_pair(PURPOSE[door], token))
    except BadToken:
        return False


def keys(text):
    return [(door, token) for door, token in KEY.findall(text) if opens(door, token)]


@pytest.fixture
def told(ticket, anna, rita):
    """A ticket whose customer got every link there is, and quotes one of them in his answer."""
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    for timer in Timer.objects.filter(state="waiting"):
        with clock.at(timer.due_at):
            timers.step()
    sign_in.send_link("rita@rossi.example")
    key = links.request_url(ticket.pk, rita.pk)
    html = f'<a href="{key}">{key}</a>'
    words = Words(key, html=html, quoted_text=f"> {key}", quoted_html=f"<blockquote>{html}</blockquote>")
    tickets.hear(ticket.pk, words, actor=rita, via=Via.EMAIL)
    (mail_id,) = inbox.record([inbox.Delivery(b"x", InboundMail.Source.SMTP)])
    InboundMail.objects.filter(pk=mail_id).update(state=MailState.HELD, preview=key)
    return ticket


@pytest.mark.parametrize("name", ["ada", "anna"])
def test_agents_pages_hold_no_customers_key(enter, usual, request, told, name):
    agent = enter(request.getfixturevalue(name))
    comment = Comment.objects.latest("id")
    mails = list(OutgoingMail.objects.exclude(step="sign_in"))
    mails += OutgoingMail.objects.filter(step="sign_in") if name == "ada" else []
    paths = [f"/tickets/{told.pk}", f"/tickets/{comment.ticket_id}", usual["waiting"]]
    paths += [f"/tickets/{comment.ticket_id}/comments/{comment.pk}/body"]
    paths += [f"/mail/in/{InboundMail.objects.get().pk}", "/mail/held", "/mail/ledger", "/mail/out"]
    paths += [f"/mail/out/{mail.pk}{part}" for mail in mails for part in ("", "/letter")]

    pages = {path: agent.get(path) for path in paths}

    assert {door for mail in mails for door, _token in keys(mail.text + mail.html)} >= {"r", "vote"}
    assert {path: page.status_code for path, page in pages.items()} == dict.fromkeys(paths, 200)
    assert {path: found for path, page in pages.items() if (found := keys(page.content.decode()))} == {}


def test_letter_leads_nowhere_but_says_where(enter, anna, ticket):
    tickets.answer(ticket.pk, Words("Arrivo."), actor=anna, via=Via.WEB)
    mail = OutgoingMail.objects.get()

    letter = enter(anna).get(f"/mail/out/{mail.pk}/letter").content.decode()

    assert "/r/…" in letter
    assert keys(mail.html) != []
    assert urlsplit(links.request_url(ticket.pk, ticket.requester_id)).path not in letter
