"""Who may see what: one who may and one who may not, for each kind of thing."""

import pytest
from django.contrib.auth.models import AnonymousUser

from sportello.desk import access
from sportello.desk.access.tickets import who_sees
from sportello.desk.actions import inbox, macros, people, surveys, tickets
from sportello.desk.actions.tickets import Change, NewFile, Words
from sportello.desk.errors import Missing
from sportello.desk.models import (
    Attachment,
    Comment,
    GroupMembership,
    InboundMail,
    OutgoingMail,
    SatisfactionRating,
    Timer,
)
from sportello.desk.words import Role, Status, Via


@pytest.fixture
def everybody(ada, anna, ben, rita, otto, sam):
    return {person.first_name: person for person in (ada, anna, ben, rita, otto, sam)}


def who_gets(everybody, fetch):
    """The names of those for whom fetch(person) does not raise Missing."""
    found = []
    for name, person in everybody.items():
        try:
            fetch(person)
        except Missing:
            continue
        found.append(name)
    return found


def test_get_ticket_to_view_or_edit(ticket, everybody):
    assert who_gets(everybody, lambda p: access.get_ticket(p, ticket.id)) == ["Ada", "Anna", "Rita", "Otto"]
    assert who_gets(everybody, lambda p: access.get_ticket(p, ticket.id, to="edit")) == ["Ada", "Anna"]


def test_get_ticket_when_not_shared_then_colleagues_do_not_see_it(ticket, everybody, organization):
    organization.shared_tickets = False
    organization.save()

    assert who_gets(everybody, lambda p: access.get_ticket(p, ticket.id)) == ["Ada", "Anna", "Rita"]


def test_get_ticket_when_in_copy_then_seen(ticket, everybody, sam, anna):
    tickets.update(ticket.id, Change(add_ccs=(sam,)), actor=anna, via=Via.WEB)

    assert "Sam" in who_gets(everybody, lambda p: access.get_ticket(p, ticket.id))


def test_get_ticket_when_restricted_to_own_then_only_assigned_ones(ticket, everybody, anna, ada):
    anna.ticket_restriction = "assigned"
    anna.save()
    assert "Anna" not in who_gets(everybody, lambda p: access.get_ticket(p, ticket.id))

    tickets.assign(ticket.id, anna, actor=ada, via=Via.WEB)

    assert "Anna" in who_gets(everybody, lambda p: access.get_ticket(p, ticket.id))


def test_tickets_when_the_group_has_several_members_then_each_ticket_once(ticket, anna, ada, group):
    people.join(group, ada)
    tickets.assign(ticket.id, anna, actor=ada, via=Via.WEB)
    anna.ticket_restriction = "groups"
    anna.save()

    assert list(access.tickets(anna)) == [ticket]


@pytest.mark.parametrize("restriction", ["", "groups", "assigned"])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.AGENT, Role.END_USER])
@pytest.mark.parametrize("place", ["inside", "outside", "holds it", "asked", "left"])
def test_who_sees_a_ticket_is_who_finds_it_among_his(ticket, group, sam, restriction, role, place):
    sam.ticket_restriction, sam.role, sam.active = restriction, role, place != "left"
    sam.save()
    if place == "inside":
        GroupMembership.objects.create(group=group, user=sam)
    ticket.assignee = sam if place == "holds it" else None
    ticket.requester = sam if place == "asked" else ticket.requester
    ticket.save()

    sees = access.tickets(sam).filter(pk=ticket.pk).exists() and sam.is_staff_member

    assert (sam in who_sees(ticket)) is sees


def test_inbound_mails_when_restricted_then_without_those_of_other_peoples_tickets(ticket, everybody, ben):
    (of_ticket, of_nobody) = inbox.record([inbox.Delivery(b"a", "smtp"), inbox.Delivery(b"b", "smtp")])
    InboundMail.objects.filter(pk=of_ticket).update(ticket=ticket)

    assert [mail.pk for mail in access.inbound_mails(ben)] == [of_nobody]
    assert who_gets(everybody, lambda p: access.get_inbound_mail(p, of_ticket)) == ["Ada", "Anna"]


def test_get_ticket_when_signed_out_or_switched_off_sees_nothing(ticket, rita):
    rita.active = False

    assert not access.tickets(AnonymousUser()).exists()
    assert not access.tickets(rita).exists()


def test_comments_when_internal_then_only_for_staff(ticket, everybody, anna):
    tickets.answer(
        ticket.id,
        Words("Attenzione al cane.", public=False, files=(NewFile("cane.txt", "text/plain", b"bau"),)),
        actor=anna,
        via=Via.WEB,
    )
    note = Comment.objects.get(public=False)
    file = Attachment.objects.get()

    assert who_gets(everybody, lambda p: access.get_comment(p, ticket.id, note.id)) == ["Ada", "Anna"]
    assert who_gets(everybody, lambda p: access.get_attachment(p, file.id)) == ["Ada", "Anna"]


def test_outgoing_mail_when_it_holds_a_sign_in_link_then_only_for_admins(ticket, everybody, rita):
    from sportello.desk.actions import sign_in

    mail = sign_in.send_link("rita@rossi.example")

    assert who_gets(everybody, lambda p: access.get_outgoing_mail(p, mail.id)) == ["Ada"]


def test_outgoing_mail_of_a_ticket_follows_the_ticket(ticket, everybody, anna):
    tickets.assign(ticket.id, anna, actor=anna, via=Via.WEB)
    mail = OutgoingMail.objects.get()

    assert who_gets(everybody, lambda p: access.get_outgoing_mail(p, mail.id)) == ["Ada", "Anna"]


def test_timers_people_and_ledger_are_for_staff(ticket, everybody, rita):
    timer = Timer.objects.get()

    assert who_gets(everybody, lambda p: access.get_timer(p, timer.id)) == ["Ada", "Anna"]
    assert who_gets(everybody, lambda p: access.get_person(p, rita.id)) == ["Ada", "Anna", "Ben"]
    assert who_gets(everybody, access.inbound_mails) == ["Ada", "Anna", "Ben"]
    assert who_gets(everybody, access.breakers) == ["Ada", "Anna", "Ben"]
    assert who_gets(everybody, access.mailboxes) == ["Ada"]


def test_rating_is_the_requesters_alone(ticket, everybody, anna):
    tickets.answer(ticket.id, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    update = tickets.Update(tickets.lock(ticket.id), actor=None, via=Via.RULE)
    surveys.offer(update)

    assert SatisfactionRating.objects.count() == 1
    assert who_gets(everybody, lambda p: access.get_rating(p, ticket.id)) == ["Rita"]


def test_macros_follow_their_users(everybody, anna, ben, group):
    def macro(title, **more):
        return macros.save({"title": title, "actions": [{"field": "status", "value": "solved"}], **more}, actor=None).pk

    shared, off = macro("shared"), macro("off", active=False)
    groups, own = macro("group's", group_id=group.pk), macro("Anna's", owner_id=anna.pk)

    assert {
        (name, to): who_gets(everybody, lambda p, pk=pk, to=to: access.get_macro(p, pk, to=to))
        for name, pk in (("shared", shared), ("off", off), ("groups", groups), ("own", own))
        for to in ("apply", "view", "edit")
    } == {
        ("shared", "apply"): ["Ada", "Anna", "Ben"],
        ("shared", "view"): ["Ada", "Anna", "Ben"],
        ("shared", "edit"): ["Ada"],
        ("off", "apply"): [],
        ("off", "view"): ["Ada", "Anna", "Ben"],
        ("off", "edit"): ["Ada"],
        ("groups", "apply"): ["Anna"],
        ("groups", "view"): ["Ada", "Anna"],
        ("groups", "edit"): ["Ada"],
        ("own", "apply"): ["Anna"],
        ("own", "view"): ["Anna"],
        ("own", "edit"): ["Anna"],
    }
