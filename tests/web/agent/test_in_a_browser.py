"""The agents' pages in Chromium, under the strict CSP: nothing refused, nothing sticks out, nothing typed is lost."""

from contextlib import contextmanager

import pytest
from pytest_django.live_server_helper import LiveServer

from sportello.desk.actions import inbox, macros, tickets, timers
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Comment, InboundMail, OutgoingMail, Reading, Ticket, Timer
from sportello.desk.words import MailState, Status, Via
from sportello.kit import clock
from tests.browsing import playwright_beside_django

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE = '<p style="position:fixed;inset:0">Ciao</p><table width="900"><tr><td>larga</td></tr></table>'


@pytest.fixture
def server(real_database):
    """Serves from a database file: a page and what its scripts tell come at once, which one in memory cannot do.

    Not pytest-django's live_server, which lives as long as the run and keeps the database it began with.
    """
    served = LiveServer("localhost")
    yield served
    served.stop()


@pytest.fixture
def desk_at_work(server, mailbox, group, anna, ada, rita, ticket):
    """A ticket with everything on it, a held mail, a tripped breaker."""
    tickets.hear(ticket.pk, Words("Ciao", html=HOSTILE, quoted_text="> prima"), actor=rita, via=Via.EMAIL)
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    inbox.trip("machine@elsewhere.example", 31)
    (mail_id,) = inbox.record([inbox.Delivery(b"From: a@b.example\r\n\r\nx", InboundMail.Source.SMTP)])
    InboundMail.objects.update(state=MailState.HELD, reason="stranger", sender="a@b.example")
    return ticket, mail_id


@pytest.fixture
def sit_down(chromium, server, client):
    """sit_down(person, width, scheme, script): a browser that this person is signed in with; yields the page.

    trouble: what the console may complain of, where a test makes it.
    """

    @contextmanager
    def seated(person, width=1440, scheme="light", script=True, trouble=(), touch=False, workers="block"):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = {
            "name": "sportello_session",
            "value": client.cookies["sportello_session"].value,
            "url": server.url,
        }
        complaints: list[str] = []
        with playwright_beside_django() as playwright:
            program = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
            context = program.new_context(
                base_url=server.url,
                viewport={"width": width, "height": 800},
                color_scheme=scheme,
                java_script_enabled=script,
                has_touch=touch,
                service_workers=workers,
            )
            context.add_cookies([session])
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            yield page
            program.close()
        assert [it for it in complaints if not any(expected in it for expected in trouble)] == []

    return seated


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_every_page_fits_and_obeys_the_policy(sit_down, usual, ada, desk_at_work, width, scheme):
    ticket, mail_id = desk_at_work
    paths = ["/tickets", usual["solved"], "/tickets/new", f"/tickets/{ticket.pk}", "/mail/held", "/mail/ledger"]
    letter = OutgoingMail.objects.order_by("id").first()
    paths += ["/mail/out", f"/mail/out/{letter.pk}", f"/mail/in/{mail_id}", "/mail/breakers"]
    paths += ["/protocol", "/patterns", "/macros", "/macros/new"]

    with sit_down(ada, width, scheme) as page:
        widths = {}
        for path in paths:
            assert page.goto(path).status == 200, path
            widths[path] = page.evaluate("document.documentElement.scrollWidth")

    assert {path: found for path, found in widths.items() if found > width} == {}


def test_ticket_that_was_looked_at_is_read(sit_down, usual, anna, ticket):
    with sit_down(anna) as page:
        page.goto(usual["waiting"])
        unread = page.locator(".ticket-row .dot").count()
        with page.expect_response("**/reading"):
            page.locator(".ticket-row__subject").click()

    assert unread == 1
    assert Reading.objects.filter(ticket=ticket, user=anna).exists()


def test_answer_typed_survives_a_reload_and_is_sent_once(sit_down, anna, ticket):
    with sit_down(anna) as page:
        page.goto(f"/tickets/{ticket.pk}")
        page.locator(".editor__box").fill("Arrivo subito.")
        page.reload()
        page.locator(".editor__box", has_text="Arrivo subito.").wait_for()
        page.locator("summary[aria-label]", has=page.locator("use[href$='#chevron-up']")).click()
        page.locator("[data-way][value=solved]").dblclick()
        page.locator(".leaving").wait_for()
        left = page.locator(".editor__box").inner_text().strip()
        let_answers_leave()

    assert left == ""
    assert Comment.objects.filter(ticket=ticket, text="Arrivo subito.").count() == 1


def test_note_by_keyboard_alone(sit_down, anna, ticket):
    with sit_down(anna) as page:
        page.goto(f"/tickets/{ticket.pk}")
        page.locator(".editor__box").wait_for()
        page.keyboard.press("n")
        page.keyboard.type("Solo per noi.")
        page.keyboard.press("Tab")
        page.keyboard.press("Control+Enter")
        page.locator(".message--note").wait_for()

    said = Comment.objects.get(ticket=ticket, text="Solo per noi.")
    assert said.public is False


def test_mail_as_it_was_written_stays_in_its_frame(sit_down, anna, desk_at_work):
    ticket, _mail_id = desk_at_work

    with sit_down(anna) as page:
        page.goto(f"/tickets/{ticket.pk}")
        page.locator(".message__as-written summary").first.click()
        frame = page.frame_locator(".message__frame").first
        frame.get_by_text("larga").wait_for()
        page.locator(".message__frame[height]").first.wait_for()
        wide = page.evaluate("document.documentElement.scrollWidth")

    assert wide <= 1440


def test_stopping_a_clock_asks_first(sit_down, anna, desk_at_work):
    ticket, _mail_id = desk_at_work

    with sit_down(anna) as page:
        page.goto(f"/tickets/{ticket.pk}")
        page.locator(".timeline button[data-confirm]").click()
        page.locator("#confirm button[value=no]").click()
        still = page.locator(".timeline button[data-confirm]").count()
        page.locator(".timeline button[data-confirm]").click()
        page.locator("#confirm button[value=yes]").click()
        page.locator(".timeline button[data-confirm]").wait_for(state="detached")

    assert still == 1


def test_theme_that_was_chosen_is_there_on_the_next_page(sit_down, anna, ticket):
    with sit_down(anna) as page:
        page.goto("/tickets")
        page.locator(".nav__foot summary").click()
        page.locator("sp-theme button[value=dark]").click()
        page.goto("/mail/out")
        theme = page.locator("html").get_attribute("data-theme")

    assert theme == "dark"


def test_preview_of_a_text_appears_beside_it(sit_down, ada, mailbox):
    with sit_down(ada) as page:
        page.goto("/protocol")
        page.locator(".protocol__text summary").first.click()
        page.locator("[name='texts.it.taken_charge.body']").fill("Prova {{ ticket.id }}.")
        page.locator("button[formtarget][value='it.taken_charge']").click()
        shown = page.frame_locator("iframe[name=letter-it]").get_by_text("Prova 1234.", exact=True)
        shown.wait_for()
        page.locator("[name='texts.it.taken_charge.body']").fill("Ancora {{ ticket.id }}.")
        page.locator("button[formtarget][value='it.taken_charge']").click()
        page.frame_locator("iframe[name=letter-it]").get_by_text("Ancora 1234.", exact=True).wait_for()


def let_answers_leave():
    """The ten seconds are over in which they can be taken back."""
    Timer.objects.filter(kind="send").update(due_at=clock.now())
    while timers.step():
        pass


@pytest.fixture
def macro(anna):
    said = {"field": "comment_value", "value": "Riavvio fatto, {{ requester.first_name }}."}
    changes = [{"field": "current_tags", "value": "riavvio"}, {"field": "priority", "value": "high"}]
    return macros.save({"title": "Riavvio", "actions": [said, *changes], "owner_id": anna.pk}, actor=anna)


@pytest.mark.parametrize("script", [True, False])
def test_macro_is_put_in_edited_and_sent(sit_down, anna, ticket, macro, script):
    with sit_down(anna, script=script) as page:
        page.goto(f"/tickets/{ticket.pk}")
        page.locator("select[name=macro]").select_option("Riavvio")
        if not script:
            page.locator("button[form=macro-choice]").click()
        page.locator("input[name=changes]").first.wait_for()
        field = page.locator(".editor__box" if script else "textarea[name=text]")
        filled = field.inner_text() if script else field.input_value()
        page.locator("input[value='priority=high']").uncheck()
        field.fill(filled + " Tutto bene?")
        page.locator("[data-usual]").click()
        page.locator(".leaving").wait_for()
        let_answers_leave()

    ticket.refresh_from_db()
    assert filled == "Riavvio fatto, Rita."
    assert Comment.objects.filter(ticket=ticket, text="Riavvio fatto, Rita. Tutto bene?", public=True).count() == 1
    assert ([tagging.tag for tagging in ticket.taggings.all()], ticket.priority) == (["riavvio"], None)


def test_requester_of_a_new_ticket_is_chosen_while_one_types(sit_down, anna, rita, mailbox):
    with sit_down(anna) as page:
        page.goto("/tickets/new")
        page.locator("[name=who]").fill("rit")
        page.locator(".lookup__one", has_text="Rita Rossi").wait_for()
        page.locator("[name=who]").press("Enter")
        page.locator(".lookup__pick:checked").wait_for()
        page.locator("[name=subject]").fill("Telefono muto")
        page.locator("[name=text]").fill("Non squilla.")
        page.locator("#new-ticket .button--primary").click()
        page.wait_for_url("**/tickets/1")

    assert Ticket.objects.get().requester == rita


def test_macro_follows_what_was_typed_before(sit_down, anna, ticket, macro):
    with sit_down(anna) as page:
        page.goto(f"/tickets/{ticket.pk}")
        page.locator(".editor__box").fill("Buongiorno. ")
        page.locator("select[name=macro]").select_option("Riavvio")
        page.locator("input[name=changes]").first.wait_for()
        filled = page.locator(".editor__box").inner_text()
        page.reload()
        page.locator(".editor__box", has_text="Buongiorno").wait_for()
        again = page.locator(".editor__box").inner_text()

    read = [text.replace("\xa0", " ").strip() for text in (filled, again)]
    assert read == ["Buongiorno. Riavvio fatto, Rita.", "Buongiorno. Riavvio fatto, Rita."]
