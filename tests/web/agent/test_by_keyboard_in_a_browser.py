"""A ticket's whole way by keyboard alone, and by touch on a phone: no mouse, and the focus is never lost."""

import pytest

from sportello.desk.actions import indexing, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Comment
from sportello.desk.words import Via
from tests.web.agent.test_in_a_browser import let_answers_leave, server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# The stream of live news is not served here.
LIVE = ("404",)
FOCUSED = "document.activeElement.name || document.activeElement.id || document.activeElement.className"


@pytest.fixture
def two_tickets(ticket, rita, group, mailbox):
    """Rita's printer, and her screen."""
    other = tickets.open_ticket(
        requester=rita,
        subject="Lo schermo resta nero",
        words=Words("Non si accende."),
        actor=rita,
        via=Via.EMAIL,
        group=group,
        mailbox_id=mailbox.pk,
    )
    while indexing.step():
        pass
    return ticket, other


def focused(page):
    return page.evaluate(FOCUSED)


def ready(page):
    page.locator("sp-editor[ready]").wait_for()


def tab_to(page, name):
    for _step in range(30):
        if focused(page) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(name)


def answer(page, way):
    page.keyboard.press("r")
    page.locator(".editor__box:focus").wait_for()
    page.keyboard.press(way)
    page.locator(".leaving").wait_for()


def write_with_a_list(page):
    page.keyboard.press("r")
    page.locator(".editor__box:focus").wait_for()
    page.keyboard.type("Buongiorno ")
    page.keyboard.press("Control+b")
    page.keyboard.type("Rita")
    page.keyboard.press("Control+b")
    page.keyboard.type(", ecco:")
    page.keyboard.press("Enter")
    page.keyboard.type("- spegnere")
    page.keyboard.press("Enter")
    page.keyboard.type("riaccendere")


def test_ticket_from_the_queue_to_solved_by_keyboard(sit_down, usual, anna, two_tickets):  # noqa: F811
    with sit_down(anna, trouble=LIVE) as page:
        page.goto(usual["waiting"])
        page.evaluate("window.isSame = true")
        for key in ("j", "j", "k"):
            page.keyboard.press(key)
        chosen = page.evaluate("document.activeElement.pathname")
        found = next(it for it in two_tickets if chosen.endswith(f"/{it.pk}"))
        page.keyboard.press("Enter")
        ready(page)
        assert (focused(page), page.evaluate("window.isSame")) == ("main", True)

        with page.expect_navigation():
            page.keyboard.press("t")
        ready(page)
        write_with_a_list(page)
        page.keyboard.press("Control+Shift+Enter")
        page.locator(".leaving").wait_for()
        ready(page)
        page.keyboard.press("z")
        page.locator(".editor__box", has_text="riaccendere").wait_for()
        answer(page, "Control+Shift+Enter")
        page.evaluate("document.getElementById('main').focus()")
        let_answers_leave()
        page.locator(".leaving").wait_for(state="detached", timeout=20_000)
        ready(page)
        assert focused(page) == "main"

        page.keyboard.press("n")
        page.locator(".editor__box:focus").wait_for()
        page.keyboard.type("Se torna, cambiarla.")
        page.keyboard.press("Control+Enter")
        page.locator(".message--note").wait_for()
        ready(page)
        page.keyboard.press("s")
        assert focused(page) == "status"
        page.keyboard.type("Aperto")
        tab_to(page, "tags")
        page.keyboard.type("stampante")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        ready(page)
        page.keyboard.press("l")
        tags = (focused(page), page.evaluate("document.activeElement.value"))

    found.refresh_from_db()
    said = Comment.objects.get(ticket=found, public=True, author=anna)
    assert (said.text.split(), "<b>Rita</b>" in said.html, said.html.count("<li>")) == (
        ["Buongiorno", "Rita,", "ecco:", "-", "spegnere", "-", "riaccendere"],
        True,
        2,
    )
    assert Comment.objects.filter(ticket=found, public=False, text="Se torna, cambiarla.").exists()
    assert (found.assignee_id, found.status, tags) == (anna.pk, "open", ("tags", "stampante"))


def test_answer_that_is_refused_leaves_the_focus_in_the_text(sit_down, anna, ticket):  # noqa: F811
    with sit_down(anna, trouble=("422", *LIVE)) as page:
        page.goto(f"/tickets/{ticket.pk}")
        ready(page)
        page.keyboard.press("r")
        page.locator(".editor__box:focus").wait_for()
        page.keyboard.press("Control+Enter")
        page.locator(".composer__error").wait_for()
        page.locator(".editor__box:focus").wait_for()


def test_ways_between_pages_by_keyboard(sit_down, usual, anna, rita, two_tickets):  # noqa: F811
    with sit_down(anna, trouble=LIVE) as page:
        page.goto(usual["waiting"])
        page.evaluate("window.isSame = true")
        page.keyboard.press("j")
        row = page.evaluate("document.activeElement.pathname")
        page.keyboard.press("o")
        ready(page)
        page.keyboard.press("u")
        page.locator(".ticket-row__subject:focus").wait_for()
        assert page.evaluate("document.activeElement.pathname") == row

        page.keyboard.press("?")
        page.locator("dialog[data-keys] .keys__line").first.wait_for()
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.pathname") == row

        page.keyboard.press("Control+k")
        page.keyboard.type("Rita")
        page.locator("sp-palette a[href^='/people/']").first.wait_for()
        while not page.locator("sp-palette a[href^='/people/'][aria-selected=true]").count():
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/people/{rita.pk}")
        page.locator("h1", has_text="Rita Rossi").wait_for()
        assert (focused(page), page.evaluate("window.isSame")) == ("main", True)

        page.keyboard.press("/")
        assert focused(page) == "q"
        page.keyboard.type("stampante")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=stampante")
        page.locator("main", has_text="La stampante non stampa").wait_for()

        page.goto(usual["waiting"])
        with page.expect_navigation():
            page.keyboard.press("N")
        ready(page)
        first = page.url
        with page.expect_navigation():
            page.keyboard.press("N")
        ready(page)
        assert page.url != first


def test_ticket_by_touch_on_a_phone(sit_down, usual, anna, two_tickets):  # noqa: F811
    anna.language = "en"
    anna.save(update_fields=["language"])
    with sit_down(anna, width=390, touch=True, trouble=LIVE) as page:
        page.goto(usual["waiting"])
        page.locator(".ticket-row__subject").first.tap()
        ready(page)
        page.locator("button[data-hotkey=t]").tap()
        page.locator("button[data-hotkey=t]").wait_for(state="detached")
        ready(page)
        page.locator(".editor__box").tap()
        page.keyboard.type("On my way.")
        page.locator("[data-usual]").tap()
        page.locator(".leaving").wait_for()
        page.locator("button[data-hotkey=z]").tap()
        page.locator(".editor__box", has_text="On my way.").wait_for()
        page.locator("[data-usual]").tap()
        page.locator(".leaving").wait_for()
        let_answers_leave()
        page.locator(".shell__bar [popovertarget=nav]").tap()
        shown = page.locator("#nav").is_visible()
        wide = page.evaluate("document.documentElement.scrollWidth")

    said = Comment.objects.get(author=anna, public=True)
    assert (said.text, said.ticket.assignee_id, shown, wide) == ("On my way.", anna.pk, True, 390)


def test_form_that_comes_back_to_its_page_leaves_the_focus_where_it_was(sit_down, ada, anna, usual):  # noqa: F811
    with sit_down(ada) as page:
        page.goto("/team")
        page.get_by_role("switch", name="Anna Conti is here").focus()
        page.keyboard.press("Space")
        page.locator("[aria-label='Anna Conti is here'][aria-checked=false]:focus").wait_for()

        page.goto("/tickets/views")
        _first, second = page.locator(".rule__title a").all_inner_texts()[:2]
        page.get_by_role("button", name=f"“{second}” up").focus()
        page.keyboard.press("Enter")
        # It is the first now, and can only go down.
        page.locator(f"[aria-label='“{second}” down']:focus").wait_for()
