"""The composer in Chromium, under the strict CSP: rich text, shortcuts, files, and nothing typed is ever lost."""

import base64
import re

import pytest

from sportello.desk.actions import macros, tickets, timers
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Comment, Draft, DraftFile, Ticket, Timer
from sportello.desk.words import Status, Via
from sportello.kit import clock
from tests.browsing import wait_for
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PASTE = """([kind, content]) => {
    const data = new DataTransfer()
    const bytes = (text) => Uint8Array.from(atob(text), (it) => it.charCodeAt(0))
    if (kind === "file") data.items.add(new File([bytes(content)], "scatto.png", {type: "image/png"}))
    else data.setData(kind, content)
    document.querySelector(".editor__box").dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}))
}"""

DROP = """() => {
    const data = new DataTransfer()
    data.items.add(new File(["one"], "c.txt", {type: "text/plain"}))
    for (const name of ["dragover", "drop"]) document.querySelector(".editor__box").dispatchEvent(
        new DragEvent(name, {dataTransfer: data, bubbles: true, cancelable: true}))
}"""


def visit(page, ticket):
    page.set_default_timeout(30_000)
    page.route(re.compile(r"/live($|\?)"), lambda route: route.fulfill(status=204))  # No events from this server.
    page.goto(f"/tickets/{ticket.pk}", wait_until="domcontentloaded")
    page.locator("sp-editor[ready]").wait_for()


def box(page):
    return page.locator(".editor__box")


def leave(page=None):
    """The ten seconds are over."""
    Timer.objects.filter(kind="send").update(due_at=clock.now())
    timers.step()
    if page:
        page.reload()


def kept(page):
    page.locator(".composer__kept[data-state=kept]").wait_for()


def test_shortcuts_make_shapes_and_the_customer_reads_them(sit_down, anna, ticket):  # noqa: F811
    with sit_down(anna) as page:
        visit(page, ticket)
        box(page).click()
        page.keyboard.type("Ciao **Rita**, fai *così*: `ping`.")
        page.keyboard.press("Enter")
        page.keyboard.type("- uno")
        page.keyboard.press("Enter")
        page.keyboard.type("due")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.keyboard.type("> citato")
        page.keyboard.press("Control+Enter")
        page.locator(".leaving").wait_for()
        before = Comment.objects.filter(ticket=ticket).count()
        leave()  # The page looks for itself when its ten seconds are over.
        page.locator(".message--answer .written").wait_for()
        shown = page.locator(".message--answer .written").inner_html()

    said = Comment.objects.latest("id")
    assert before == 1
    assert said.html == (
        "<div>Ciao <b>Rita</b>, fai <i>così</i>: <code>ping</code>.</div>"
        "<ul><li>uno</li><li>due</li></ul><blockquote><div>citato</div></blockquote>"
    )
    assert said.text == "Ciao Rita, fai così: ping.\n- uno\n- due\n\n> citato"
    assert shown == said.html


def test_answer_is_taken_back_and_its_words_are_there_again(sit_down, anna, ticket):  # noqa: F811
    with sit_down(anna) as page:
        visit(page, ticket)
        box(page).click()
        page.keyboard.type("Troppo presto.")
        page.locator("[data-usual]").dblclick()
        page.locator(".leaving button", has=page.locator("svg")).last.click()
        page.locator(".leaving").wait_for(state="detached")
        page.locator("sp-editor[ready]").wait_for()
        again = box(page).inner_text()

    leave()
    assert again == "Troppo presto."
    assert Comment.objects.filter(ticket=ticket).count() == 1
    assert list(Timer.objects.filter(kind="send").values_list("state", flat=True)) == ["cancelled"]


def test_what_is_typed_is_on_another_device_and_after_a_crash(sit_down, anna, ticket):  # noqa: F811
    with sit_down(anna) as page:
        visit(page, ticket)
        box(page).click()
        page.keyboard.type("A metà frase")
        kept(page)
    with sit_down(anna, trouble=["ERR_FAILED"]) as page:  # Another browser.
        visit(page, ticket)
        page.locator("sp-editor[ready]").wait_for()
        elsewhere = box(page).inner_text()
        page.route("**/draft", lambda route: route.abort())
        box(page).click()
        page.keyboard.press("End")
        page.keyboard.type(", e oltre")
        page.locator("[data-notice=offline]").wait_for()
        page.unroute("**/draft")
        page.goto("about:blank")
        visit(page, ticket)
        page.locator("sp-editor[ready]", has_text="e oltre").wait_for()
        after = box(page).inner_text()

    assert (elsewhere, after) == ("A metà frase", "A metà frase, e oltre")
    assert Draft.objects.get().text == "A metà frase, e oltre"


def test_two_tabs_are_told_of_each_other(sit_down, anna, ticket):  # noqa: F811
    with sit_down(anna, trouble=["409"]) as page:
        other = page.context.new_page()
        for tab in (page, other):
            visit(tab, ticket)
            tab.locator("sp-editor[ready]").wait_for()
        box(page).click()
        page.keyboard.type("Prima scheda")
        kept(page)
        other.evaluate("localStorage.clear()")
        box(other).click()
        other.keyboard.type("Seconda scheda")
        other.locator("[data-notice=elsewhere]").wait_for()
        shown = other.locator("[data-other]").text_content()
        stays = box(other).inner_text()
        other.locator("[data-takes=mine]").click()
        kept(other)

    assert (shown, stays) == ("Prima scheda", "Seconda scheda")
    assert Draft.objects.get().text == "Seconda scheda"


def test_what_was_just_typed_survives_a_link_to_another_page_and_the_way_back(sit_down, anna, ticket):  # noqa: F811
    with sit_down(anna) as page:
        visit(page, ticket)
        box(page).click()
        page.keyboard.type("Prima **riga**,")
        page.keyboard.press("Enter")
        page.keyboard.type("e la seconda")
        page.locator(".nav__link[href='/people']").first.evaluate("(link) => link.click()")
        page.wait_for_url("**/people")
        wait_for(page, "() => !Object.keys(localStorage).some((name) => name.startsWith('sportello-draft'))")
        page.go_back()
        page.locator("sp-editor[ready]").wait_for()
        after = box(page).inner_text()

    draft = Draft.objects.get()
    assert (after, draft.text) == ("Prima riga,\ne la seconda",) * 2
    assert "<b>riga</b>" in draft.html


def test_long_text_survives_a_link_to_another_page(sit_down, anna, ticket):  # noqa: F811
    long = "Parola. " * 20_000
    with sit_down(anna, trouble=["ERR_FAILED"]) as page:
        visit(page, ticket)
        page.locator("sp-editor").evaluate("(editor, text) => editor.write({ text })", long)
        box(page).click()
        page.keyboard.press("Control+End")
        page.keyboard.type("Fine")
        page.locator(".nav__link[href='/people']").first.evaluate("(link) => link.click()")
        page.wait_for_url("**/people")
        wait_for(page, "() => !Object.keys(localStorage).some((name) => name.startsWith('sportello-draft'))")

    assert Draft.objects.get().text == f"{long.strip()}Fine"


def test_failing_server_says_so_and_the_second_try_sends_once(sit_down, anna, ticket):  # noqa: F811
    with sit_down(anna, trouble=["503"]) as page:
        visit(page, ticket)
        box(page).click()
        page.keyboard.type("Una volta sola.")
        kept(page)
        page.route("**/comments", lambda route: route.fulfill(status=503, body="later"))
        page.locator("[data-usual]").click()
        page.locator("[data-notice=failed]").wait_for()
        said = page.locator("[data-notice=failed]").inner_text()
        page.unroute("**/comments")
        page.locator("[data-retries]").click()
        page.locator(".leaving").wait_for()
        leave(page)
        page.locator(".message--answer").wait_for()

    assert "503" in said
    assert Comment.objects.filter(ticket=ticket, text="Una volta sola.").count() == 1


def test_session_that_ended_keeps_what_is_typed_through_the_sign_in(sit_down, anna, ticket):  # noqa: F811
    anna.set_password("una parola lunga")
    anna.save()
    with sit_down(anna) as page:
        visit(page, ticket)
        page.locator("sp-editor[ready]").wait_for()
        page.context.clear_cookies(name="sportello_session")
        box(page).click()
        page.keyboard.type("Non ancora spedita.")
        page.locator("[data-notice=expired]").wait_for()
        page.locator("[data-usual]").click()
        page.locator("[name=password]").wait_for()
        page.locator("[name=address], [name=email], [name=username]").first.fill(anna.email)
        page.locator("[name=password]").fill("una parola lunga")
        page.keyboard.press("Enter")
        page.locator("sp-editor[ready]").wait_for()
        kept(page)
        again = box(page).inner_text()

    assert again == "Non ancora spedita."
    assert Comment.objects.filter(ticket=ticket).count() == 1


def test_pasted_picture_and_word_are_cleaned_and_kept(sit_down, anna, ticket):  # noqa: F811
    word = (
        '<html><head><style>p{color:red}</style></head><body><!--StartFragment--><p class=MsoNormal style="color:red">'
        "<span style='font-weight:700'>Ciao</span><o:p></o:p> <a href='javascript:alert(1)'>qui</a></p>"
        "<img src='https://track.example/x.png' onerror='alert(1)'></body></html>"
    )
    with sit_down(anna) as page:
        visit(page, ticket)
        box(page).click()
        page.evaluate(PASTE, ["text/html", word])
        page.locator(".editor__box b").wait_for()
        pasted = box(page).inner_html()
        page.evaluate(PASTE, ["file", base64.b64encode(PIXEL).decode()])
        page.locator(".editor__box img").wait_for()
        page.keyboard.press("Control+Enter")
        page.locator(".leaving").wait_for()
        leave(page)
        page.locator(".message--answer .written img").wait_for()
        width = page.locator(".message--answer .written img").evaluate("it => it.complete && it.naturalWidth")

    picture = Comment.objects.latest("id").attachments.get()
    assert "style" not in pasted
    assert "track" not in pasted
    assert "javascript" not in pasted
    assert width == 1
    assert (picture.inline, picture.file_name) == (True, "scatto.png")
    assert f'src="cid:{picture.content_id}"' in Comment.objects.latest("id").html


def test_colleague_macro_and_emoji_are_completed(sit_down, anna, ada, ticket):  # noqa: F811
    said = {"field": "comment_value", "value": "Riavvio fatto, {{ requester.first_name }}."}
    priority = {"field": "priority", "value": "high"}
    macros.save({"title": "Riavvio", "actions": [said, priority], "owner_id": anna.pk}, actor=anna)
    with sit_down(anna) as page:
        visit(page, ticket)
        page.keyboard.press("n")
        page.keyboard.type("@ad")
        page.locator(".completion__one", has_text="Ada Admin").wait_for()
        page.keyboard.press("Enter")
        page.keyboard.type("guarda :smi")
        page.locator(".completion__one").first.wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.type("/ria")
        page.locator(".completion__one", has_text="Riavvio").wait_for()
        page.keyboard.press("Enter")
        page.locator("input[name=changes]").wait_for()
        typed = box(page).inner_text()
        page.keyboard.press("Control+Enter")
        page.locator(".message--note").wait_for()

    ticket = Ticket.objects.get(pk=ticket.pk)
    assert typed.replace("\xa0", " ").strip() == "@Ada Admin guarda 🙂\nRiavvio fatto, Rita."
    assert ticket.priority == 3
    assert [it.user_id for it in ticket.participants.all()] == [ada.pk]


def test_file_that_is_dropped_is_attached_and_can_be_taken_away(sit_down, anna, ticket, settings):  # noqa: F811
    with sit_down(anna, trouble=["422"]) as page:
        visit(page, ticket)
        page.locator("sp-editor[ready]").wait_for()
        settings.MAIL_MAX_BYTES = 1000
        page.locator("input[type=file]").set_input_files(
            [
                {"name": "a.txt", "mimeType": "text/plain", "buffer": b"one"},
                {"name": "b.txt", "mimeType": "text/plain", "buffer": b"x" * 1001},
            ]
        )
        page.locator(".composer__kept-files a", has_text="a.txt").wait_for()
        refused = page.locator(".attachment--refused").inner_text()
        held = DraftFile.objects.count()
        page.locator(".composer__kept-files [data-drops]").first.click()
        page.locator(".composer__kept-files a").wait_for(state="detached")
        left = DraftFile.objects.count()
        page.evaluate(DROP)
        page.locator(".composer__kept-files a", has_text="c.txt").wait_for()
        marked = page.locator(".composer--drop").count()

    assert "b.txt" in refused
    assert (held, left, marked) == (1, 0, 0)


def test_quote_of_what_is_selected_and_the_last_way_of_sending(sit_down, anna, rita, ticket):  # noqa: F811
    tickets.hear(ticket.pk, Words("Prima riga\nSeconda riga", quoted_text="> prima"), actor=rita, via=Via.EMAIL)
    with sit_down(anna, width=390, scheme="dark") as page:
        visit(page, ticket)
        page.locator("sp-editor[ready]").wait_for()
        page.keyboard.press("r")
        page.keyboard.type("Lei scrive:")
        page.locator("[data-quotes]").click()
        page.locator(".editor__box blockquote").wait_for()
        page.keyboard.type("Ecco.")
        page.keyboard.press("Control+Shift+Enter")
        page.locator(".leaving").wait_for()
        wide = page.evaluate("document.documentElement.scrollWidth")
        leave(page)
        page.locator("[data-usual][value=solved]").wait_for()

    ticket.refresh_from_db()
    said = Comment.objects.latest("id")
    assert wide == 390
    assert ticket.status == Status.SOLVED
    assert said.text == "Lei scrive:\n\n> Prima riga\n> Seconda riga\n\nEcco."


IN_SIGHT = """(name) => {
  const { top, bottom } = document.querySelector(name).getBoundingClientRect()
  return top >= 0 && bottom > top && bottom <= innerHeight
}"""


def test_warning_stands_before_the_eyes_of_who_sends_on_a_phone(sit_down, anna, rita, ticket):  # noqa: F811
    for _ in range(6):
        tickets.hear(ticket.pk, Words("Riga\n" * 12), actor=rita, via=Via.EMAIL)
    told = "<div data-lazy>" + "<p>Riga</p>" * 40 + "</div>"
    with sit_down(anna, width=390, trouble=["422"]) as page:
        page.route(re.compile(r"/told$"), lambda route: route.fulfill(body=told, content_type="text/html"))
        visit(page, ticket)
        page.locator("#told p").first.wait_for()
        box(page).click()
        page.keyboard.type("In allegato il modulo.")
        page.keyboard.press("Control+Enter")
        page.locator("[data-problem]").wait_for()
        wait_for(page, "() => document.querySelector('sp-editor[ready] [contenteditable]') === document.activeElement")
        page.locator("#told p").first.wait_for()
        said = page.locator("[data-problem]").inner_text()
        wait_for(page, IN_SIGHT, "[data-problem]")
        page.keyboard.press("Control+Enter")
        page.locator(".leaving").wait_for()
        wait_for(page, "() => history.scrollRestoration === 'auto'")
        wait_for(page, IN_SIGHT, "[data-undoes] button")

    assert "“allegato”" in said


def test_completion_asks_for_no_second_enter_and_a_colon_stays_one(sit_down, anna, ada, ticket):  # noqa: F811
    with sit_down(anna) as page:
        visit(page, ticket)
        page.keyboard.press("n")
        page.keyboard.type("@ad")
        page.locator(".completion__one", has_text="Ada Admin").wait_for()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.keyboard.type("Guarda :")
        page.locator(".completion__one").first.wait_for()
        page.keyboard.press("Enter")
        page.keyboard.type("stampa :stampan")
        page.locator(".completion__one", has_text="🖨️").wait_for()
        page.keyboard.press("Enter")
        typed = box(page).inner_text()

    assert typed.replace("\xa0", " ").strip() == "@Ada Admin \nGuarda :\nstampa 🖨️"


def test_title_is_one_line_a_wiped_list_is_gone_and_cells_stay_apart(sit_down, anna, ticket):  # noqa: F811
    table = "<table><tr><th>Nome</th><th>Sede</th></tr><tr><td>Anna</td><td>Bari</td></tr></table>"
    with sit_down(anna) as page:
        visit(page, ticket)
        box(page).click()
        page.keyboard.type("- uno")
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        wait_for(page, "() => !document.querySelector('.editor__box ul')")
        page.keyboard.type("# Titolo")
        page.keyboard.press("Enter")
        page.keyboard.type("Testo")
        page.keyboard.press("Enter")
        page.evaluate(PASTE, ["text/html", table])
        shown = box(page).inner_html().replace("\u200b", "")
        text = box(page).inner_text().replace("\u200b", "").strip()

    assert shown.startswith("<div><b>Titolo</b></div><div>Testo</div>")
    assert text == "Titolo\nTesto\nNome | Sede\nAnna | Bari"
