"""The customer's gestures in Chromium, with script and without, under the strict CSP."""

from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from sportello.desk import links
from sportello.desk.actions import field_values, sign_in, tickets
from sportello.desk.models import Comment, OutgoingMail, Ticket
from sportello.desk.words import Status, Via
from tests.browsing import playwright_beside_django
from tests.web import own_fields

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(params=["script", "no script"])
def browser(request, chromium, live_server):
    """Opens a phone's browser on the desk; the database is looked at before and after, never while it is open."""

    @contextmanager
    def opened(language="it-IT"):
        complaints: list[str] = []
        with playwright_beside_django() as playwright:
            program = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
            context = program.new_context(
                base_url=live_server.url,
                java_script_enabled=request.param == "script",
                viewport={"width": 375, "height": 700},
                locale=language,
            )
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            yield page
            width = page.evaluate("document.documentElement.scrollWidth") if request.param == "script" else 375
            program.close()
        assert complaints == []
        assert width <= 375

    return opened


def path_of(url):
    return urlsplit(url).path


def test_request_by_form_arrives(browser, desk, tmp_path):
    picture = tmp_path / "schermo.png"
    picture.write_bytes(b"png")

    with browser("en-GB") as page:
        page.goto("/")
        page.get_by_label("Your name").fill("Nina Neri")
        page.get_by_label("Your mail address").fill("nina@neri.example")
        page.get_by_label("Subject").fill("Password")
        page.get_by_label("Message").fill("I cannot sign in.")
        page.set_input_files("input[type=file]", picture)
        page.get_by_role("button", name="Send the request").click()
        page.locator(".card__icon--positive").wait_for()
        heading = page.get_by_role("heading", level=1).inner_text()

    ticket = Ticket.objects.get()
    assert heading == f"We have your request: it is number {ticket.pk}"
    assert ticket.comments.get().attachments.get().file_name == "schermo.png"


def test_confirmation_takes_one_press(browser, solved, rita, desk):
    path = path_of(links.confirm_url(solved.pk, rita.pk))

    with browser() as page:
        page.goto(path)
        page.locator("main form button").click()
        page.locator(".card__icon--positive").wait_for()

    solved.refresh_from_db()
    assert solved.status == Status.CLOSED


def test_not_yet_asks_for_a_line_and_shows_it(browser, solved, rita, desk):
    path = path_of(links.not_yet_url(solved.pk, rita.pk))

    with browser() as page:
        page.goto(path)
        page.locator("textarea").fill("stampa a righe")
        page.locator("main form button").click()
        page.get_by_text("stampa a righe").wait_for()

    solved.refresh_from_db()
    assert solved.status == Status.OPEN
    assert Comment.objects.latest("id").text == "stampa a righe"


def test_vote_takes_one_press_and_reasons_show_for_bad_only(browser, rated, rita, desk):
    path = path_of(links.vote_url(rated.pk, rita.pk, "bad"))

    with browser() as page:
        page.goto(path)
        seen = [page.locator(".vote-reasons").is_visible()]
        page.locator(".vote__choice--good").click()
        seen.append(page.locator(".vote-reasons").is_visible())
        page.locator(".vote__choice--bad").click()
        page.locator("[value=product]").check()
        page.locator("main form button").click()
        page.locator(".banner--positive").wait_for()

    rating = rated.satisfaction_rating
    rating.refresh_from_db()
    assert seen == [True, False]
    assert (rating.score, rating.about) == ("bad", "product")


def test_own_requests_are_reached_by_a_link_from_the_mail(browser, ticket, rita, desk):
    path = path_of(sign_in.make_link(rita))

    with browser() as page:
        page.goto("/requests")
        page.locator("[name=email]").fill("rita@rossi.example")
        page.locator("main form button").first.click()
        page.goto(path)
        page.locator("main form button").click()
        page.get_by_text(ticket.subject).click()
        page.locator("textarea").fill("Novità?")
        page.locator("#answer button").click()
        page.locator("article").get_by_text("Novità?").wait_for()

    assert OutgoingMail.objects.filter(step="sign_in", to="rita@rossi.example").count() == 1
    assert Comment.objects.latest("id").author == rita


def test_answer_after_the_end_goes_on_in_a_follow_up(browser, solved, rita, desk):
    tickets.confirm(solved.pk, actor=rita, via=Via.WEB)
    path = path_of(links.request_url(solved.pk, rita.pk))

    with browser() as page:
        page.goto(path)
        page.locator("textarea").fill("Si ripete")
        page.locator("#answer button").click()
        page.locator("article").get_by_text("Si ripete").wait_for()
        landed = urlsplit(page.url).path

    assert Ticket.objects.latest("id").follow_up_of == solved
    assert landed != path


def test_request_asks_by_form_and_condition(browser, desk):
    own = own_fields.make()

    with browser("en-GB") as page:
        page.goto("/requests/new")
        page.get_by_role("link", name="Fault").click()
        page.get_by_label("Your name").fill("Nina Neri")
        page.get_by_label("Your mail address").fill("nina@neri.example")
        page.get_by_label("Subject").fill("Printer")
        page.get_by_label("Message").fill("It does not print.")
        was_visible = page.get_by_label("Model").is_visible()
        page.get_by_label("Device").select_option("printer")
        page.get_by_label("Model").fill("L4")
        page.get_by_role("button", name="Send the request").click()
        page.locator(".card__icon--positive").wait_for()
        has_script = page.evaluate("document.documentElement.classList.contains('has-script')")

    ticket = Ticket.objects.get()
    assert was_visible is not has_script
    assert (ticket.form_id, field_values.of_ticket(ticket.pk)) == (
        own.fault.pk,
        {own.device.pk: "printer", own.model.pk: "L4"},
    )
