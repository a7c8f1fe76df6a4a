"""What arrives while somebody works leaves focus, selection and what he has typed as they are."""

import pytest

from sportello.desk.actions import merging, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.words import Priority, Via
from tests.web.agent.live.test_in_a_browser import address, sit_down

__all__ = ["address", "sit_down"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EDITOR = "#composer .editor__box"
TAGS = ".split__side [name=tags]"
# Of a field the range that is selected, of anything else the text.
STATE = """selector => {
  const it = document.querySelector(selector)
  const range = it.value === undefined ? getSelection().toString() : [it.selectionStart, it.selectionEnd]
  return [it === document.activeElement || it.contains(document.activeElement), range, it.value ?? it.textContent]
}"""


@pytest.fixture
def other(mailbox, group, rita):
    """A ticket of the same customer, older words than the latest on `ticket`."""
    return tickets.open_ticket(requester=rita, subject="Anche", words=Words("Anche qui."), actor=rita, via=Via.EMAIL)


def shown(page):
    """The messages from top to bottom, and whether each comes from another ticket."""
    return page.evaluate(
        "() => Array.from(document.querySelectorAll('.conversation .message'),"
        " it => [it.querySelector('.message__body').innerText.trim(), Boolean(it.querySelector('[data-origin]'))])"
    )


def begin(page, ticket, selector, text):
    """Write, and select the last word."""
    page.goto(f"/tickets/{ticket.pk}")
    page.locator(EDITOR).wait_for()
    page.locator(selector).first.focus()
    if text:
        page.keyboard.press("End")
        page.keyboard.type(text)
        page.keyboard.press("Control+Shift+ArrowLeft")


@pytest.mark.parametrize(
    ("selector", "text"), [(EDITOR, "Buongiorno Rita"), (TAGS, " stampante fax"), (".message__at", "")]
)
def test_focus_selection_and_text_stay_whatever_arrives(
    sit_down,
    usual,
    ticket,
    other,
    anna,
    ada,
    rita,
    selector,
    text,
):
    count = f".nav__link[href='{usual['unsolved']}'] .nav__count"

    with sit_down(anna) as (page,):
        begin(page, ticket, selector, text)
        before, had = page.evaluate(STATE, selector), page.locator(count).inner_text()

        tickets.hear(ticket.pk, Words("Allora?"), actor=rita, via=Via.EMAIL)
        page.locator(f"#comment-{ticket.comments.last().pk}").wait_for()
        after_comment = page.evaluate(STATE, selector)

        tickets.update(ticket.pk, Change(priority=Priority.URGENT), actor=ada, via=Via.WEB)
        page.locator(".page-head [data-fresh=status]", has_text="Urgent").wait_for()
        after_field = page.evaluate(STATE, selector)

        tickets.open_ticket(requester=rita, subject="Il fax", words=Words("Tace."), actor=rita, via=Via.EMAIL)
        page.locator(count, has_text=str(int(had) + 1)).wait_for()
        after_count = page.evaluate(STATE, selector)

        merging.merge(other.pk, ticket.pk, actor=ada, via=Via.WEB)
        page.locator(f".conversation #comment-{other.comments.last().pk}").wait_for()
        after_merge = page.evaluate(STATE, selector)

    assert before[0] is True
    assert (text == "") or (before[1] and text.strip() in before[2])
    assert [after_comment, after_field, after_count, after_merge] == [before] * 4


def test_messages_of_a_merged_ticket_come_to_their_place_and_go(sit_down, ticket, other, anna, ada, rita):
    tickets.hear(ticket.pk, Words("Allora?"), actor=rita, via=Via.EMAIL)

    with sit_down(anna) as (page,):
        page.goto(f"/tickets/{ticket.pk}")
        page.locator(EDITOR).wait_for()
        seen = page.locator("[name=seen]").input_value()
        alone = shown(page)

        merging.merge(other.pk, ticket.pk, actor=ada, via=Via.WEB)
        page.locator(".conversation [data-origin]").wait_for()
        together, said = shown(page), page.locator("sp-said [role=status]").inner_text()
        tickets.hear(ticket.pk, Words("Eccomi."), actor=rita, via=Via.EMAIL)
        page.locator(f"#comment-{ticket.comments.last().pk}").wait_for()
        live = shown(page)
        page.reload()
        page.locator(EDITOR).wait_for()
        drawn = shown(page)

        merging.unmerge(other.pk, actor=ada, via=Via.WEB)
        page.locator(".conversation [data-origin]").wait_for(state="detached")
        apart = shown(page)

    assert alone == [["Da stamattina la stampante al primo piano non stampa.", False], ["Allora?", False]]
    assert together == [
        ["Da stamattina la stampante al primo piano non stampa.", False],
        ["Anche qui.", True],
        ["Allora?", False],
    ]
    assert f"#{other.pk}" in said
    assert seen == str(ticket.comments.order_by("id")[1].pk)
    assert live == drawn == [*together, ["Eccomi.", False]]
    assert apart == [*alone, ["Eccomi.", False]]
