"""Lists of customers and organizations: found as one types, page by page, as CSV."""

import pytest

from sportello.desk.actions import configuration, indexing, jobs, organizations, people, tickets
from sportello.desk.models import CustomRole, Job, Organization, User
from sportello.desk.words import Via
from sportello.kit import clock, csv_files

pytestmark = pytest.mark.django_db

PEOPLE = 7  # queries
ORGANIZATIONS = 9


@pytest.fixture
def kept(monkeypatch):
    """The configuration is read once, however slow the machine."""
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 60.0)


@pytest.fixture
def nicolo(db):
    return people.add("Nicolò D'Àngelo", "nico@home.example", phone="+39 055 7654321", language="en")


@pytest.fixture
def cannot(db, ben):
    """Ben, whose role lets him look at people and change nothing."""
    ben.custom_role = CustomRole.objects.create(
        name="Reader", permissions=["answer"], created_at=clock.now(), updated_at=clock.now()
    )
    ben.save(update_fields=["custom_role"])
    return ben


def names(response):
    return [getattr(it, "row", it).name for it in response.context["rows"]]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("nicolo", ["Nicolò D'Àngelo"]),
        ("NICOLÒ", ["Nicolò D'Àngelo"]),
        ("d'angelo nic", ["Nicolò D'Àngelo"]),
        ("nico@", ["Nicolò D'Àngelo"]),
        ("7654", ["Nicolò D'Àngelo"]),
        ("rossi", ["Otto Rossi", "Rita Rossi"]),
        ("hotels rita", ["Rita Rossi"]),
        ("ross%", []),
        ("_", []),
        ("o'", []),
        ("anna", []),
    ],
)
def test_people_are_found_by_what_one_types(enter, anna, rita, otto, sam, nicolo, typed, found):
    assert names(enter(anna).get("/people", {"q": typed})) == found


def test_people_are_those_of_a_tag_a_language_or_an_organization(enter, anna, rita, otto, sam, organization):
    people.save(rita.pk, {"tags": ["vip"]}, actor=anna)
    agent = enter(anna)

    assert names(agent.get("/people", {"tag": "VIP"})) == ["Rita Rossi"]
    assert names(agent.get("/people", {"language": "en"})) == ["Otto Rossi", "Sam Stranger"]
    assert names(agent.get("/people", {"organization": organization.pk})) == ["Otto Rossi", "Rita Rossi"]
    assert names(agent.get("/people", {"organization": "9" * 40})) == ["Otto Rossi", "Rita Rossi", "Sam Stranger"]


def test_people_by_pages_come_once_each_forth_and_back(enter, anna, monkeypatch):
    monkeypatch.setattr("sportello.web.agent.name_pages.SIZE", 2)
    made = [people.add(name) for name in ("Bea", "Bea", "Ada", "Zoe", "Ciro")]
    agent, seen, url = enter(anna), [], "/people"
    while url:
        response = agent.get(url)
        seen.append([it.url for it in response.context["rows"]])
        url = response.context["page"].older_url and f"/people{response.context['page'].older_url}"

    assert [url for urls in seen for url in urls] == [f"/people/{made[place].pk}" for place in (2, 0, 1, 4, 3)]
    back = agent.get(f"/people{response.context['page'].newer_url}")
    assert [it.url for it in back.context["rows"]] == seen[1]
    assert agent.get("/people?after=x").status_code == agent.get("/people?before=99999999999999999999").status_code


def test_people_with_one_and_with_three_ask_as_many_queries(
    enter, anna, rita, request, kept, django_assert_num_queries
):
    agent = enter(anna)
    agent.get("/people")
    with django_assert_num_queries(PEOPLE):
        agent.get("/people")
    for name in ("otto", "sam"):
        request.getfixturevalue(name)
    agent.get("/people")

    with django_assert_num_queries(PEOPLE):
        agent.get("/people")


def test_organizations_with_one_and_with_three_ask_as_many_queries(enter, anna, rita, kept, django_assert_num_queries):
    agent = enter(anna)
    agent.get("/organizations")
    with django_assert_num_queries(ORGANIZATIONS):
        agent.get("/organizations")
    for name in ("Alfa", "Beta"):
        organizations.save({"name": name, "domains": [f"{name}.example"], "tags": ["x"]}, actor=anna)
    agent.get("/organizations")

    with django_assert_num_queries(ORGANIZATIONS):
        agent.get("/organizations")


def test_organizations_are_found_by_name_and_domain_and_say_what_they_have(enter, anna, ticket, rita, otto):
    organizations.save({"name": "Società Àlfa", "tags": ["vip"]}, actor=anna)
    agent = enter(anna)

    assert names(agent.get("/organizations", {"q": "societa alfa"})) == ["Società Àlfa"]
    assert names(agent.get("/organizations", {"q": "rossi.ex"})) == ["Rossi Hotels"]
    assert names(agent.get("/organizations", {"tag": "vip"})) == ["Società Àlfa"]
    rossi = agent.get("/organizations", {"q": "hotels"}).context["rows"][0]
    assert (rossi.people, rossi.count, rossi.domains) == (2, 1, ["rossi.example"])


def test_open_tickets_are_counted_as_far_as_the_agent_sees_them(enter, ben, anna, ticket, rita):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)

    assert enter(anna).get("/people").context["rows"][0].count == 1
    assert enter(ben).get("/people").context["rows"][0].count == 0


def test_export_is_what_was_found_and_no_formula(enter, anna, rita, nicolo):
    people.save(nicolo.pk, {"notes": '=HYPERLINK("http://evil.example")', "tags": ["vip new"]}, actor=anna)

    response = enter(anna).get("/people/export", {"q": "nicolo"})

    table = csv_files.read(response.content)
    assert table.rows[0][1][:6] == ("Nicolò D'Àngelo", "nico@home.example", "+39 055 7654321", "en", "", "new vip")
    raw = enter(anna).get("/people/export").content.decode()
    assert "'=HYPERLINK" in raw
    assert raw.count("\n") == 3


def test_new_person_and_organization_lead_to_their_pages(enter, anna, organization):
    agent = enter(anna)

    made = agent.post("/people/new", {"name": "Nina", "address": "nina@rossi.example", "phone": ""})
    company = agent.post("/organizations/new", {"name": "Alfa", "domains": "alfa.example, beta.example"})

    nina = User.objects.get(name="Nina")
    assert (made["Location"], nina.organization) == (f"/people/{nina.pk}", organization)
    assert company["Location"] == f"/organizations/{Organization.objects.get(name='Alfa').pk}"
    assert agent.post("/people/new", {"name": "Nino", "address": "nina@rossi.example"}).status_code == 422
    assert agent.post("/organizations/new", {"name": "Alfa"}).status_code == 422


def test_lists_lead_to_what_is_new_from_their_head(enter, anna):
    agent = enter(anna)

    for several, new in (("/people", "/people/new"), ("/organizations", "/organizations/new")):
        head = agent.get(several).text.split("finder")[0]
        assert f'class="button button--primary" href="{new}"' in head
        assert agent.get(new).status_code == 200


def test_domains_of_an_organization_tell_who_comes_in_and_then_he_does(enter, anna, organization, monkeypatch):
    nina, gino = (people.add(name, f"{name}@{name}.example") for name in ("nina", "gino"))
    agent = enter(anna)

    def told(domains, key=""):
        return agent.get("/organizations/newcomers", {"domains": domains, "organization": key}).text

    assert told("nina.example, gino.example") == "2 people with its domains, who belong nowhere yet, come in."
    assert told("nina.example gmail.com nonsense rossi.example", organization.pk).startswith(
        "1 person with its domains"
    )
    assert [told(it) for it in ("", "rossi.example", "@")] == [""] * 3

    made = agent.post("/organizations/new", {"name": "Alfa", "domains": "nina.example"}, follow=True)
    assert "1 person with its domains came in." in made.text
    monkeypatch.setattr(jobs, "press_on", lambda job, seconds: job)  # They are many.
    sent = agent.post(
        f"/organizations/{organization.pk}/details", {"name": "Rossi", "domains": "rossi.example gino.example"}
    )

    assert sent["Location"] == f"/jobs/{Job.objects.latest('id').pk}"
    assert "People taken into the organization" in agent.get(sent["Location"]).text
    jobs.step()
    for person in (nina, gino):
        person.refresh_from_db()
    assert (nina.organization.name, gino.organization) == ("Alfa", organization)


def test_who_may_not_change_people_reads_them_and_no_more(enter, cannot, rita, organization):
    agent = enter(cannot)
    assert "/people/new" not in agent.get("/people").text
    assert agent.get("/organizations/newcomers", {"domains": "a.example"}).status_code == 404

    assert [agent.get(path).status_code for path in ("/people", f"/people/{rita.pk}", "/organizations")] == [200] * 3
    assert agent.get("/people/export").status_code == agent.get("/organizations/export").status_code == 404
    for path in ("/people/new", "/organizations/new", f"/people/{rita.pk}/details", f"/people/{rita.pk}/addresses"):
        assert agent.post(path, {"name": "X", "address": "x@y.example"}).status_code == 404
    assert User.objects.filter(name="X").count() == 0


def test_customers_find_no_such_pages(enter, rita, sam, organization):
    customer = enter(rita)

    paths = ("/people", f"/people/{sam.pk}", "/people/export", "/organizations", f"/organizations/{organization.pk}")
    assert [customer.get(path).status_code for path in paths] == [404] * 5


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ross rit", ["Rita Rossi"]),
        ("rossi", ["Otto Rossi", "Rita Rossi"]),
        ("nicolo", ["Nicolò D'Àngelo"]),
        ("zz", []),
    ],
)
def test_people_whom_the_index_knows_are_found_by_it(enter, anna, rita, otto, nicolo, frozen_clock, typed, found):
    frozen_clock.shift(60)
    while indexing.step():
        pass

    assert names(enter(anna).get("/people", {"q": typed})) == found
