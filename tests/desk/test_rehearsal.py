"""What a rehearsal tells is what the trigger does when it is there."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk import rehearsal
from sportello.desk.actions import configuration, field_values, rules, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Refused
from sportello.desk.models import Audit, Firing, Ticket, Trigger
from sportello.desk.rules import conditions
from sportello.desk.words import Priority, Status, Via
from tests.desk.rules.test_conditions import condition, own_fields, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(mailbox, group, rita, otto, anna, ada, frozen_clock):
    """Lives through a day of three tickets, whatever triggers there are."""
    own = own_fields(("decimal", "date", "checkbox", "multiselect"))

    def live():
        for number, (person, subject) in enumerate(((rita, "La stampante"), (otto, "Città"), (rita, "wi-fi"))):
            frozen_clock.shift(1800)
            field_values.set_person(rita.pk, said(own["user"], number), actor=ada)
            field_values.set_organization(rita.organization_id, said(own["organization"], number), actor=ada)
            ticket = tickets.open_ticket(
                requester=person, subject=subject, words=Words("aiuto, la stampante"), actor=person, via=Via.EMAIL,
                tags=("vip",) if subject == "Città" else (), group=group if subject == "wi-fi" else None,
                fields=said(own["ticket"], number),
            )  # fmt: skip
            frozen_clock.shift(600)
            tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
            tickets.answer(ticket.pk, Words("nota", public=False), actor=anna, via=Via.WEB)
            frozen_clock.shift(600)
            tickets.answer(ticket.pk, Words("È perché?"), status=Status.PENDING, actor=anna, via=Via.API)
            frozen_clock.shift(9000)
            tickets.hear(ticket.pk, Words("Ancora"), actor=person, via=Via.EMAIL)
            tickets.update(ticket.pk, Change(priority=Priority.HIGH, add_tags=("urgente",)), actor=ada, via=Via.WEB)
            frozen_clock.shift(600)
            field_values.set_person(person.pk, said(own["user"], number + 1), actor=ada)
            changed = said(own["ticket"], number + 1) | dict.fromkeys(list(own["ticket"].values())[number::3], "")
            tickets.update(ticket.pk, Change(fields=changed), actor=anna, via=Via.WEB)
            frozen_clock.shift(600)
            tickets.update(ticket.pk, Change(status=Status.SOLVED), actor=anna, via=Via.WEB)
            frozen_clock.shift(600)
            tickets.hear(ticket.pk, Words("Non va"), actor=person, via=Via.EMAIL)

    return live


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_rehearsal_whatever_the_trigger_tells_what_it_does(story, data):
    Ticket.objects.all().delete()
    Trigger.objects.all().delete()
    fields = configuration.current().fields
    asked = {"all": data.draw(st.lists(condition(False, [*fields.values()]), max_size=2)), "any": []}
    rule = {"title": "T", "conditions": asked, "actions": [{"field": "note", "value": "x"}]}
    try:
        rules.save_trigger(rule, actor=None)
    except rules.Invalid:
        return  # It names a group that is not there.
    story()

    read = conditions.read(asked, fields=fields)
    if any(it.field.name in rehearsal.UNTOLD for it in read):
        with pytest.raises(Refused):
            rehearsal.rehearse(read, hours=configuration.current().hours)
        return
    told = rehearsal.rehearse(read, hours=configuration.current().hours)

    fired = Firing.objects.order_by("-ticket", "id").values_list("ticket", "created_at")
    assert [(act.ticket_id, act.at) for act in told] == list(fired)


def test_rehearsal_changes_nothing_and_asks_little(story, django_assert_num_queries):
    story()
    before = Ticket.objects.count(), Audit.objects.count()
    asked = conditions.read({"all": [{"field": "comment_includes_word", "operator": "includes", "value": "ancora"}]})
    hours = configuration.current().hours

    with django_assert_num_queries(3):
        told = rehearsal.rehearse(asked, hours=hours)

    assert [act.subject for act in told] == ["wi-fi", "Città", "La stampante"]
    assert (Ticket.objects.count(), Audit.objects.count()) == before
