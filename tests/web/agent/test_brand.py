"""The desk's name, colour and picture: kept by administrators, shown to everybody."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sportello.desk.actions import configuration, desks, notices, rules, tickets
from sportello.desk.models import Desk, OutgoingMail
from sportello.desk.words import Status, Via
from tests.kit.test_pictures import jpeg, png

pytestmark = pytest.mark.django_db

SENT = {"name": "Banco Alfa", "phone": "", "colour": "#c2410c"}


def file(content, name="logo.png", kind="image/png"):
    return SimpleUploadedFile(name, content, kind)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_page_is_the_administrators(enter, request, name):
    other = enter(request.getfixturevalue(name))

    assert [other.get("/brand").status_code, other.post("/brand", SENT).status_code] == [404, 404]
    assert other.get("/brand/preview?of=mail").status_code == 404
    assert not Desk.objects.filter(name="Banco Alfa").exists()


def test_brand_is_kept_and_shows_everywhere(enter, ada):
    content = png(120, 40)
    assert enter(ada).post("/brand", {**SENT, "logo": file(content)}).status_code == 302
    desk = Desk.objects.get()
    stranger = Client(headers={"accept-language": "en"})

    sign_in = stranger.get("/sign-in").content.decode()
    picture = stranger.get(f"/brand/logo/{desk.logo}")
    style = stranger.get("/brand/colour/c2410c.css")

    assert (desk.name, desk.colour, desk.logo_type) == ("Banco Alfa", "#c2410c", "image/png")
    assert f'src="/brand/logo/{desk.logo}"' in sign_in
    assert "/brand/colour/c2410c.css" in sign_in
    assert (picture.content, picture["Content-Type"]) == (content, "image/png")
    assert "immutable" in picture["Cache-Control"]
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert style["Content-Type"].startswith("text/css")
    assert "--color-accent: light-dark(#c0400c" in style.content.decode()


def test_logo_that_was_is_still_found_and_nothing_else_is(enter, ada, rita):
    desks.configure(actor=ada, name="Banco")
    first = desks.set_logo(png(10, 10), actor=ada).logo
    second = desks.set_logo(jpeg(20, 20), actor=ada).logo
    desks.set_logo(b"", actor=ada)
    anybody = Client()

    assert [anybody.get(f"/brand/logo/{it}").status_code for it in (first, second, "0" * 64, "x")] == [
        200,
        200,
        404,
        404,
    ]
    assert anybody.get("/brand/colour/red.css").status_code == 404


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is no PNG, JPEG or WebP picture."),
        (png(3000, 1), "At most 2000 pixels wide and high, please."),
        (png(2, 2) + bytes(300_000), "At most 256 kB, please."),
    ],
)
def test_picture_that_is_none_keeps_nothing(enter, ada, content, why):
    answer = enter(ada).post("/brand", {**SENT, "logo": file(content)})

    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    assert configuration.current().desk.name == "Sportello"


def test_colour_that_cannot_be_read_says_which_tone_is_used(enter, ada):
    answer = enter(ada).post("/brand", {**SENT, "colour": "#ffee55", "do": "look"})

    assert "By day the pages use the darker tone" in answer.content.decode()
    assert not Desk.objects.exists()
    assert enter(ada).post("/brand", {**SENT, "colour": "yellow"}).status_code == 422


@pytest.mark.parametrize("of", ["mail", "portal", "sign_in"])
def test_preview_shows_what_is_not_kept_yet(enter, ada, of):
    shown = enter(ada).get(f"/brand/preview?of={of}&colour=c2410c&name=Banco+Beta")

    assert "Banco Beta" in shown.content.decode()
    assert "c2410c" in shown.content.decode()
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]


def test_mail_shows_the_logo_with_the_name_in_its_place(ada, anna, ticket):
    logo = desks.set_logo(png(120, 40), actor=ada).logo

    tickets.answer(ticket.pk, tickets.Words("Done."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    mail = OutgoingMail.objects.filter(step="solved").get()
    assert f'/brand/logo/{logo}" alt="Sportello"' in mail.html


def test_ratio_of_the_colour_stays_on_one_line(enter, ada):
    page = enter(ada).get("/brand").content.decode()

    assert "text needs 4.5\u00a0:\u00a01." in page
    assert "4.5 : 1." not in page


def test_phone_in_a_mail_stays_on_one_line_and_elsewhere_is_as_it_was_written(enter, ada, mailbox, group, rita, anna):
    rules.save_trigger(
        {
            "title": "Call us",
            "conditions": {"all": [{"field": "update_type", "operator": "is", "value": "Change"}]},
            "actions": [{"field": "notification_user", "value": ["requester_id", "Ciao", "Chiami {{ desk.phone }}"]}],
        },
        actor=None,
    )
    enter(ada).post("/brand", {**SENT, "phone": "+39 055 0000001"})

    ticket = tickets.open_ticket(
        requester=rita, subject="Toner", words=tickets.Words("Finito."), actor=rita, via=Via.WEB, group=group
    )
    tickets.answer(ticket.pk, tickets.Words("Portato."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    notice = OutgoingMail.objects.get(step=notices.STEP)
    assert "Chiami +39\u00a0055\u00a00000001" in notice.text
    assert "+39\u00a0055\u00a00000001" in notice.html
    assert Desk.objects.get().phone == "+39 055 0000001"
