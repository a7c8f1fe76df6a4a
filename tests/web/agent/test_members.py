"""Invitations, rights, roles, and leaving, from the browser's side; and what those with a role meet."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sportello.desk.actions import agents, configuration, roles, tickets
from sportello.desk.actions.agents import Rights, Work
from sportello.desk.models import Comment, CustomRole, OutgoingMail, User
from sportello.desk.words import Permission, Via

pytestmark = pytest.mark.django_db

ROLES_LIST = 6  # queries


@pytest.fixture
def light(ada, anna):
    """Anna becomes a light agent."""
    role = roles.save({"name": "Light", "permissions": []}, actor=ada)
    agents.change(anna.pk, Rights(custom_role=role.pk), Work(groups=frozenset()), actor=ada)
    anna.refresh_from_db()
    return anna


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_are_the_administrators(enter, request, ada, ben, name):
    role = roles.save({"name": "Light", "permissions": []}, actor=ada)
    other = enter(request.getfixturevalue(name))
    pages = ["/team/invitation", f"/team/{ben.pk}/leaving", "/roles", "/roles/new", f"/roles/{role.pk}"]
    verbs = [f"/team/{ben.pk}/return", f"/team/{ben.pk}/invitation", f"/roles/{role.pk}/dropping"]

    assert {other.get(path).status_code for path in pages} == {404}
    assert {other.post(path, {"name": "x", "email": "x@y.example"}).status_code for path in pages + verbs} == {404}
    assert (User.objects.get(pk=ben.pk).active, CustomRole.objects.count()) == (True, 1)


def test_invited_agent_comes_in(enter, ada):
    sent = {"name": "Lia Neri", "email": "lia@desk.example", "language": "en", "role": "agent"}
    assert enter(ada).post("/team/invitation", sent).status_code == 302
    path = "/invitation/" + OutgoingMail.objects.get().text.split("/invitation/")[1].split()[0]
    stranger = Client(headers={"accept-language": "en"})

    assert b"Welcome, Lia" in stranger.get(path).content
    assert stranger.post(path, {"password": "short"}).status_code == 422
    assert stranger.post(path, {"password": "a long enough password"}).status_code == 302
    assert stranger.get("/tickets").status_code == 200
    assert Client().get(path).status_code == 410
    assert Client().get("/invitation/nonsense").status_code == 404
    assert enter(ada).post("/team/invitation", sent).status_code == 422


def test_customer_is_made_an_agent_only_when_it_is_meant(enter, ada, rita, sam):
    admin = enter(ada)
    sent = {"name": "Rita R.", "email": rita.email.upper(), "language": "en", "role": "agent"}

    refused = admin.post("/team/invitation", sent)
    assert refused.status_code == 422
    assert "This is the address of Rita Rossi, a customer (Rossi Hotels)." in refused.text
    assert f'name="customer" value="{rita.pk}"' in refused.text
    assert admin.post("/team/invitation", sent | {"customer": sam.pk}).status_code == 422
    rita.refresh_from_db()
    assert (rita.role, OutgoingMail.objects.count()) == ("end-user", 0)

    assert admin.post("/team/invitation", sent | {"customer": rita.pk}).status_code == 302
    rita.refresh_from_db()
    assert (rita.role, rita.name, OutgoingMail.objects.count()) == ("agent", "Rita R.", 1)


def test_administrator_who_lets_himself_go_is_asked(enter, ada, anna):
    agents.change(anna.pk, Rights("admin"), Work(), actor=ada)
    client = enter(ada)

    answer = client.post(f"/team/{ada.pk}", {"role": "agent"})
    assert (answer.status_code, "mean it" in answer.content.decode()) == (422, True)
    assert client.post(f"/team/{ada.pk}/leaving", {}).status_code == 422
    assert User.objects.get(pk=ada.pk).is_admin

    client.post(f"/team/{ada.pk}", {"role": "agent", "sure": "on"})
    assert not User.objects.get(pk=ada.pk).is_admin


def test_who_is_let_go_is_out_at_once(enter, ada, anna, ben, ticket):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    hers, admin = enter(anna), enter(ada)
    assert hers.get("/tickets").status_code == 200
    assert ticket.subject in admin.get(f"/team/{anna.pk}/leaving").content.decode()

    assert admin.post(f"/team/{anna.pk}/leaving", {"to": ""}).status_code == 302

    ticket.refresh_from_db()
    assert (ticket.assignee, hers.get("/tickets").status_code) == (None, 302)
    assert admin.post(f"/team/{anna.pk}/return").status_code == 302
    assert hers.get("/tickets").status_code == 302
    assert User.objects.get(pk=anna.pk).active


def test_roles_are_kept_as_written(enter, ada):
    admin = enter(ada)
    shown = admin.get("/roles/new?preset=light")
    chosen = [value for value, _label, _meaning, is_chosen in shown.context["permissions"] if is_chosen]
    assert ("Light agent" in shown.text, chosen) == (True, ["open"])

    admin.post("/roles/new", {"name": "Readers", "permissions": ["reports", "edit"]})

    role = CustomRole.objects.get()
    assert role.permissions == ["edit", "reports"]
    assert admin.post(f"/roles/{role.pk}", {"name": ""}).status_code == 422
    assert admin.post(f"/roles/{role.pk}/dropping").status_code == 302
    assert CustomRole.objects.count() == 0


def test_list_of_roles_asks_as_many_queries_with_one_as_with_three(enter, ada, anna, django_assert_num_queries):
    admin = enter(ada)
    for number in range(3):
        role = roles.save({"name": f"Role {number}", "permissions": ["edit"]}, actor=ada)
        agents.change(anna.pk, Rights(custom_role=role.pk), Work(), actor=ada)
        admin.get("/roles")
        if number in (0, 2):
            with django_assert_num_queries(ROLES_LIST):
                admin.get("/roles")


def test_light_agent_meets_no_door_that_his_role_closes(enter, light, ticket):
    hers = enter(light)
    page = hers.get(f"/tickets/{ticket.pk}").content.decode()

    for word in ('value="answer"', "Take it<", "Send and solve", "/reports/"):
        assert word not in page
    assert "Add the note" in page
    for verb in ("assignment", "fields", "customer", "participants", "reopening"):
        assert hers.post(f"/tickets/{ticket.pk}/{verb}", {"status": "open"}).status_code == 404
    for path in ("/reports/month", "/mail/breakers/1/lifting", "/mail/in/1/acceptance", "/mail/out/1/retrial"):
        assert hers.post(path).status_code == 404


def test_light_agent_writes_notes_and_no_answers(enter, light, ticket):
    hers = enter(light)

    hers.post(f"/tickets/{ticket.pk}/comments", {"kind": "answer", "text": "Hello"})
    assert not Comment.objects.filter(author=light).exists()
    hers.post(f"/tickets/{ticket.pk}/comments", {"kind": "note", "text": "Look at the driver."})

    assert list(Comment.objects.filter(author=light).values_list("public", flat=True)) == [False]


@pytest.mark.parametrize(
    ("permission", "path"), [(Permission.REPORTS, "/reports/month"), (Permission.EDIT, "/tickets/{}/fields")]
)
def test_role_opens_what_it_says(enter, light, ada, ticket, permission, path):
    roles.save({"name": "Light", "permissions": [permission.value]}, actor=ada, role_id=light.custom_role_id)
    hers = enter(light)

    answer = hers.get(path) if permission == Permission.REPORTS else hers.post(path.format(ticket.pk), {"status": "x"})

    assert answer.status_code in (200, 422, 503)  # Before the facts are folded, a page says so.


def test_role_costs_a_page_no_query(enter, light, ticket, monkeypatch):
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 60.0)  # Read once, however slow the machine.
    hers = enter(light)
    hers.get(f"/tickets/{ticket.pk}")

    with CaptureQueriesContext(connection) as caught:
        hers.get(f"/tickets/{ticket.pk}")

    assert [it["sql"] for it in caught if "customrole" in it["sql"]] == []
