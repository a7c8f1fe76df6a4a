"""Who works at the desk: invited, given rights, let go, taken back."""

import pytest

from sportello.desk.actions import agents, jobs, people, roles, tickets
from sportello.desk.actions.agents import Rights, Work
from sportello.desk.errors import Invalid, Refused
from sportello.desk.models import OutgoingMail, RuleChange, User
from sportello.desk.words import Role, Via
from sportello.kit.tokens import BadToken

pytestmark = pytest.mark.django_db

ADMIN, AGENT = Rights(Role.ADMIN), Rights(Role.AGENT)


def token_of(mail):
    return mail.text.split("/invitation/")[1].split()[0]


def changes(kind="agent"):
    return [(it.before, it.after) for it in RuleChange.objects.filter(kind=kind).order_by("id")]


def test_invite_mails_a_link_that_lets_in_once(ada):
    lia = agents.invite("Lia Neri", "Lia@desk.example", language="it", rights=AGENT, actor=ada)
    mail = OutgoingMail.objects.get(step="invitation")

    assert (lia.email, lia.role, lia.away, agents.is_expected(lia)) == ("lia@desk.example", "agent", True, True)
    assert (mail.to, mail.language, mail.recipient) == ("lia@desk.example", "it", lia)
    assert agents.read_invitation(token_of(mail)) == lia

    agents.accept(lia, "a long enough password")

    lia.refresh_from_db()
    assert (lia.away, lia.check_password("a long enough password"), agents.is_expected(lia)) == (False, True, False)
    with pytest.raises(BadToken):
        agents.read_invitation(token_of(mail))
    assert [(before, after["role"]) for before, after in changes()] == [(None, "agent")]


def test_invitation_ends_after_a_week(ada, frozen_clock):
    agents.invite("Lia Neri", "lia@desk.example", language="it", rights=AGENT, actor=ada)
    token = token_of(OutgoingMail.objects.get())

    frozen_clock.shift(7 * 24 * 3600 + 1)

    with pytest.raises(BadToken) as refused:
        agents.read_invitation(token)
    assert refused.value.expired


def test_invite_makes_an_agent_of_a_customer_and_refuses_a_colleague(ada, anna, sam):
    with pytest.raises(Invalid) as refused:
        agents.invite("Sam", sam.email, language="en", rights=AGENT, actor=ada, customer=anna.pk)
    says = "This is the address of Sam Stranger, a customer. They would be an agent as well."
    assert refused.value.fields == {"customer": says}

    assert agents.invite("Sam", sam.email, language="en", rights=AGENT, actor=ada, customer=sam.pk) == sam
    sam.refresh_from_db()
    assert (sam.role, sam.name) == ("agent", "Sam")

    for address, rights, field in (
        (anna.email, AGENT, "email"),
        ("nonsense", AGENT, "email"),
        ("new@desk.example", Rights("end-user"), "role"),
        ("new@desk.example", Rights(Role.AGENT, 77), "role"),
        ("new@desk.example", Rights(Role.AGENT, None, "some"), "ticket_restriction"),
    ):
        with pytest.raises(Invalid) as refused:
            agents.invite("Somebody", address, language="en", rights=rights, actor=ada)
        assert list(refused.value.fields) == [field]


def test_invite_of_somebody_who_is_no_more_is_refused(ada, rita, otto, sam):
    User.objects.filter(pk=rita.pk).update(active=False, merged_into=otto)
    User.objects.filter(pk=sam.pk).update(active=False)

    for person, says in (
        (rita, "This address was Rita Rossi's, who is now Otto Rossi: invite another address of theirs."),
        (sam, "This is the address of Sam Stranger, who has left the desk: it cannot be invited."),
    ):
        with pytest.raises(Invalid) as refused:
            agents.invite("Sam", person.email, language="en", rights=AGENT, actor=ada, customer=person.pk)
        assert refused.value.fields == {"email": says}
        assert User.objects.get(pk=person.pk).role == "end-user"


def test_change_is_all_or_nothing(ada, anna, group):
    light = roles.save({"name": "Light", "permissions": []}, actor=ada)
    wrong = Work({"email": "3"}, frozenset({77}), frozenset())

    with pytest.raises(Invalid):
        agents.change(anna.pk, Rights(Role.AGENT, light.pk, "groups"), wrong, actor=ada)
    anna.refresh_from_db()
    assert (anna.custom_role, anna.capacity, changes()) == (None, {}, [])

    agents.change(anna.pk, Rights(Role.AGENT, light.pk, "groups"), Work({"email": "3"}), actor=ada)
    anna.refresh_from_db()
    assert (anna.custom_role, anna.ticket_restriction, anna.capacity) == (light, "groups", {"email": 3})
    assert list(anna.desk_groups.all()) == []
    assert [after["custom_role"] for _before, after in changes()] == ["Light"]


def test_administrators_have_no_role_and_no_restriction(ada, anna):
    light = roles.save({"name": "Light", "permissions": []}, actor=ada)

    agents.change(anna.pk, Rights(Role.ADMIN, light.pk, "assigned"), Work(), actor=ada)

    anna.refresh_from_db()
    assert (anna.role, anna.custom_role, anna.ticket_restriction) == ("admin", None, "")


def test_last_administrator_stays(ada, anna):
    with pytest.raises(Invalid) as refused:
        agents.change(ada.pk, AGENT, Work(), actor=ada, sure=True)
    assert list(refused.value.fields) == ["role"]
    with pytest.raises(Invalid) as refused:
        agents.let_go(ada.pk, to=None, actor=ada, sure=True)
    assert list(refused.value.fields) == ["active"]

    agents.change(anna.pk, ADMIN, Work(), actor=ada)
    for attempt in (
        lambda sure: agents.change(ada.pk, AGENT, Work(), actor=ada, sure=sure),
        lambda sure: agents.let_go(ada.pk, to=None, actor=ada, sure=sure),
    ):
        with pytest.raises(Invalid) as refused:
            attempt(False)
        assert list(refused.value.fields) == ["sure"]
    agents.change(ada.pk, AGENT, Work(), actor=ada, sure=True)
    assert User.objects.get(pk=ada.pk).role == "agent"


def test_let_go_gives_the_tickets_to_another_or_to_the_group(ada, anna, ben, ticket, rita):
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    loose = tickets.open_ticket(
        requester=rita, subject="Scanner", words=tickets.Words("x"), actor=rita, via=Via.EMAIL, assignee=anna
    )
    people.set_password(anna, "a long enough password")

    job = agents.let_go(anna.pk, to=ben.pk, actor=ada)
    ended = jobs.press_on(job, seconds=60)

    ticket.refresh_from_db()
    loose.refresh_from_db()
    anna.refresh_from_db()
    # Ben is not in the group of the first.
    assert (ticket.assignee, ticket.group_id is None, loose.assignee) == (None, False, ben)
    assert (ended.state, ended.total, ended.done) == ("done", 2, 2)
    assert (anna.active, anna.has_usable_password()) == (False, False)
    assert agents.let_go(anna.pk, to=None, actor=ada) is None


@pytest.mark.parametrize("to", ["herself", "customer"])
def test_let_go_gives_only_to_who_works_here(ada, anna, rita, to):
    with pytest.raises(Invalid, match="to:"):
        agents.let_go(anna.pk, to={"herself": anna, "customer": rita}[to].pk, actor=ada)


def test_take_back_invites_again(ada, anna):
    agents.let_go(anna.pk, to=None, actor=ada)

    agents.take_back(anna.pk, actor=ada)
    agents.take_back(anna.pk, actor=ada)

    anna.refresh_from_db()
    assert (anna.active, anna.away, agents.is_expected(anna)) == (True, True, True)
    assert agents.read_invitation(token_of(OutgoingMail.objects.get(step="invitation"))) == anna
    assert [after["active"] for _before, after in changes()] == [False, True]


def test_role_that_somebody_has_is_not_dropped(ada, anna):
    light = roles.save({"name": "Light", "permissions": ["edit", "answer"]}, actor=ada)
    agents.change(anna.pk, Rights(Role.AGENT, light.pk), Work(), actor=ada)
    with pytest.raises(Refused, match="Anna Conti"):
        roles.drop(light.pk, actor=ada)
    for data in ({"name": "LIGHT"}, {"name": ""}, {"name": "Other", "permissions": ["everything"]}):
        with pytest.raises(Invalid):
            roles.save({"permissions": [], **data}, actor=ada)

    agents.change(anna.pk, AGENT, Work(), actor=ada)
    roles.drop(light.pk, actor=ada)

    assert [(before and before["permissions"], bool(after)) for before, after in changes("role")] == [
        (None, True),
        (["answer", "edit"], False),
    ]
