"""What a search finds, for whom, in which order and page by page; each key against the tickets that it means."""

from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sportello.desk.actions import configuration, ticket_fields, ticket_forms, tickets
from sportello.desk.actions.tickets import Change, NewFile, Words
from sportello.desk.models import GroupMembership, OrganizationTag, SatisfactionRating, Ticket, User, UserTag
from sportello.desk.models.ticket import HAS_UNSOLVED_STATUS
from sportello.desk.rules import search_terms
from sportello.desk.rules.fields import BY_NAME
from sportello.desk.rules.kinds import Moment
from sportello.desk.rules.search_terms import ORGANIZATION, TICKET, USER
from sportello.desk.search import finding
from sportello.desk.search.questions import unknown_names
from sportello.desk.words import Status, Via
from sportello.kit import clock

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
BELOW_SOLVED = BY_NAME["status"].kind.query("status", "less_than", "solved", None)


def opened(requester, subject, text="Buongiorno.", by=None, **more):
    return tickets.open_ticket(
        requester=requester, subject=subject, words=Words(text, files=more.pop("files", ())), actor=by or requester,
        via=more.pop("via", Via.WEB), **more,
    )  # fmt: skip


def page(agent, said, kind=TICKET, **more):
    keys = search_terms.keys_of(configuration.current().fields.values())
    asked = search_terms.read(said, keys, clock.now(), ROME)
    assert asked.faults == ()
    return finding.find(agent, asked, kind, Moment(clock.now(), agent.pk), **more)


def found(agent, said, kind=TICKET):
    return list(page(agent, said, kind).keys)


@pytest.fixture
def five(ticket, anna, ada, rita, otto, sam, group, indexed, frozen_clock):
    """Rita's printer, then: Otto's slow PC, Sam's invoice with a file, a solved one of Rita's, one by phone."""
    device = ticket_fields.save_field({"kind": "text", "key": "serial", "title": "Serial"}, actor=ada)
    configuration.forget()
    frozen_clock.shift(3600)
    slow = opened(otto, "Computer lento", "È lento da ieri.", tags=("pc", "vip"), group=group)
    tickets.update(slow.pk, Change(assignee=anna, priority=4, type="incident"), actor=anna, via=Via.WEB)
    file = NewFile("fattura.txt", "text/plain", b"Importo dovuto")
    bill = opened(sam, "Fattura", "Vedi allegato.", files=(file,), ccs=(rita,))
    old = opened(rita, "Stampante vecchia", "Da buttare.", tags=("vip",), fields={device.pk: "AB-12"})
    tickets.answer(old.pk, Words("Ritirata."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    call = opened(sam, "Ha chiamato", "Richiamare.", by=anna, via=Via.VOICE)
    UserTag.objects.create(user=rita, tag="gold")
    OrganizationTag.objects.create(organization=rita.organization, tag="partner")
    User.objects.filter(pk=rita.pk).update(
        phone="+39 055 123456", notes="Preferisce la mattina", updated_at=clock.now()
    )
    indexed()
    return {"printer": ticket.pk, "slow": slow.pk, "bill": bill.pk, "old": old.pk, "call": call.pk}


MEANT = {
    "stampanti ": "old printer",
    "stampanti -vecchie ": "printer",
    "-stampanti type:ticket": "call bill slow",
    "-stampanti status<solved": "call bill slow",
    "status:new": "call bill printer",
    "status<solved stampante": "printer",
    "status>=solved": "old",
    "status:open status:solved": "old slow",
    "priority>high": "slow",
    "priority:none": "call old bill printer",
    "priority<=normal": "call old bill printer",
    "ticket_type:incident": "slow",
    "tags:vip": "old slow",
    "tags:vip -tags:pc": "old",
    "tags:none": "call bill printer",
    "assignee:me": "call old slow",
    "assignee:conti": "call old slow",
    "assignee:none status<solved": "bill printer",
    "-assignee:me status<solved": "bill printer",
    "requester:rita@rossi.example": "old printer",
    'requester:"Rita Rossi"': "old printer",
    "requester:rossi": "old slow printer",
    "submitter:me": "call",
    "commenter:me": "call old",
    "cc:rita": "bill",
    "cc:none": "call old slow printer",
    "group:support": "slow printer",
    "group:none": "call old bill",
    "organization:rossi": "old slow printer",
    "organization:none": "call bill",
    "subject:stampante": "old printer",
    "subject:stampa": "printer",
    "comment:stampa": "printer",
    "via:voice": "call",
    "created:24hours": "call old bill slow printer",
    "created<30minutes": "printer",
    "created>30minutes": "call old bill slow",
    "solved:24hours": "old",
    "solved:none": "call bill slow printer",
    "has:attachment": "bill",
    "-has:attachment type:ticket status:new": "call printer",
    "has_attachment:false vip": "old slow",
    "serial:ab-12": "old",
    "serial:none status:open": "slow",
    "fieldvalue:AB-12": "old",
    '"non stampa"': "printer",
    "type:user rossi": "",
    "nessuno.qui": "",
}


def test_each_key_finds_its_tickets_newest_first(five, anna):
    names = {key: name for name, key in five.items()}

    assert {said: " ".join(names[key] for key in found(anna, said)) for said in MEANT} == MEANT


def test_form_mailbox_and_vote_find_their_tickets(five, anna, ada, rita):
    ticket_forms.save_form({"name": {"it": "Guasto", "en": "Fault"}, "fields": []}, actor=ada)
    ticket_forms.save_form({"name": {"it": "Una domanda", "en": "A question"}, "fields": []}, actor=ada)
    configuration.forget()
    _fault, question = configuration.current().forms
    Ticket.objects.filter(pk=five["bill"]).update(form=question)
    now = clock.now()
    SatisfactionRating.objects.create(
        ticket_id=five["old"], requester=rita, score="bad", offered_at=now, expires_at=now, updated_at=now
    )
    unlike_bill = [five[name] for name in ("call", "old", "slow", "printer")]

    assert found(anna, 'form:"una domanda"') == found(anna, "form:question") == found(anna, f"form:{question}")
    assert found(anna, "form:question") == [five["bill"]]
    assert found(anna, "form:guasto") == found(anna, "form:none") == unlike_bill
    assert found(anna, "recipient:help@desk.example") == [five["printer"]]
    assert found(anna, "recipient:none status:open") == [five["slow"]]
    assert found(anna, "satisfaction:bad") == [five["old"]]
    assert found(anna, "satisfaction:badwithcomment satisfaction:offered") == []


def test_few_results_are_sorted_as_it_is_asked(five, anna, rita, otto):
    names = {key: name for name, key in five.items()}

    def order(said):
        return " ".join(names[key] for key in found(anna, said))

    assert order("type:ticket sort:asc") == "printer slow bill old call"
    assert order("type:ticket order_by:status") == "old slow call bill printer"
    assert order("type:ticket order_by:priority") == "slow call old bill printer"
    assert order("type:ticket order_by:priority sort:asc") == "printer bill old call slow"
    assert order("stampante order_by:created sort:asc ") == "printer old"
    tickets.update(five["printer"], Change(priority=1), actor=anna, via=Via.WEB)
    assert order("status<solved order_by:updated") == "printer call bill slow"
    assert found(anna, "rossi order_by:created sort:asc", USER) == [rita.pk, otto.pk]
    assert page(anna, "type:ticket sort:asc", size=2, after=five["slow"]).keys == (five["bill"], five["old"])


@pytest.mark.parametrize("said", ["richiesta sort:asc ", "tags:a sort:asc"])
def test_many_results_are_not_sorted_and_it_is_known(monkeypatch, anna, mailbox, rita, indexed, said):
    keys = [opened(rita, "Una richiesta", tags=("a",)).pk for _number in range(4)]
    indexed()

    assert (page(anna, said).keys, page(anna, said).is_in_order) == (tuple(keys), True)
    for name in ("FEW_DOCUMENTS", "FEW_ROWS"):
        monkeypatch.setattr(finding, name, 2)
    assert (page(anna, said).keys, page(anna, said).is_in_order) == (tuple(keys[::-1]), False)


def test_names_that_nobody_has_are_told_with_their_places(five, anna):
    said = (
        'group:sales assignee:rossini -organization:"Acme srl" form:x recipient:y@z cc:me group:support requester:rita'
    )
    asked = search_terms.read(said, search_terms.keys_of(), clock.now(), ROME)

    assert [(said[it.start : it.end], it.says) for it in unknown_names(anna, asked)] == [
        ("group:sales", "There is no group “sales”."),
        ("assignee:rossini", "Nobody here is called “rossini”."),
        ('-organization:"Acme srl"', "There is no organization “Acme srl”."),
        ("form:x", "There is no form “x”."),
        ("recipient:y@z", "The desk has no address “y@z”."),
    ]


def test_people_and_organizations_are_found_by_theirs(five, anna, rita, otto, organization):
    assert found(anna, "rossi", USER) == [otto.pk, rita.pk]
    assert found(anna, "tags:gold", USER) == [rita.pk]
    assert found(anna, "type:user 055123456", USER) == [rita.pk]
    assert found(anna, "39055123456", USER) == [rita.pk]
    assert found(anna, "notes:mattina", USER) == [rita.pk]
    assert found(anna, "role:agent", USER) == [anna.pk]
    assert found(anna, "organization:rossi -rita ", USER) == [otto.pk]
    assert found(anna, "rossi.example", ORGANIZATION) == [organization.pk]
    assert found(anna, "tags:partner", ORGANIZATION) == [organization.pk]
    assert found(anna, "status:open rossi", USER) == []


def test_words_in_the_title_come_first_when_few_are_found(anna, mailbox, rita, indexed):
    titled = opened(rita, "Scanner rotto")
    mentioned = opened(rita, "Altro", "Anche lo scanner.")
    indexed()

    assert found(anna, "scanner ") == [titled.pk, mentioned.pk]


@pytest.mark.parametrize("is_many", [False, True])
@pytest.mark.parametrize("said", ["fattura", "fattura status:new", "status:new"])
def test_all_tickets_are_found_up_to_a_limit(monkeypatch, anna, ben, mailbox, rita, group, indexed, said, is_many):
    if is_many:
        for name in ("RANKED", "FEW_DOCUMENTS", "FEW_ROWS", "MOST_LOOKED_AT"):
            monkeypatch.setattr(finding, name, 2)
        monkeypatch.setattr(finding, "CHUNKS", (1, 2))
    there = [opened(rita, f"Fattura {number}", group=group).pk for number in range(7)]
    indexed()
    asked = search_terms.read(said, search_terms.keys_of(configuration.current().fields.values()), clock.now(), ROME)

    def all_of(agent, limit):
        return finding.tickets(agent, asked, Moment(clock.now(), agent.pk), limit)

    assert sorted(all_of(anna, 100)) == there
    assert len(all_of(anna, 3)) == 3
    assert all_of(ben, 100) == []


@pytest.mark.parametrize("is_many", [False, True])
@pytest.mark.parametrize("said", ["richiesta ", "richiesta tags:a", "tags:a", "-altra tags:a"])
def test_pages_follow_one_another_in_both_directions(monkeypatch, anna, mailbox, rita, indexed, said, is_many):
    """The same with few as when they have to be walked through."""
    keys = [opened(rita, "Una richiesta", tags=("a",)).pk for _number in range(7)][::-1]
    opened(rita, "Un'altra")
    indexed()
    if is_many:
        for name, limit in {"FEW_DOCUMENTS": 2, "FEW_ROWS": 2, "RANKED": 2, "COUNTING_CHUNKS": (2, 3)}.items():
            monkeypatch.setattr(finding, name, limit)

    first = page(anna, said, size=3)
    second = page(anna, said, size=3, after=first.older)
    third = page(anna, said, size=3, after=second.older)

    assert [first.keys, second.keys, third.keys] == [tuple(keys[:3]), tuple(keys[3:6]), tuple(keys[6:])]
    assert (first.newer, third.older) == (None, None)
    assert page(anna, said, size=3, before=third.newer).keys == second.keys
    assert page(anna, said, size=3, before=second.newer).keys == first.keys
    counted = (3, False) if is_many and said == "richiesta " else (7, True)
    assert (first.number, first.is_all) == counted


def test_number_says_that_there_are_more_when_it_stops(monkeypatch, anna, mailbox, rita, indexed):
    for _number in range(5):
        opened(rita, "Una richiesta")
    indexed()
    monkeypatch.setattr(finding, "FEW_DOCUMENTS", 3)
    monkeypatch.setattr(finding, "MOST_COUNTED", 3)

    shown = page(anna, "richiesta ", size=2)

    assert (shown.number, shown.is_all) == (3, False)


def test_page_that_is_looked_for_too_long_goes_on_with_the_next(monkeypatch, anna, mailbox, rita, sam, indexed):
    wanted = opened(sam, "Una richiesta", tags=("rare",))
    for _number in range(6):
        opened(rita, "Una richiesta", tags=("often",))
    indexed()
    for name, limit in {"FEW_DOCUMENTS": 2, "FEW_ROWS": 0, "MOST_LOOKED_AT": 4, "COUNTING_CHUNKS": (2,)}.items():
        monkeypatch.setattr(finding, name, limit)

    shown = page(anna, "richiesta tags:rare")

    assert shown.keys == ()
    assert page(anna, "richiesta tags:rare", after=shown.older).keys == (wanted.pk,)


@pytest.mark.parametrize("is_many", [False, True])
@pytest.mark.parametrize(
    ("restriction", "is_member", "sees"),
    [("", False, True), ("groups", True, True), ("groups", False, False), ("assigned", True, False)],
)
def test_restricted_agent_finds_only_what_he_sees(
    monkeypatch, ben, ticket, group, indexed, restriction, is_member, sees, is_many
):
    ben.ticket_restriction = restriction
    ben.save(update_fields=["ticket_restriction"])
    if is_member:
        GroupMembership.objects.create(user=ben, group=group)
    indexed()
    if is_many:
        monkeypatch.setattr(finding, "FEW_DOCUMENTS", 0)
        monkeypatch.setattr(finding, "FEW_ROWS", 0)

    assert found(ben, "stampante") == ([ticket.pk] if sees else [])
    assert page(ben, "stampante").number == (1 if sees else 0)
    assert found(ben, "status:new") == ([ticket.pk] if sees else [])


def test_what_is_gone_is_not_found(anna, mailbox, rita, indexed):
    gone = opened(rita, "Una richiesta")
    indexed()
    Ticket.objects.filter(pk=gone.pk).delete()
    User.objects.filter(pk=rita.pk).update(active=False)

    assert found(anna, "richiesta") == []
    assert found(anna, "rita", USER) == []


KEYS = st.sampled_from(sorted({*search_terms.keys_of(), *search_terms.ORDERING, "type", "nothing"}))
SIGNS = st.sampled_from([":", "<", ">="])
TERMS = st.builds("{}{}{}{}".format, st.sampled_from(["", "-"]), KEYS, SIGNS, st.text(max_size=12))


class Laws(TestCase):
    """Whatever is typed, the databases take it."""

    @given(said=st.lists(TERMS | st.text(max_size=20), max_size=4).map(" ".join), name=st.sampled_from(["anna", "ben"]))
    def test_find_never_fails(self, said, name):
        restriction = "" if name == "anna" else "groups"
        agent = User(pk=1, role="agent", ticket_restriction=restriction)
        asked = search_terms.read(said, search_terms.keys_of(), clock.now(), ROME)

        for kind in search_terms.KINDS:
            assert finding.find(agent, asked, kind, Moment(clock.now(), agent.pk)).keys == ()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads the values when it chooses an index")
@pytest.mark.parametrize(
    ("asked", "used"),
    [
        (Ticket.objects.unsolved().filter(requester__in=[1, 2]), "ticket_requester_unsolved"),
        (Ticket.objects.unsolved().filter(organization=1), "ticket_org_unsolved"),
        (Ticket.objects.filter(BELOW_SOLVED).order_by("-updated_at", "-id"), "ticket_unsolved"),
        (Ticket.objects.filter(HAS_UNSOLVED_STATUS, status="hold"), "ticket_unsolved_status"),
    ],
)  # fmt: skip
def test_unsolved_tickets_are_found_by_the_indexes_of_unsolved_ones(asked, used):
    sql, values = asked.values("pk").query.sql_with_params()
    plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", values).fetchall()

    assert used in plan[0][3].split()
