"""How the queue shows any view: its columns, groups and order, and its place beside every page."""

from datetime import timedelta

import pytest

from sportello.desk.actions import people, tickets, views
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import View
from sportello.desk.rules import views as rules
from sportello.desk.words import Priority, Via
from sportello.kit import clock

UNSOLVED = {"all": [{"field": "status", "operator": "less_than", "value": "solved"}], "any": []}


def keep(title="Ours", **said):
    made = views.save({"title": title, "conditions": UNSOLVED, **said}, actor=None)
    return f"/tickets/views/{made.pk}"


@pytest.fixture
def three(mailbox, group, rita, anna):
    """Three tickets, an hour apart, of which the first is Anna's and urgent."""
    found = []
    for number in range(3):
        with clock.at(clock.now() - timedelta(hours=3 - number)):
            found.append(
                tickets.open_ticket(
                    requester=rita,
                    subject=f"Request {number}",
                    words=Words("Please help."),
                    actor=rita,
                    via=Via.WEB,
                    group=group,
                    tags=("printer",),
                )
            )
    tickets.assign(found[0].pk, anna, actor=anna, via=Via.WEB)
    tickets.update(found[0].pk, Change(priority=Priority.URGENT), actor=anna, via=Via.WEB)
    return found


def groups(response):
    return [(group.label, [row.subject for row in group.rows]) for group in response.context["list"].table.groups]


def heads(response):
    return {column.name: column for column in response.context["list"].table.columns}


def test_queue_shows_the_columns_of_the_view_in_their_order(enter, anna, three):
    page = enter(anna).get(
        keep(columns=["requester", "subject", "organization", "group", "channel", "tags", "created"])
    )

    html = page.content.decode()
    assert list(heads(page)) == ["requester", "subject", "organization", "group", "channel", "tags", "created"]
    assert html.count(">Rossi Hotels</td>") == html.count(">Support</td>") == html.count(">web</td>") == 3
    assert html.count('<span class="tag">printer</span>') == 3


@pytest.mark.parametrize("name", rules.COLUMNS)
def test_queue_shows_every_column_there_is(enter, anna, three, name):
    page = enter(anna).get(keep(columns=["subject", name]))

    assert page.status_code == 200
    assert page.content.decode().count("<td ") == 3 * (3 if name == "subject" else 4)


@pytest.mark.parametrize("name", rules.GROUPS)
def test_queue_names_every_kind_of_group(enter, anna, three, name):
    page = enter(anna).get(keep(group_by=name))

    assert [label for label, _rows in groups(page) if not label] == []
    assert sum(len(rows) for _label, rows in groups(page)) == 3


def test_queue_grouped_counts_each_group_of_the_page(enter, anna, three):
    page = enter(anna).get(keep(group_by="assignee", sort_by="created_at", sort_descending=False))

    assert groups(page) == [("Anna Conti", ["Request 0"]), ("Nobody's", ["Request 1", "Request 2"])]
    assert [group.count for group in page.context["list"].table.groups] == [1, 2]
    assert 'Nobody&#x27;s <span class="tickets__count">2</span>' in page.content.decode()


def test_queue_says_how_many_tickets_there_are(enter, anna, three):
    page = enter(anna).get(keep())

    assert page.context["nav"]["count"] == "3"
    assert '<span class="page-head__count">3' in page.content.decode()


def test_column_clicked_sorts_for_this_look_only(enter, anna, three):
    address = keep(columns=["subject", "created", "updated"], sort_by="updated_at")
    agent = enter(anna)

    written = agent.get(address)
    sorted_once = agent.get(address + heads(written)["created"].sort_url)
    sorted_twice = agent.get(address + heads(sorted_once)["created"].sort_url)

    assert heads(written)["updated"].direction == "descending"
    assert heads(written)["subject"].sort_url == ""
    assert (heads(sorted_once)["created"].direction, heads(sorted_twice)["created"].direction) == (
        "descending",
        "ascending",
    )
    assert groups(sorted_once) == [(None, ["Request 2", "Request 1", "Request 0"])]
    assert groups(sorted_twice) == [(None, ["Request 0", "Request 1", "Request 2"])]
    assert "for this look only" in sorted_once.content.decode()
    assert View.objects.get().sort_by == "updated_at"


@pytest.mark.parametrize("address", ["?sort_by=nonsense", "?sort_by=created_at&sort_order=nonsense"])
def test_queue_with_a_mangled_order_is_shown(enter, anna, three, address):
    assert enter(anna).get(keep() + address).status_code == 200


def test_queue_too_large_to_group_says_so(enter, anna, three, monkeypatch):
    monkeypatch.setattr("sportello.web.agent.lists.SORTED_AT_MOST", 2)

    page = enter(anna).get(keep(group_by="status"))

    assert [label for label, _rows in groups(page)] == [None]
    assert "too many tickets here to group" in page.content.decode()


def test_queue_without_tickets_says_so(enter, anna):
    assert "No ticket is like this just now" in enter(anna).get(keep()).content.decode()


def test_queue_of_a_desk_without_views_leads_to_a_new_one(enter, anna):
    View.objects.all().delete()

    page = enter(anna).get("/tickets").content.decode()

    assert "No view yet" in page
    assert 'href="/tickets/views/new"' in page


def test_queue_shows_tags_and_priority_beside_the_subject_where_they_have_no_column(enter, anna, three):
    agent = enter(anna)

    without = agent.get(keep(columns=["subject"])).content.decode()
    within = agent.get(keep(columns=["subject", "tags", "priority"])).content.decode()

    assert (without.count("ticket-row__marks"), within.count("ticket-row__marks")) == (3, 0)
    assert without.count("priority--urgent") == within.count("priority--urgent") == 1


def test_views_beside_every_page_stand_by_reach(enter, ada, anna, group):
    keep("Shared")
    keep("Group's", group_id=group.pk)
    keep("Own", owner_id=anna.pk)

    nav = enter(anna).get("/reports/month").context["nav"]

    assert [(it["title"], [link.label for link in it["links"]]) for it in nav["groups"][:4]] == [
        ("", ["Shared"]),
        ("Views of my groups", ["Group's"]),
        ("My views", ["Own"]),
        ("", ["All views"]),
    ]
    assert [link.label for link in enter(ada).get("/reports/month").context["nav"]["views"]] == ["Shared", "All views"]


def test_views_beyond_the_twelfth_stand_behind_all_views(enter, anna):
    addresses = [keep(f"View {number}") for number in range(14)]
    agent = enter(anna)

    beside = [link.label for link in agent.get("/reports/month").context["nav"]["views"]]
    looking = [link.label for link in agent.get(addresses[13]).context["nav"]["views"]]

    assert beside == [*(f"View {number}" for number in range(12)), "All views"]
    assert looking == [*(f"View {number}" for number in range(12)), "View 13", "All views"]


@pytest.mark.parametrize(
    ("name", "offered"), [("ada", ["Change this view", "Write one like it"]), ("anna", ["Make it mine"])]
)
def test_queue_offers_what_one_may_do_to_the_view(enter, request, three, name, offered):
    page = enter(request.getfixturevalue(name)).get(keep()).content.decode()

    assert [it for it in ("Change this view", "Write one like it", "Make it mine") if it in page] == offered


def test_view_of_somebody_else_is_not_there(enter, ben, rita, anna, group):
    own, of_group = keep("Own", owner_id=anna.pk), keep("Group's", group_id=group.pk)
    off = keep("Off", active=False)

    assert [enter(ben).get(address).status_code for address in (own, of_group, off)] == [404, 404, 404]
    assert enter(rita).get(keep("Shared")).status_code == 404


def test_view_shows_each_agent_what_he_may_see(enter, anna, ben, three):
    address = keep()

    assert len(groups(enter(anna).get(address))[0][1]) == 3
    assert "Request" not in enter(ben).get(address).content.decode()


def test_view_with_markup_in_its_names_shows_it_as_text(enter, anna, mailbox, group):
    evil = people.add("<b>Eve</b>", "eve@rossi.example")
    tickets.open_ticket(
        requester=evil, subject="<i>x</i>", words=Words("<u>y</u>"), actor=evil, via=Via.WEB, group=group, tags=("<s>",)
    )

    page = enter(anna).get(keep("<h2>Title</h2>", columns=["subject", "requester", "tags"])).content.decode()

    assert [it for it in ("<b>Eve", "<i>x", "<u>y", "<s>", "<h2>Title") if it in page] == []


@pytest.mark.parametrize("options", [{"columns": ["subject", "tags", "group"]}, {"group_by": "status"}])
def test_view_of_one_and_of_three_tickets_asks_as_many_queries(enter, anna, three, options, django_assert_num_queries):
    address, agent = keep(**options), enter(anna)
    agent.get(address)
    with django_assert_num_queries(8):
        agent.get(address)
    for ticket in three[1:]:
        ticket.delete()
    agent.get(address)

    with django_assert_num_queries(8):
        agent.get(address)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"sort_by": "created_at"}, "created"),
        ({"sort_by": "updated_at"}, "updated"),
        ({"sort_by": "priority"}, "updated"),
    ],
)
def test_phone_shows_the_time_that_sorts_or_the_first(enter, anna, three, options, name):
    page = enter(anna).get(keep(columns=["subject", "updated", "created"], **options))

    assert [it.name for it in page.context["list"].table.columns if it.look.endswith("--by")] == [name]
