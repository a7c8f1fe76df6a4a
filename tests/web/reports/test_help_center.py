"""The board of the help center: what customers read, which has no ticket behind it and no filter of tickets."""

import json
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.utils.html import strip_tags

from sportello.helpcenter.models import Article, Translation
from sportello.kit import clock
from sportello.reports.boards import BOARDS
from sportello.reports.folding import sync
from tests.reports.readings import add_article, read

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PATH = "/reports/help_center?period=own&first=2026-11-01&last=2026-11-30"
KEYS = BOARDS["help_center"].tiles


@pytest.fixture
def articles(ada):
    """One that makes a request needless, and one that does not."""
    printer, vpn = add_article(ada, "Stampante ferma", "Printer at a standstill"), add_article(ada, "Usare la VPN")
    read(printer, "shown", "opened", "helped", "avoided", visit="one", at=NOVEMBER)
    read(vpn, "shown", "opened", "not_helped", visit="one", at=NOVEMBER)
    read(vpn, "shown", visit="other", at=NOVEMBER, language="en")
    sync.rebuild()
    return printer, vpn


def test_board_of_the_help_center_says_what_was_read(articles, enter, ada):
    answered = enter(ada).get(PATH)

    assert answered.status_code == 200
    tiles = dict(zip(KEYS, answered.context["tiles"], strict=True))
    assert {key: tile.value for key, tile in tiles.items()} == {
        "num_articles_shown": "3",
        "num_articles_opened": "2",
        "num_requests_with_articles": "2",
        "num_tickets_avoided": "1",
        "tickets_avoided_percentage": "50.0\N{NO-BREAK SPACE}%",
        "article_helpful_percentage": "50.0\N{NO-BREAK SPACE}%",
    }
    page, (printer, _vpn) = answered.content.decode(), articles
    assert "/reports/tickets?" not in page
    assert f'href="/articles/{printer.pk}"' in page


def test_board_of_the_help_center_names_each_article_as_the_reader_does(articles, enter, ada, anna):
    printer, _vpn = articles
    Article.objects.filter(pk=printer.pk).update(archived_at=clock.now())
    Translation.objects.filter(article=printer).update(published_at=None)
    client = enter(ada)

    def lines():
        return {line.name: [cell.value for cell in line.cells] for line in sheet(client.get(PATH)).lines}

    english = lines()
    ada.language = "it"
    ada.save(update_fields=["language"])

    assert english["Printer at a standstill"][:3] == ["1", "1", "1"]
    assert set(english) == {"Printer at a standstill", "Usare la VPN"}
    assert set(lines()) == {"Stampante ferma", "Usare la VPN"}


def sheet(answered):
    return next(part.lines for part in answered.context["parts"] if getattr(part, "lines", None))


def test_board_of_the_help_center_asks_the_database_as_often_however_many_articles(
    articles, enter, ada, patient, django_assert_num_queries
):
    client, shown = enter(ada), []
    client.get(PATH)
    for more in (0, 3):
        for number in range(more):
            read(add_article(ada, f"Articolo {number}"), "opened", visit="more", at=NOVEMBER)
        sync.step()
        client.get(PATH)
        with django_assert_num_queries(7):
            shown.append(len(sheet(client.get(PATH)).lines))

    assert shown == [2, 5]


def test_board_of_the_help_center_keeps_the_filters_of_the_others_and_does_not_use_them(articles, enter, ada, group):
    answered = enter(ada).get(f"{PATH}&group={group.pk}&tag=vpn&channel=pigeon")

    text = answered.content.decode()
    assert answered.status_code == 200
    assert answered.context["tiles"][0].value == "3"
    assert "do not hold here" in strip_tags(text)
    assert all(f"group={group.pk}" in tab.url for tab in answered.context["tabs"] if "period=" in tab.url)
    form = text.partition('<form class="report-bar"')[2].partition("</form>")[0]
    assert re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form) == [
        ("group", str(group.pk)),
        ("channel", "pigeon"),
        ("tag", "vpn"),
    ]


def test_board_of_the_help_center_before_anything_was_read_says_where_articles_are(enter, ada):
    sync.rebuild()

    answered = enter(ada).get(PATH)

    assert "published under “Articles”" in strip_tags(answered.content.decode())
    assert "parts" not in answered.context


def test_board_of_the_help_center_of_a_day_with_fewer_than_none_is_drawn(articles, enter, ada):
    printer, _vpn = articles
    read(printer, "written", visit="one", at=NOVEMBER.replace(day=3))
    sync.step()

    answered = enter(ada).get("/reports/help_center?period=own&first=2026-11-03&last=2026-11-05&against=")

    assert answered.context["tiles"][KEYS.index("num_tickets_avoided")].value == "−1"
    assert answered.content.decode().count("−1") > 3


def test_articles_then_ranked_by_what_they_avoided_less_what_was_written_after_all(articles, enter, ada):
    _printer, vpn = articles
    for visit in ("b", "c"):
        read(vpn, "shown", "avoided", "written", visit=visit, at=NOVEMBER)
    sync.step()
    client = enter(ada)

    page = client.get(PATH).content.decode()
    lines = explored(client, m="num_tickets_avoided", by="article").context["answer"].table.lines

    ranking = page.partition('id="help-center-avoiding"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    assert ranking.index("Printer at a standstill") < ranking.index("Usare la VPN")
    assert [(*it.names, it.cells[0].text) for it in lines] == [("Printer at a standstill", "1"), ("Usare la VPN", "0")]


def test_chart_of_the_help_center_as_a_picture_is_a_png(articles, enter, ada):
    answered = enter(ada).get(f"{PATH}&format=png&chart=avoiding")

    assert answered.content.startswith(b"\x89PNG")


# --- the explorer -----------------------------------------------------------------------------------------------------


def explored(client, path="/reports/explore", **more):
    filters = more.pop("filters", None)
    pairs = {"period": "own", "from": "2026-11-01", "until": "2026-11-30", **more}
    return client.get(f"{path}?" + urlencode(pairs | ({"filters": json.dumps(filters)} if filters else {}), doseq=True))


def test_explore_by_article_says_the_titles_and_leads_to_no_ticket(articles, enter, ada):
    answered = explored(enter(ada), m=["num_articles_shown", "num_tickets_avoided"], by="article")

    lines = answered.context["answer"].table.lines
    assert [(*it.names, *(cell.text for cell in it.cells)) for it in lines] == [
        ("Usare la VPN", "2", "0"),
        ("Printer at a standstill", "1", "1"),
    ]
    assert "/reports/tickets?" not in answered.content.decode()


def test_explore_by_language_says_its_name(articles, enter, ada):
    answered = explored(enter(ada), m="num_articles_shown", by="language")

    lines = answered.context["answer"].table.lines
    assert [(*it.names, *(cell.text for cell in it.cells)) for it in lines] == [("Italian", "2"), ("English", "1")]


def test_explore_of_what_has_no_ticket_beside_what_has_is_split_by_time(articles, enter, ada):
    answered = explored(enter(ada), m=["num_new_tickets", "num_tickets_avoided"], by="month")

    (line,) = answered.context["answer"].table.lines
    assert [cell.text for cell in line.cells] == ["0", "1"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"by": "agent"}, "Split by: “Articles shown” cannot be split by “Agent”."),
        (
            {"filters": {"all": [{"field": "via_id", "operator": "is", "value": "email"}]}},
            "Filters: “Articles shown” cannot be filtered by “Channel”.",
        ),
    ],
)
def test_explore_of_what_readings_do_not_know_says_so(articles, enter, ada, more, says):
    answered = explored(enter(ada), m="num_articles_shown", **more)

    assert answered.context["faults_said"] == [says]
    assert answered.context["answer"] is None


@pytest.mark.parametrize("show", ["", "bars", "rows", "heat", "stacked", "lines", "multiples"])
def test_explore_of_fewer_than_none_is_drawn_as_far_as_it_can_be(articles, enter, ada, show):
    printer, _vpn = articles
    read(printer, "written", visit="one", at=NOVEMBER.replace(day=3))
    sync.step()

    for by in (["day"], ["article"], ["day", "article"], ["weekday", "hour"], ["article", "language"]):
        answered = explored(enter(ada), m="num_tickets_avoided", by=by, show=show)
        assert answered.context["answer"].table, (show, by)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "png", "pdf"])
def test_export_by_article_gives_a_file_of_each_kind(articles, enter, ada, kind):
    answered = explored(enter(ada), "/reports/explore/export", m="num_articles_opened", by="article", **{"as": kind})

    assert answered.status_code == 200
    if kind == "csv":
        printer, vpn = articles
        assert answered.content.decode("utf-8-sig").splitlines() == [
            "Article (number),Article,Articles opened (times)",
            f"{printer.pk},Printer at a standstill,1",
            f"{vpn.pk},Usare la VPN,1",
        ]


def test_tickets_behind_what_is_of_no_ticket_are_refused(articles, enter, ada):
    answered = enter(ada).get("/reports/tickets?m=num_tickets_avoided")

    assert answered.status_code == 400
    assert answered.context["fault"] == "No tickets are behind “Tickets avoided”."


def test_board_of_the_help_center_says_when_its_figures_are_behind(articles, enter, ada):
    printer, _vpn = articles
    read(printer, "opened", visit="late", at=NOVEMBER)

    answered = enter(ada).get(PATH)

    assert answered.context["lacks"] == NOVEMBER
