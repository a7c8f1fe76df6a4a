"""The pages of a person and of an organization: everything about them, and every change."""

import pytest
from django.urls import reverse

from sportello.desk.actions import configuration, merging_organizations, merging_people, organizations, people, tickets
from sportello.desk.models import CustomField, RuleChange, SatisfactionRating
from sportello.desk.words import Score, Status, Via
from sportello.kit import clock

pytestmark = pytest.mark.django_db

PERSON = 17  # queries
ORGANIZATION = 20
COMPARISON = 16


@pytest.fixture
def kept(monkeypatch):
    """The configuration is read once, however slow the machine."""
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 60.0)


@pytest.fixture
def field(db):
    return CustomField.objects.create(
        of="user", kind="text", key="notes", title="Room", created_at=clock.now(), updated_at=clock.now()
    )


@pytest.fixture
def voted(ticket, rita, anna):
    tickets.answer(ticket.pk, tickets.Words("Ecco."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    return SatisfactionRating.objects.create(
        ticket=ticket,
        requester=rita,
        assignee=anna,
        score=Score.BAD,
        comment="Tardi.",
        offered_at=clock.now(),
        rated_at=clock.now(),
        expires_at=clock.now(),
        updated_at=clock.now(),
    )


def again(rita, mailbox, count=1):
    for number in range(count):
        words = tickets.Words("Non va.")
        tickets.open_ticket(requester=rita, subject=f"N. {number}", words=words, actor=rita, via=Via.WEB)


def details(client, page, **changed):
    """What the form would send as it is shown, with these changes."""
    form = client.get(f"{page}?edit=1").context["form"]
    sent = {it.name: it.value() for it in form if it.value() not in (None, False)}
    return client.post(f"{page}/details", {**sent, **changed})


def test_person_shows_everything_about_him(enter, anna, rita, voted, mailbox, otto):
    people.mark_undeliverable("rita@rossi.example", "5.1.1 unknown user")
    people.save(rita.pk, {"notes": "Calls at night.", "tags": ["vip"], "phone": "055 123"}, actor=anna)
    again(rita, mailbox)

    response = enter(anna).get(f"/people/{rita.pk}")

    shown = response.context
    assert [it.subject for it in shown["tickets"].page.rows] == [
        "N. 0",
        "La stampante non stampa",
    ]
    assert (shown["counts"].all, shown["counts"].open, shown["voted"]["n"], shown["voted"]["good"]) == (2, 1, 1, 0)
    content = response.content.decode()
    for words in ("Calls at night.", "vip", "055 123", "5.1.1 unknown user", "Tardi.", "Rossi Hotels", "rita<wbr>@"):
        assert words in content
    assert shown["changes"][0].sentences == ["Phone: – → 055 123", "Notes: – → Calls at night.", "Tags: +vip"]


def test_person_with_one_and_with_three_tickets_asks_as_many_queries(
    enter, anna, rita, ticket, mailbox, kept, django_assert_num_queries
):
    agent = enter(anna)
    agent.get(f"/people/{rita.pk}")
    with django_assert_num_queries(PERSON):
        agent.get(f"/people/{rita.pk}")
    again(rita, mailbox, 2)
    agent.get(f"/people/{rita.pk}")

    with django_assert_num_queries(PERSON):
        agent.get(f"/people/{rita.pk}")


def test_organization_with_one_and_with_three_people_asks_as_many_queries(
    enter, anna, organization, rita, ticket, otto, mailbox, kept, django_assert_num_queries
):
    agent, page = enter(anna), f"/organizations/{organization.pk}"
    agent.get(page)
    with django_assert_num_queries(ORGANIZATION):
        agent.get(page)
    people.add("Nina", "nina@rossi.example")
    again(otto, mailbox, 2)
    agent.get(page)

    with django_assert_num_queries(ORGANIZATION):
        agent.get(page)


def test_details_are_kept_as_written(enter, anna, rita, organization, field):
    agent, page = enter(anna), f"/people/{rita.pk}"

    response = details(
        agent, page, name="Rita  Bianchi", organization="rossi HOTELS", **{"requester.custom_fields.notes": "12"}
    )

    rita.refresh_from_db()
    assert (response.status_code, rita.name, rita.organization) == (302, "Rita Bianchi", organization)
    assert agent.get(page).context["own"].facts() == [("Room", "12")]
    assert agent.get(page).context["changes"][0].sentences == ["Room: – → 12"]


def test_details_saved_as_they_are_shown_change_nothing(enter, anna, rita, organization, field):
    agent = enter(anna)
    people.save(rita.pk, {"tags": ["b", "a"], "surveys": False, "notes": "Two\nlines"}, actor=anna)
    before = RuleChange.objects.count()

    assert details(agent, f"/people/{rita.pk}").status_code == 302
    assert details(agent, f"/organizations/{organization.pk}").status_code == 302

    assert RuleChange.objects.count() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("organization", "Nowhere"),
        ("time_zone", "Mars/Olympus"),
        ("phone", "call me"),
        ("name", " "),
        ("language", "xx"),
    ],
)
def test_details_when_wrong_are_refused_beside_their_field_and_kept_to_be_mended(enter, anna, rita, name, value):
    response = details(enter(anna), f"/people/{rita.pk}", **{name: value, "notes": "Typed."})

    rita.refresh_from_db()
    assert (response.status_code, list(response.context["form"].errors), rita.notes) == (422, [name], "")
    assert response.context["form"]["notes"].value() == "Typed."


def test_who_works_here_is_changed_by_administrators_alone(enter, ada, anna, ben):
    """Whoever gave himself a colleague's address could sign in as him."""
    agent, page = enter(anna), f"/people/{ada.pk}"
    own = ada.identities.get()
    posts = [
        agent.post(f"{page}/addresses", {"address": "mine@evil.example"}),
        agent.post(f"{page}/addresses/{own.pk}/removal"),
        agent.post(f"{page}/addresses/{own.pk}/primary"),
        details(agent, page, name="Nobody"),
        agent.post(f"{page}/merge", {"into": anna.pk}),
    ]
    ada.refresh_from_db()
    assert [it.status_code for it in posts] == [422, 302, 302, 422, 422]
    assert (ada.name, [it.address for it in ada.identities.all()]) == ("Ada Admin", ["ada@desk.example"])
    assert "addresses" not in agent.get(page).content.decode()

    enter(ada).post(f"/people/{ben.pk}/addresses", {"address": "ben@home.example"})

    assert ben.identities.count() == 2


def test_role_is_nothing_that_these_pages_change(enter, ada, rita):
    details(enter(ada), f"/people/{rita.pk}", role="admin", is_admin="1", email="x@evil.example")

    rita.refresh_from_db()
    assert (rita.role, rita.email) == ("end-user", "rita@rossi.example")


def test_addresses_are_added_put_first_and_removed(enter, anna, rita):
    agent, page = enter(anna), f"/people/{rita.pk}"

    agent.post(f"{page}/addresses", {"address": "Rita@Home.example"})
    new = rita.identities.get(address="rita@home.example")
    agent.post(f"{page}/addresses/{new.pk}/primary")
    agent.post(f"{page}/addresses/{rita.identities.get(primary=False).pk}/removal")

    rita.refresh_from_db()
    assert (rita.email, [it.address for it in rita.identities.all()]) == ("rita@home.example", ["rita@home.example"])
    refused = agent.post(f"{page}/addresses", {"address": "anna@desk.example"})
    assert refused.status_code == 422
    assert 'name="address" value="anna@desk.example"' in refused.text
    assert refused.context["refused"] == ("anna@desk.example", "Somebody has this address already.")


def test_merge_shows_what_comes_together_and_then_does_it(enter, anna, rita, otto, ticket):
    agent = enter(anna)
    assert [it.name for it in agent.get(f"/people/{otto.pk}/merge", {"q": "rita"}).context["found"]] == ["Rita Rossi"]
    preview = agent.get(f"/people/{otto.pk}/merge", {"into": rita.pk})
    assert [it.counts.all for it in preview.context["sides"]] == [0, 1]
    otto.refresh_from_db()
    assert otto.active

    response = agent.post(f"/people/{otto.pk}/merge", {"into": rita.pk})

    otto.refresh_from_db()
    assert (response["Location"], otto.merged_into) == (f"/people/{rita.pk}", rita)
    assert "turned out to be" in agent.get(f"/people/{otto.pk}").content.decode()
    agent.post(f"/people/{otto.pk}/parting")
    otto.refresh_from_db()
    assert (otto.active, otto.merged_into) == (True, None)


def test_merge_when_it_cannot_be_says_why(enter, anna, ben, rita):
    agent = enter(anna)

    assert agent.get(f"/people/{rita.pk}/merge", {"into": rita.pk}).status_code == 422
    assert agent.post(f"/people/{rita.pk}/merge", {"into": ben.pk}).status_code == 422
    assert agent.get(f"/people/{rita.pk}/merge", {"into": "77"}).status_code == 404


@pytest.fixture
def double(organization):
    return organizations.add_organization("Rossi Hotels S.r.l.", domains=("rossi-hotels.example",))


def test_merge_of_organizations_shows_what_comes_together_and_then_does_it(enter, anna, organization, double, voted):
    agent, page = enter(anna), f"/organizations/{organization.pk}"
    assert agent.get(page).context["likely"] == [double]
    choice = agent.get(f"{page}/merge", {"q": "rossi-hotels"})
    assert choice.context["found"] == [double]
    assert agent.get(f"{page}/merge", {"q": "nowhere"}).context["found"] == []
    preview = agent.get(f"/organizations/{double.pk}/merge", {"into": organization.pk})
    assert [(it.members, it.counts.all, it.votes) for it in preview.context["sides"]] == [(0, 0, 0), (1, 1, 1)]
    assert "see each other" in preview.content.decode()
    double.refresh_from_db()
    assert double.merged_into is None

    first, second = (agent.post(f"/organizations/{double.pk}/merge", {"into": organization.pk}) for _time in range(2))

    double.refresh_from_db()
    assert double.merged_into == organization
    assert [it["Location"] for it in (first, second)] == [page, page]
    assert agent.get(f"/organizations/{double.pk}")["Location"] == page
    shown = agent.get(page)
    assert "Rossi Hotels S.r.l. turned out to be the same organization" in shown.context["changes"][0].sentences
    assert "Part them again" in shown.content.decode()


def test_organizations_that_were_merged_are_parted_again(enter, anna, organization, double):
    agent, page = enter(anna), f"/organizations/{double.pk}"
    merging_organizations.merge_organizations(double.pk, organization.pk, actor=anna)
    assert details_of_merged(agent, page).status_code == 422

    agent.post(f"{page}/parting")
    agent.post(f"{page}/parting")

    double.refresh_from_db()
    assert (double.merged_into, agent.get(page).status_code) == (None, 200)
    told = [it for change in agent.get(page).context["changes"] for it in change.sentences]
    assert told == ["Parted again from Rossi Hotels", "Merged into Rossi Hotels", "Added"]


def details_of_merged(agent, page):
    """Somebody had the form open when it was merged."""
    return agent.post(f"{page}/details", {"name": "Anew", "domains": ""})


def test_merge_of_organizations_when_it_cannot_be_says_why(enter, anna, organization, double):
    agent, page = enter(anna), f"/organizations/{organization.pk}/merge"
    merging_organizations.merge_organizations(double.pk, organization.pk, actor=anna)

    itself, merged = agent.get(page, {"into": organization.pk}), agent.post(page, {"into": double.pk})

    assert [it.status_code for it in (itself, merged)] == [422, 422]
    assert "this is the same organization" in itself.content.decode()
    assert "has been merged into another one" in merged.content.decode()
    assert agent.get(page, {"into": "77"}).status_code == 404


def test_merge_of_organizations_is_for_whoever_changes_them(enter, anna, rita, role_of, organization, double):
    page = f"/organizations/{double.pk}"
    agent = enter(role_of(anna))
    assert "/merge" not in agent.get(page).content.decode()

    answers = [
        agent.get(f"{page}/merge"),
        agent.post(f"{page}/merge", {"into": organization.pk}),
        agent.post(f"{page}/parting"),
        agent.get("/organizations/77/merge"),
        enter(rita).post(f"{page}/merge", {"into": organization.pk}),
    ]

    double.refresh_from_db()
    assert ([it.status_code for it in answers], double.merged_into) == ([404] * 5, None)


def test_comparison_of_organizations_with_one_and_with_three_people_asks_as_many_queries(
    enter, anna, organization, double, rita, ticket, kept, django_assert_num_queries
):
    agent, page = enter(anna), f"/organizations/{double.pk}/merge?into={organization.pk}"
    agent.get(page)
    with django_assert_num_queries(COMPARISON):
        agent.get(page)
    for number in range(2):
        people.add(f"N{number}", f"n{number}@rossi.example")
    agent.get(page)

    with django_assert_num_queries(COMPARISON):
        agent.get(page)


def test_person_is_put_into_the_organization_that_the_one_named_turned_out_to_be(
    enter, anna, sam, organization, double
):
    merging_organizations.merge_organizations(double.pk, organization.pk, actor=anna)

    details(enter(anna), f"/people/{sam.pk}", organization="Rossi Hotels S.r.l.")

    sam.refresh_from_db()
    assert sam.organization == organization


def test_tickets_that_the_agent_does_not_see_are_not_on_these_pages(enter, ben, rita, voted, organization):
    agent = enter(ben)

    for page in (f"/people/{rita.pk}", f"/organizations/{organization.pk}"):
        shown = agent.get(page).context
        assert (shown["tickets"].page.rows, shown["votes"], shown["counts"].all) == ([], [], 0)


def test_organization_shows_its_people_and_is_changed(enter, anna, group, organization, rita, otto, voted):
    agent, page = enter(anna), f"/organizations/{organization.pk}"
    shown = agent.get(page).context
    assert [it.name for it in shown["members"]] == ["Otto Rossi", "Rita Rossi"]
    assert (shown["voted"]["n"], shown["domains"], shown["counts"].all) == (1, ["rossi.example"], 1)

    response = details(agent, page, domains="rossi.example new.example", group=group.pk, tags="vip")

    organization.refresh_from_db()
    assert (response.status_code, organization.group) == (302, group)
    sentences = agent.get(page).context["changes"][0].sentences
    assert sentences == ["Group: – → Support", "Mail domains: +new.example", "Tags: +vip"]
    assert details(agent, page, domains="gmail.com").status_code == 422


def test_addresses_of_pages_are_nouns():
    assert reverse("agent:person", args=[7]) == "/people/7"
    assert reverse("agent:organization", args=[7]) == "/organizations/7"


def test_what_is_said_of_people_is_escaped(enter, anna, rita, otto):
    people.save(rita.pk, {"name": "<b>Rita</b>", "notes": "<script>1</script>", "tags": ["<i>"]}, actor=anna)
    merging_people.merge_people(otto.pk, rita.pk, actor=anna)

    content = enter(anna).get(f"/people/{rita.pk}").content.decode()

    assert not any(it in content for it in ("<b>Rita", "<script>1", "<i>"))


def test_details_are_changed_in_a_form_that_is_asked_for(enter, anna, ben, rita):
    page = f"/people/{rita.pk}"

    assert enter(anna).get(page).context["form"] is None
    assert b'name="phone"' in enter(anna).get(f"{page}?edit=1").content
