"""An empty desk: its first page sets it up, by a phone, and a request arrives at once."""

import pytest

from tests.faults.desk import DeskProcess, fetch

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def empty(tmp_path):
    desk = DeskProcess(tmp_path / "desk", MAIL_OUT=(tmp_path / "out").as_uri())
    desk.start()
    yield desk
    desk.stop()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_empty_desk_is_set_up_from_its_first_page(empty, sit_down, script):
    with sit_down("it-IT", 390, script=script) as ada, sit_down("en-GB", 390, script=script) as nina:
        page = ada.page
        press = page.locator("main form button.button--primary")
        page.goto(empty.url)
        page.locator("[name=name]").fill("Banco di Ada")
        page.locator("label", has=page.locator("[name=language][value=it]")).click()
        ada.fits()
        press.click()
        page.locator("[name=email]").fill("ada@desk.example")
        page.locator("[name=name]").fill("Ada Admin")
        page.locator("[name=password]").fill("short")
        press.click()
        page.locator("[aria-invalid=true]").wait_for()
        kept = page.locator("[name=name]").input_value()
        page.locator("[name=password]").fill("un cavallo a dondolo")
        press.click()
        page.locator("[name=imap_host]").wait_for()
        ada.fits()
        page.locator("[name=email]").fill("help@desk.example")
        press.click()
        page.locator("[name=port]").wait_for()
        ada.fits()
        page.locator("a.button--quiet").click()
        press.click()
        page.locator(".shell").wait_for()
        ada.fits()

        nina.page.goto(f"{empty.url}/requests/new")
        nina.page.locator("[name=name]").fill("Nina Neri")
        nina.page.locator("[name=email]").fill("nina@neri.example")
        nina.page.locator("[name=subject]").fill("Hello")
        nina.page.locator("[name=text]").fill("Is anybody there?")
        nina.page.locator("main form button.button--primary").click()
        nina.page.locator(".card__icon--positive").wait_for()
        page.goto(f"{empty.url}/tickets")
        page.locator(".ticket-row", has_text="Hello").wait_for()

    assert kept == "Ada Admin"
    assert empty.rows("SELECT name, language, set_up_at IS NOT NULL FROM desk_desk") == [("Banco di Ada", "it", 1)]
    assert empty.rows("SELECT address FROM desk_mailbox") == [("help@desk.example",)]
    assert empty.rows("SELECT name, role FROM desk_user ORDER BY id LIMIT 1") == [("Ada Admin", "admin")]
    assert fetch(f"{empty.url}/setup/here/desk")[0] == 404
