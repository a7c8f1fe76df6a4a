"""Mails that try to do something in the agent's page: nothing runs, nothing is fetched from elsewhere, nothing is sent.

hostile_html.txt: one attempt a line, of the kinds that the public lists collect; MARK is what would give it away.
"""

from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client

from sportello.channels.email import receive
from sportello.desk.actions import inbox
from sportello.desk.models import Attachment, Comment, InboundMail, Ticket
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = pytest.mark.django_db(transaction=True)
ATTEMPTS = (Path(__file__).parent / "hostile_html.txt").read_text().splitlines()
MARK = "top.pwned=1"
# What a cleaned body may not hold, whoever wrote it.
LEFT = """
() => Array.from(document.querySelectorAll("*")).flatMap((node) => {
  const bad = []
  const html = node.outerHTML.slice(0, 120)
  if (node.matches("script, iframe, frame, object, embed, applet, base[href], svg, math, video, audio")) bad.push(html)
  if (node.matches("form, input, textarea, select, button, a[href]:not([target=_blank])")) bad.push(html)
  if (node.matches("meta[http-equiv=refresh], link:not([rel=stylesheet])")) bad.push(html)
  for (const { name, value } of node.attributes) {
    if (/^(on.*|ping|srcdoc|background|formaction|is|popover)$/i.test(name)) bad.push(`${name}: ${html}`)
    if (/^[\\s\\u0000-\\u001f]*(javascript|vbscript|data:text)/i.test(value)) bad.push(`${name}: ${html}`)
  }
  return bad
})
"""


def mail(number, html, *files):
    message = EmailMessage()
    message["From"] = "Mallory <mallory@evil.example>"
    message["To"] = "help@desk.example"
    message["Subject"] = f"Attempt {number} <img src=x onerror={MARK}>"
    message["Message-ID"] = f"<{number}@evil.example>"
    message.set_content(f"plain <script>{MARK}</script>")
    message.add_alternative(f"<html><body>{html}</body></html>", subtype="html")
    for name, kind, content in files:
        main, sub = kind.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def take_in(*mails):
    inbox.record([inbox.Delivery(raw, InboundMail.Source.SMTP) for raw in mails])
    while receive.step():
        pass


@pytest.fixture
def attempts(server, mailbox, group, anna):  # noqa: F811
    """Five tickets with every attempt, several to a message as browsers mend them, and one with a message for each."""
    armed = [line.replace("MARK", MARK) for line in ATTEMPTS]
    take_in(*(mail(place, "\n".join(armed[place::5])) for place in range(5)))
    ticket = Ticket.objects.order_by("id").first()
    take_in(*(in_thread(ticket, 100 + place, line) for place, line in enumerate(armed[::6])))
    return list(Ticket.objects.order_by("id"))


def in_thread(ticket, number, html):
    return mail(number, html).replace(b"Subject:", f"In-Reply-To: {ticket.thread_root}\nSubject:".encode(), 1)


@pytest.mark.browser
def test_hostile_mail_when_an_agent_looks_at_it_as_it_was_written_does_nothing(sit_down, anna, attempts, server):  # noqa: F811
    dialogs, elsewhere, left, frames = [], [], [], 0

    with sit_down(anna) as page:
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.on(
            "request", lambda request: elsewhere.append(request.url) if host(request.url) != host(server.url) else None
        )
        for ticket in attempts:
            page.goto(f"/tickets/{ticket.pk}?all")
            for summary in page.locator(".message__as-written summary").all():
                summary.click()
            page.wait_for_load_state("load")
            for frame in page.frames[1:]:
                left += frame.evaluate(LEFT)
                frames += 1
            where, pwned = page.url, page.evaluate("window.pwned")
            assert (where, pwned) == (f"{server.url}/tickets/{ticket.pk}?all", None)

    assert (dialogs, [url for url in elsewhere if not url.startswith(("data:", "about:"))], left) == ([], [], [])
    assert frames > 10


def host(url):
    return urlsplit(url).netloc


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("page.html", "text/html", b"<script>top.pwned=1</script>"),
        ("drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='top.pwned=1'/>"),
        (
            "page.xhtml",
            "application/xhtml+xml",
            b"<html xmlns='http://www.w3.org/1999/xhtml'><script>1</script></html>",
        ),
        ("data.xml", "text/xml", b"<?xml-stylesheet href='javascript:1'?><a/>"),
        ("photo.png", "image/png", b"<script>not a picture</script>"),
        ('x".html\r\nX-Evil: 1', "text/plain", b"<script>1</script>"),
        ("script.js", "application/javascript", b"top.pwned=1"),
    ],
)
def test_hostile_attachment_when_fetched_is_no_page_of_ours(mailbox, group, anna, name, kind, content):
    take_in(mail(1, "<p>Look</p>", (name.replace("\r\n", " "), kind, content)))
    client = Client()
    client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get(f"/tickets/attachments/{Attachment.objects.get().pk}")

    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "X-Evil" not in answer
    is_shown = answer.get("Content-Disposition", "").startswith("inline")
    assert not is_shown or answer["Content-Type"].split(";")[0] in ("image/png", "text/plain")
    assert is_shown or answer["Content-Disposition"].startswith("attachment")


def test_hostile_words_when_quoted_in_lists_and_titles_stay_words(mailbox, group, anna):
    take_in(mail(1, "<p>Look</p>"))
    client = Client()
    client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    ticket = Ticket.objects.get()

    pages = [client.get(path).content.decode() for path in ("/tickets", f"/tickets/{ticket.pk}", "/mail/ledger")]

    assert [page.count("<img src=x") + page.count("<script>top") for page in pages] == [0, 0, 0]
    assert Comment.objects.get().text == f"plain <script>{MARK}</script>"
