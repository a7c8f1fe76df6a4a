"""Who arranged what: everything that administrators change stands in one list, in plain words."""

from datetime import date

import pytest

from sportello.desk.actions import (
    agents,
    configuration,
    desks,
    field_values,
    groups,
    macros,
    mailboxes,
    people,
    protocols,
    roles,
    rules,
    schedules,
    skills,
    ticket_fields,
    ticket_forms,
    webhooks,
)
from sportello.desk.actions.agents import Rights, Work
from sportello.desk.models import RuleChange, Trigger
from sportello.desk.rules.protocol import Steps
from sportello.web.agent.change_words import KINDS
from tests.web import own_fields

pytestmark = pytest.mark.django_db

LIST = 6  # queries


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_page_is_the_administrators(enter, request, name):
    assert enter(request.getfixturevalue(name)).get("/changes").status_code == 404


def test_change_of_each_kind_is_told_with_what_it_was_and_is(enter, ada, anna, mailbox, group):
    RuleChange.objects.all().delete()
    wanted = {"all": [{"field": "status", "operator": "is", "value": "open"}]}
    act = [{"field": "status", "value": "solved"}]
    role = roles.save({"name": "Readers", "permissions": ["edit"]}, actor=ada)
    roles.save({"name": "Readers", "permissions": []}, actor=ada, role_id=role.pk)
    agents.change(anna.pk, Rights(custom_role=role.pk), Work({"email": 3}, groups=frozenset({group.pk})), actor=ada)
    groups.save({"name": "Helpers", "assignment": "manual", "members": []}, actor=ada, group_id=group.pk)
    mailboxes.save({"imap_host": "imap.desk.example", "imap_password": "s3cret"}, actor=ada, mailbox_id=mailbox.pk)
    desks.configure(actor=ada, name="Banco")
    desks.set_mail_out("smtp://desk:pa55@mail.example", actor=ada)
    text = {"it": {"solved": {"subject": "Fatto", "body": "Ecco {{ answer }}"}}}
    protocols.save(Steps(close_hours=24), text, organization=None, actor=ada)
    rules.save_trigger({"title": "Old ones", "conditions": wanted, "actions": act}, actor=ada)
    macros.save({"title": "Done", "actions": act}, actor=ada)
    skills.save({"title": "Chat", "conditions": wanted}, actor=ada)
    webhooks.save({"name": "Door", "url": "https://door.example/"}, actor=ada, private=False)

    shown = enter(ada).get("/changes")
    told = {(it.row.kind, it.title): it.lines for it in reversed(shown.context["changes"])}

    assert {kind for kind, _title in told} == {*RuleChange.objects.values_list("kind", flat=True)}
    assert told["role", "Readers"] == [("-", "May: change tickets"), ("+", "May: –")]
    assert ("+", "Role of the desk: Readers") in told["agent", "Anna Conti"]
    assert ("-", "Members: Anna Conti") in told["group", "Helpers"]
    assert ("+", "Password: a new one") in told["mailbox", "help@desk.example"]
    assert ("+", "How mails leave: smtp://mail.example:587") in told["desk", "Banco"]
    assert ("+", "Solved (Italiano): Subject: Fatto") in [(s, w) for s, w in told["protocol", "The desk's"]]
    assert told["trigger", "Old ones"] == [("", "Made")]
    assert not any(secret in shown.content.decode() for secret in ("s3cret", "pa55"))


def test_list_is_filtered_by_kind_and_by_person(enter, ada, anna, mailbox):
    RuleChange.objects.all().delete()
    roles.save({"name": "One", "permissions": []}, actor=ada)
    roles.save({"name": "Two", "permissions": []}, actor=None)
    mailboxes.save({"name": "Sales"}, actor=ada, mailbox_id=mailbox.pk)
    admin = enter(ada)

    def titles(query):
        return [it.title for it in admin.get(f"/changes?{query}").context["changes"]]

    assert titles("") == ["help@desk.example", "Two", "One"]
    assert titles("kind=role") == ["Two", "One"]
    assert titles(f"by={ada.pk}") == ["help@desk.example", "One"]
    assert (titles("by=0"), titles(f"by={anna.pk}")) == (["Two"], [])
    assert titles(f"kind=role&by={ada.pk}") == ["One"]
    assert titles("kind=nonsense&by=x&after=y") == ["help@desk.example", "Two", "One"]


def test_list_asks_as_many_queries_with_one_as_with_three(enter, ada, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 60.0)  # Read once, however slow the machine.
    admin = enter(ada)
    for number in range(3):
        schedules.save({"name": f"Hours {number}", "time_zone": "Europe/Rome", "intervals": [[0, 60]]}, actor=ada)
        admin.get("/changes")
        if number in (0, 2):
            with django_assert_num_queries(LIST):
                admin.get("/changes")


def test_rule_that_the_desk_switches_off_is_in_its_history(ada, group):
    wanted = {"all": [{"field": "group_id", "operator": "is", "value": str(group.pk)}]}
    rules.save_trigger(
        {"title": "Ours", "conditions": wanted, "actions": [{"field": "status", "value": "open"}]}, actor=ada
    )
    group.delete()

    rules.switch_off_broken()

    change = RuleChange.objects.filter(kind="trigger").order_by("id").last()
    assert (change.author, change.before["active"], change.after["active"]) == (None, True, False)
    assert not Trigger.objects.get().active


def test_every_kind_is_told_with_a_way_to_its_page(enter, ada):
    for kind in KINDS:
        RuleChange.objects.create(kind=kind, rule_id=1, before={"name": "x"}, after=None, created_at=ada.created_at)

    shown = enter(ada).get("/changes").context["changes"]

    assert {it.row.kind: bool(it.url) for it in shown} == dict.fromkeys(KINDS, True)


def test_own_fields_forms_and_their_values_are_told_as_a_person_reads_them(enter, ada, rita, organization, mailbox):
    own = own_fields.make()
    contract = {"title": {"it": "Contratto", "en": "Contract"}, "kind": "tagger", "options": [own_fields.PRINTER]}
    plan = own_fields.add(of="organization", **contract)
    badge = own_fields.add({"it": "Tesserino", "en": "Badge"}, of="user")
    RuleChange.objects.all().delete()
    ticket_fields.save_field(
        {**ticket_fields.export(own.device), "title": {"it": "Apparecchio", "en": "Device"}},
        actor=ada,
        field_id=own.device.pk,
    )
    ticket_forms.save_form(
        {"name": {"it": "Guasto", "en": "Fault"}, "fields": [own.device.pk, own.model.pk]},
        actor=ada,
        form_id=own.fault.pk,
    )
    field_values.set_organization(organization.pk, {plan.pk: "printer"}, actor=ada)
    field_values.set_person(rita.pk, {badge.pk: "A7"}, actor=ada)
    people.save(rita.pk, {"language": "en"}, actor=ada)
    client = enter(ada)
    people.set_language(ada, "it")

    shown = client.get(f"/changes?by={ada.pk}").context["changes"]
    told = {(it.row.kind, it.title): it.lines for it in shown}

    assert told["organization", "Rossi Hotels"] == [("", "Contratto: – → Stampante")]
    assert told["person", "Rita Rossi"] == [("", "Tesserino: – → A7")]
    assert told["user", "Rita Rossi"] == [("", "Lingua: Italiano → English")]
    assert told["ticket_field", "Apparecchio"] == [
        ("-", "Titolo: Dispositivo / Device"),
        ("+", "Titolo: Apparecchio / Device"),
    ]
    assert ("+", "Campi: Apparecchio · Modello") in told["ticket_form", "Guasto"]
    people_only = client.get("/changes?kind=user").context["changes"]
    assert {it.row.kind for it in people_only} == {"user", "person"}
    assert all(it.url for it in people_only)


def test_hours_and_days_off_are_told_as_hours_and_days(enter, ada):
    data = {"name": "Shop", "time_zone": "Europe/Rome", "intervals": [[1440 + 540, 1440 + 780]]}
    kept = schedules.save(data, actor=ada)
    fair = {"name": "Fair", "start_on": date(2026, 5, 4), "end_on": date(2026, 5, 5)}
    schedules.save_holiday(kept.pk, fair, actor=ada)

    told = [it.lines for it in enter(ada).get("/changes?kind=schedule").context["changes"]]

    assert told[0] == [("+", "Days off: Fair (2026-05-04 – 2026-05-05)")]
    assert ("+", "Hours: Mon 09:00–13:00") in told[1]
