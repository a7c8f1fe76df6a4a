"""The main job as people do it: in browsers, over a running desk, with mails that really leave and a clock moved on."""

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.conftest import html_of, link_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GUIDE = b"1. Spegnere. 2. Attendere. 3. Riaccendere.\n"


def ask(nina, *, name: str, address: str, subject: str, picture: Path) -> int:
    """Open a request by the form. Returns its number."""
    page = nina.page
    page.goto("/")
    nina.fits()
    page.locator("[name=name]").fill(name)
    page.locator("[name=email]").fill(address)
    page.locator("[name=subject]").fill(subject)
    page.locator("[name=text]").fill("Da stamattina non stampa.\nHo già provato a spegnerla.")
    page.set_input_files("input[type=file]", picture)
    page.locator("main form button.button--primary").click()
    page.locator(".card__icon--positive").wait_for()
    nina.fits()
    return int(re.search(r"\d+", page.locator("h1").inner_text())[0])


def sign_in(agata, desk) -> None:
    agata.page.goto(desk.process.run("user", "link", "agata@desk.example"))
    agata.page.locator("main form button").click()
    agata.page.locator(".shell").wait_for()


def take_in_charge(agata, subject: str) -> None:
    """Find the unread ticket in the queue, open it, take it."""
    agata.page.goto("/tickets")
    row = agata.page.locator(".ticket-row", has_text=subject)
    assert row.locator(".dot").count() == 1
    row.locator(".ticket-row__subject").click()
    assert agata.page.locator(".message .attachment__name").inner_text() == "schermo.png"
    agata.page.locator("button[name=agent]").click()
    agata.page.locator("button[name=agent]").wait_for(state="detached")


def answer_and_solve(agata, guide: Path) -> None:
    agata.page.locator("#composer .editor__box").fill("Ecco come si riavvia.")
    agata.page.set_input_files("#composer input[type=file]", guide)
    agata.page.locator(".composer__kept-files a").wait_for()
    agata.page.locator("#composer .composer__send summary").click()
    agata.page.locator("#composer [data-way][value=solved]").click()
    agata.page.locator(".leaving").wait_for()
    agata.page.locator(".message--answer").wait_for(timeout=30_000)  # It can be taken back for ten seconds.


def fetch_the_file(nina, mail) -> bytes:
    """Open the request from the mail and download the agent's file."""
    nina.page.goto(link_in(mail, r'/r/[^"]+'))
    nina.fits()
    with nina.page.expect_download() as fetched:
        nina.page.locator(".attachment", has_text="guida.txt").click()
    return fetched.value.path().read_bytes()


def press_it_works(nina, mail) -> None:
    nina.open_mail(mail)
    nina.page.locator("a[href*='/confirm/']").click()
    nina.page.locator("main form button").wait_for()
    nina.fits()
    nina.page.locator("main form button").click()
    nina.page.locator(".card__icon--positive").wait_for()
    nina.fits()


def vote_good(nina, mail, comment: str) -> None:
    nina.open_mail(mail)
    nina.page.locator("a[href*='/vote/'][href$='/good']").first.click()
    nina.page.locator("[name=comment]").fill(comment)
    assert nina.page.locator("[name=score][value=good]").is_checked()
    nina.fits()
    nina.page.locator("main form button").click()
    nina.page.locator(".banner--positive").wait_for()
    nina.fits()


def line_of_the_month(agata, desk, name: str) -> str:
    """What the month's report says of a customer, once the facts have it."""
    month = f"{desk.clock.now().astimezone(ZoneInfo('Europe/Rome')):%Y-%m}"
    said = ""
    for _look in range(40):
        agata.page.goto(f"/reports/month?month={month}")
        rows = agata.page.locator("tr", has=agata.page.locator("th", has_text=name))
        said = rows.first.text_content() if rows.count() else ""
        if "100" in said:
            break
        agata.page.wait_for_timeout(1_000)
    return said


@pytest.mark.parametrize(
    ("language", "width", "script"),
    [("it-IT", 390, True), ("en-GB", 1440, True), ("it-IT", 390, False)],
    ids=["it-phone", "en-desktop", "it-phone-without-script"],
)
def test_request_by_form_is_taken_solved_confirmed_and_voted(desk, sit_down, tmp_path, language, width, script):
    name = f"Nina {language} {width} {'with' if script else 'without'} script"
    address = f"nina.{language}.{width}.{script}@neri.example".lower()
    subject = f"Stampante ferma, {name}"
    picture, guide = tmp_path / "schermo.png", tmp_path / "guida.txt"
    picture.write_bytes(b"\x89PNG")
    guide.write_bytes(GUIDE)

    with sit_down(language, width, script=script) as nina, sit_down("it-IT", 1440) as agata:
        number = ask(nina, name=name, address=address, subject=subject, picture=picture)
        spoken = nina.page.locator("html").get_attribute("lang")
        sign_in(agata, desk)
        take_in_charge(agata, subject)
        taken = desk.mail_to(address)
        nina.open_mail(taken)
        greeted_by_name = nina.page.locator(".sp-card").get_by_text("Agata Sala").first.is_visible()
        answer_and_solve(agata, guide)
        solved = desk.mail_to(address)
        file = fetch_the_file(nina, solved)
        press_it_works(nina, solved)
        status = desk.process.rows(f"SELECT status FROM desk_ticket WHERE id={number}")
        desk.clock.move(timedelta(hours=48))
        survey = desk.mail_to(address)
        vote_good(nina, survey, "Gentile e svelta")
        agata.page.goto(f"/tickets/{number}")
        seen_on_ticket = agata.page.get_by_text("Gentile e svelta").first.is_visible()
        line = line_of_the_month(agata, desk, name)

    assert spoken == language[:2]
    assert greeted_by_name
    assert [(part.get_filename(), part.get_content().encode()) for part in solved.iter_attachments()] == [
        ("guida.txt", GUIDE)
    ]
    assert solved["References"].split()[-1] == taken["Message-ID"]
    assert file == GUIDE
    assert status == [("closed",)]
    assert [f'<html lang="{language[:2]}"' in html_of(mail) for mail in (taken, solved, survey)] == [True] * 3
    assert survey["Auto-Submitted"] == "auto-generated"
    assert seen_on_ticket
    assert "100" in line
    assert desk.mails_to(address) == 3
