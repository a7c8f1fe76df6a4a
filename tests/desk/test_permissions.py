"""What agents may do: all of it, or what their role says. Lia is a light agent: she reads and writes notes."""

import pytest

from sportello.desk import access
from sportello.desk.actions import contacts, macros, tickets
from sportello.desk.errors import Missing, Refused
from sportello.desk.models import Comment
from sportello.desk.words import Permission, Status, Via


@pytest.mark.parametrize("permission", Permission)
def test_may_by_role(ada, anna, rita, role_of, permission):
    usual = permission != Permission.MACROS
    assert [access.may(who, permission) for who in (ada, anna, rita)] == [True, usual, False]

    role_of(ada)
    role_of(anna, permission)
    assert [access.may(who, it) for who in (ada, anna) for it in Permission] == [
        *[True] * len(Permission),
        *(it == permission or (it, permission) == (Permission.OPEN, Permission.EDIT) for it in Permission),
    ]

    anna.active = False
    assert not access.may(anna, permission)


def test_stand_in_may_what_the_agent_may_without_asking(anna, role_of, django_assert_num_queries):
    role_of(anna, Permission.MAIL)

    with django_assert_num_queries(0):
        somebody = access.stand_in(access.rights_of(anna), anna.pk)
        allowed = [it for it in Permission if access.may(somebody, it)]

    assert allowed == [Permission.MAIL]


def test_get_ticket_asks_for_the_permission(ticket, anna, ben, rita, role_of):
    role_of(anna, Permission.EDIT)
    for to in ("view", "comment", "edit"):
        assert access.get_ticket(anna, ticket.pk, to=to) == ticket
    for who, to in ((anna, "answer"), (anna, "merge"), (ben, "view"), (rita, "edit"), (rita, "answer")):
        with pytest.raises(Missing):
            access.get_ticket(who, ticket.pk, to=to)


def test_light_agent_writes_notes_only(ticket, anna, ben, role_of):
    role_of(anna)

    tickets.update(
        ticket.pk,
        tickets.Change(words=tickets.Words("Look at the driver.", public=False), add_followers=(ben,)),
        actor=anna,
        via=Via.WEB,
    )
    with pytest.raises(Refused, match="internal notes"):
        tickets.answer(ticket.pk, tickets.Words("Hello"), actor=anna, via=Via.WEB)
    with pytest.raises(Refused, match="does not change"):
        tickets.update(ticket.pk, tickets.Change(status=Status.OPEN), actor=anna, via=Via.WEB)

    assert list(Comment.objects.filter(author=anna).values_list("public", flat=True)) == [False]


def test_light_agent_writes_contacts_down_where_his_role_says_so_and_hands_them_on(mailbox, anna, rita, role_of):
    role_of(anna)
    with pytest.raises(Refused):
        contacts.log(rita, "Il toner è finito.", "call", actor=anna)
    role_of(anna, Permission.OPEN)
    for taken in ({"assignee": anna}, {"solved": True}):
        with pytest.raises(Refused):
            contacts.log(rita, "Il toner è finito.", "call", actor=anna, **taken)

    opened = contacts.log(rita, "Il toner è finito.", "call", actor=anna)
    contacts.add(opened.pk, "Anche quello di riserva.", "call", requester=rita, actor=anna)

    opened.refresh_from_db()
    assert (opened.requester, opened.submitter, opened.assignee, opened.status) == (rita, anna, None, Status.NEW)
    assert list(Comment.objects.filter(ticket=opened).values_list("author", flat=True)) == [rita.pk] * 2
    assert access.get_ticket(anna, opened.pk, to="log") == opened
    with pytest.raises(Missing):
        access.get_ticket(anna, opened.pk, to="edit")


def test_mail_of_a_light_agent_is_a_note(ticket, anna, role_of):
    role_of(anna)

    tickets.hear(ticket.pk, tickets.Words("Have you tried another cable?"), actor=anna, via=Via.EMAIL)

    assert list(Comment.objects.filter(author=anna).values_list("public", flat=True)) == [False]


def test_light_agent_as_a_customer_says_what_he_likes(mailbox, anna, role_of):
    role_of(anna)
    own = tickets.open_ticket(
        requester=anna, subject="My screen", words=tickets.Words("It is black."), actor=anna, via=Via.EMAIL
    )

    tickets.hear(own.pk, tickets.Words("Still black."), actor=anna, via=Via.EMAIL)

    assert list(Comment.objects.filter(author=anna).values_list("public", flat=True)) == [True, True]


def test_shared_macros_are_whose_role_says_so(ada, anna, role_of):
    data = {"title": "Hello", "actions": [{"field": "comment_value", "value": {"it": "Ciao", "en": "Hi"}}]}
    kept = macros.save(data, actor=ada)
    with pytest.raises(Refused):
        macros.save(data, actor=anna)
    with pytest.raises(Missing):
        access.get_macro(anna, kept.pk, to="edit")

    role_of(anna, Permission.MACROS)

    assert access.get_macro(anna, kept.pk, to="edit") == kept
    assert macros.save({**data, "title": "Hi"}, actor=anna).owner_id is None
