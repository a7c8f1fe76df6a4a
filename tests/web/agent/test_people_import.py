"""The pages of an import: sent, looked at, done; and what is no table."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sportello.desk.actions import importing, jobs
from sportello.desk.models import CustomRole, Job, Organization, User
from sportello.kit import clock, csv_files

pytestmark = pytest.mark.django_db
TABLE = "Nome;Email;Stanza\nNina;nina@rossi.example;12\nX;;\nRita;rita@rossi.example;\n".encode("cp1252")


def send(client, content, path="/people/import"):
    return client.post(path, {"file": SimpleUploadedFile("people.csv", content)})


def again(client, response, do, path="/people/import", **more):
    shown = response.context
    return client.post(
        path, {"token": shown["token"], "column": [it.chosen for it in shown["columns"]], "do": do, **more}
    )


def test_file_is_shown_with_what_would_happen_and_nothing_is_kept(enter, anna, rita):
    before = User.objects.count()

    response = send(enter(anna), TABLE)

    shown = response.context
    assert [(it.heading, it.chosen) for it in shown["columns"]] == [
        ("Nome", "name"),
        ("Email", "address"),
        ("Stanza", ""),
    ]
    assert [(it.number, it.label, it.words) for it in shown["rows"]] == [
        (2, "new", ["Mail addresses", "Name"]),
        (3, "refused", []),
        (4, "is so already", []),
    ]
    assert (User.objects.count(), Job.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("/people/import", b"Name,Mail\nNina,nina@alfa.example\nN.,NINA@alfa.example\nRita,rita@rossi.example\n"),
        ("/organizations/import", b"Name\nAlfa\nalfa\nRossi Hotels\n"),
    ],
)
def test_line_that_says_again_who_is_new_is_no_other_one(enter, anna, rita, path, table):
    rows = send(enter(anna), table, path).context["rows"]

    assert [(it.label, it.why) for it in rows] == [
        ("new", ""),
        ("changes", "The same as in line 2."),
        ("is so already", ""),
    ]


def test_file_is_imported_by_a_job_with_a_report_of_what_was_refused(enter, anna, rita):
    agent = enter(anna)

    response = again(agent, send(agent, TABLE), "import")

    job = Job.objects.get()
    assert response["Location"] == f"/jobs/{job.pk}"
    jobs.press_on(job, seconds=60)
    assert User.objects.filter(name="Nina").count() == 1
    page = agent.get(f"/jobs/{job.pk}")
    assert "Import of people" in page.content.decode()
    report = csv_files.read(agent.get(f"/people/import/{job.pk}/refused").content)
    assert report.rows[0][1] == ("X", "", "", "3", "No mail address: nobody knows who this is.")


def test_columns_are_what_the_agent_says(enter, anna, rita):
    agent = enter(anna)
    response = send(agent, b"one,two\nNina,nina@rossi.example\n")

    token = response.context["token"]
    shown = agent.post("/people/import", {"token": token, "column": ["notes", "address"], "do": "look"})
    wrong = agent.post("/people/import", {"token": token, "column": ["notes", "name"], "do": "import"})

    assert shown.context["rows"][0].words == ["Mail addresses", "Notes"]
    assert (wrong.status_code, [it.chosen for it in wrong.context["columns"]]) == (422, ["notes", "name"])
    assert Job.objects.count() == 0


def test_organizations_are_imported_likewise(enter, anna):
    agent, path = enter(anna), "/organizations/import"

    again(agent, send(agent, b"Ragione sociale,Domini\nAlfa,alfa.example\n", path), "import", path)
    jobs.press_on(Job.objects.get(), seconds=60)

    assert list(Organization.objects.get(name="Alfa").domains.values_list("domain", flat=True)) == ["alfa.example"]


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04\x00\x00", b"a,b\x00\x00c", ",".join("c" * 10_000).encode(), b'a,b\n"' + b"x" * 200_000],
    ids=["empty", "spreadsheet", "nul", "ten thousand columns", "never ends"],
)
def test_what_is_no_table_is_refused_in_words(enter, anna, content):
    response = send(enter(anna), content)

    assert response.status_code == 422
    assert response.context["problem"]


def test_formulas_of_a_table_come_out_as_none(enter, anna):
    agent = enter(anna)
    again(agent, send(agent, b'name,email,notes\n"=cmd|\' /C calc\'!A0",x@x.example,"=1+1"\n'), "import")
    jobs.press_on(Job.objects.get(), seconds=60)

    exported = agent.get("/people/export").content.decode()

    assert "'=cmd" in exported
    assert "'=1+1" in exported


def test_more_than_can_be_sent_is_not_read(enter, anna, settings):
    response = enter(anna).post(
        "/people/import", b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(2**30)
    )

    assert response.status_code == 413


@pytest.mark.parametrize("token", ["", "forged", "x" * 5_000])
def test_token_that_is_none_begins_anew(enter, anna, token):
    assert enter(anna).post("/people/import", {"token": token, "do": "import"}).status_code == 422


def test_token_of_one_table_is_none_of_the_other(enter, anna):
    agent = enter(anna)
    response = send(agent, TABLE)

    assert again(agent, response, "import", "/organizations/import").status_code == 422


def test_import_is_for_those_who_change_people(enter, anna, ben, rita):
    ben.custom_role = CustomRole.objects.create(
        name="Reader", permissions=["answer"], created_at=clock.now(), updated_at=clock.now()
    )
    ben.save(update_fields=["custom_role"])
    agent = enter(anna)
    again(agent, send(agent, TABLE), "import")
    job = Job.objects.get()

    for person in (ben, rita):
        other = enter(person)
        paths = ("/people/import", "/organizations/import", f"/people/import/{job.pk}/refused")
        assert [other.get(path).status_code for path in paths] == [404] * 3
        assert send(other, TABLE).status_code == 404
    assert importing.table(job.arguments["digest"]).headings == ("Nome", "Email", "Stanza")


def test_report_is_the_jobs_of_ones_own_alone(enter, anna, ben):
    agent = enter(anna)
    again(agent, send(agent, TABLE), "import")

    assert enter(ben).get(f"/people/import/{Job.objects.get().pk}/refused").status_code == 404
