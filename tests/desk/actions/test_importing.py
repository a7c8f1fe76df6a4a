"""People and organizations from CSV tables: what happens is what was shown, twice the same file changes nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk.actions import field_values, importing, jobs, people
from sportello.desk.errors import Invalid
from sportello.desk.models import CustomField, Identity, Job, Organization, RuleChange, User
from sportello.desk.rules.importing import ORGANIZATIONS, PEOPLE, guess
from sportello.desk.words import JobState, Role
from sportello.kit import blobs, clock

pytestmark = pytest.mark.django_db


def imported(text, actor, *, what=PEOPLE, columns=None, overwrite=False):
    """The job of this table, done."""
    digest = blobs.store(text.encode())
    table = importing.table(digest)
    columns = columns or guess(what, table.headings, [cells for _n, cells in table.rows], importing.own_fields(what))
    job = importing.start(what, digest, columns, overwrite=overwrite, actor=actor)
    job = jobs.press_on(job, seconds=60)
    assert (job.state, job.last_error) == (JobState.DONE, "")
    return job


def counts(job):
    return {name: number for name, number in job.result.items() if name != "told"}


def test_people_that_are_new_are_added_with_all_that_the_row_says(anna, organization):
    field = CustomField.objects.create(
        of="user", kind="integer", key="room", title="Room", created_at=clock.now(), updated_at=clock.now()
    )
    text = "Nome;Cognome;Email;Tel;Lingua;Azienda;Tag;Note;room\n"
    text += "Nina;Neri;Nina@a.example n@b.example;055 123;it;Rossi hotels;vip;Di notte.;12\n"

    job = imported(text, anna)

    nina = User.objects.get(name="Nina Neri")
    assert counts(job) == {"new": 1}
    assert (nina.phone, nina.language, nina.organization, nina.notes, nina.role) == (
        "055 123",
        "it",
        organization,
        "Di notte.",
        Role.END_USER,
    )
    assert [(it.address, it.primary) for it in nina.identities.order_by("id")] == [
        ("nina@a.example", True),
        ("n@b.example", False),
    ]
    assert list(nina.tags.values_list("tag", flat=True)) == ["vip"]
    assert field_values.of_person(nina.pk) == {field.pk: 12}


def test_people_who_are_there_are_only_filled_in_unless_it_is_to_be_replaced(anna, rita):
    people.save(rita.pk, {"tags": ["old"]}, actor=anna)
    text = "name,email,phone,tags\nRita Verdi,rita@rossi.example,055 1234,new\n"

    assert counts(imported(text, anna)) == {"changed": 1}
    rita.refresh_from_db()
    assert (rita.name, rita.phone, sorted(rita.tags.values_list("tag", flat=True))) == (
        "Rita Rossi",
        "055 1234",
        ["new", "old"],
    )

    imported(text, anna, overwrite=True)

    rita.refresh_from_db()
    assert rita.name == "Rita Verdi"
    assert RuleChange.objects.filter(kind="user", rule_id=rita.pk).latest("id").author == anna


def test_name_that_was_only_the_beginning_of_the_address_is_filled_in(anna):
    nameless = people.add("", "nina@a.example")

    imported("name,email\nNina Neri,nina@a.example\n", anna)

    nameless.refresh_from_db()
    assert nameless.name == "Nina Neri"


def test_organization_that_is_not_there_is_added_once(anna):
    imported("email,company\na@a.example,Nuova\nb@a.example,NUOVA\n", anna)

    assert [it.members.count() for it in Organization.objects.filter(name="Nuova")] == [2]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Anna Falsa,anna@desk.example,,", "works here"),
        ("X,ada@desk.example rita@rossi.example,,", "different people"),
        ("X,nonsense,,", "not a mail address"),
        ("X,,,", "No mail address"),
        ("X,x@x.example,call me,", "not a phone number"),
        ("X,x@x.example,,klingon", "does not speak"),
    ],
)
def test_rows_that_cannot_be_are_refused_with_why_and_touch_nobody(ada, anna, rita, row, why):
    before = list(User.objects.order_by("pk").values()), Identity.objects.count()

    job = imported(f"name,email,phone,language\n{row}\n", ada, overwrite=True)

    assert (job.failed, job.result["told"][0][0]) == (1, 2)
    assert why in job.result["told"][0][1]
    assert (list(User.objects.order_by("pk").values()), Identity.objects.count()) == before


def test_row_of_somebody_who_was_merged_is_the_other_one(anna, rita, otto):
    from sportello.desk.actions import merging_people

    merging_people.merge_people(otto.pk, rita.pk, actor=anna)

    imported("email,phone\notto@rossi.example,055 999\n", anna)

    rita.refresh_from_db()
    assert rita.phone == "055 999"


def test_row_without_an_address_is_known_by_name_and_phone(anna):
    text = "name,phone\nZio Gino,055  123\nZio Gino,055 456\n"

    assert counts(imported(text, anna)) == {"new": 2}
    assert counts(imported(text, anna)) == {"unchanged": 2}


def test_organizations_are_added_filled_in_and_their_domains_joined(anna, organization, group):
    text = "name;domains;group;tags;notes\n"
    text += "rossi hotels;new.example;support;vip;Paga a mese\nAlfa;alfa.example;;;\nBeta;gmail.com;;;\n"

    job = imported(text, anna, what=ORGANIZATIONS)

    organization.refresh_from_db()
    assert counts(job) == {"changed": 1, "new": 1, "refused": 1}
    assert (organization.name, organization.group, organization.notes) == ("Rossi Hotels", group, "Paga a mese")
    assert sorted(organization.domains.values_list("domain", flat=True)) == ["new.example", "rossi.example"]
    assert counts(imported(text, anna, what=ORGANIZATIONS)) == {"unchanged": 2, "refused": 1}


def test_start_when_the_columns_do_not_tell_who_is_meant_is_refused(anna):
    digest = blobs.store(b"a,b\n1,2\n")

    with pytest.raises(Invalid, match="columns"):
        importing.start(PEOPLE, digest, ["name", ""], overwrite=False, actor=anna)

    assert Job.objects.count() == 0


def test_import_goes_on_where_it_stood_after_a_crash(anna):
    digest = blobs.store(b"email\n" + b"".join(b"p%d@a.example\n" % number for number in range(5)))
    job = importing.start(PEOPLE, digest, ["address"], overwrite=False, actor=anna)
    Job.objects.filter(pk=job.pk).update(done=3, result={"new": 3})

    done = jobs.press_on(job, seconds=60)

    assert (done.state, done.done, done.result["new"]) == (JobState.DONE, 5, 5)
    assert sorted(User.objects.filter(role=Role.END_USER).values_list("name", flat=True)) == ["p3", "p4"]


CELL = st.sampled_from(["", "Rita", "rita@a.example", "otto@a.example", "=1", "055 123", "it", "vip"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=5))
def test_same_table_twice_changes_nothing_and_what_was_shown_is_what_happens(anna, table):
    """The first row is shown as it will be: those after it may hang on it."""
    User.objects.filter(role=Role.END_USER).delete()
    columns = ["name", "address", "phone", "tags"]
    text = "a,b,c,d\n" + "".join(",".join(row) + "\n" for row in table)
    shown = importing.plan(PEOPLE, columns, table[0], overwrite=False).outcome if table and any(table[0]) else None

    first = imported(text, anna, columns=columns)
    before = list(User.objects.order_by("pk").values("pk", "name", "phone", "email", "updated_at"))
    second = imported(text, anna, columns=columns)

    if shown is not None:
        assert first.result.get(shown, 0) >= 1
    assert first.failed == second.failed
    assert second.result.get("new", 0) == second.result.get("changed", 0) == 0
    assert list(User.objects.order_by("pk").values("pk", "name", "phone", "email", "updated_at")) == before
