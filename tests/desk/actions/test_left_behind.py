"""What somebody who leaves was about to say goes to whoever goes on, and is never lost."""

from datetime import timedelta

import pytest

from sportello.desk import access
from sportello.desk.actions import agents, drafts, groups, jobs, people, sending, tickets, timers
from sportello.desk.actions.comments import NewFile
from sportello.desk.actions.drafts import Written
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Missing, Stale
from sportello.desk.models import Draft, Notification, Timer
from sportello.desk.words import NoticeKind, Role, Via
from sportello.kit import clock

ANSWER = Written("Arriva lunedì.", status="pending")


@pytest.fixture
def mara(group):
    """A colleague of Anna's, in her group."""
    mara = people.add("Mara Blu", "mara@desk.example", role=Role.AGENT)
    groups.set_of(mara, {group.pk}, actor=mara)
    return mara


@pytest.fixture
def unsent(ticket, anna):
    """Anna's answer leaves in a week, with a file."""
    drafts.attach(ticket.pk, NewFile("a.txt", "text/plain", b"one"), actor=anna)
    return sending.send(ticket.pk, ANSWER, actor=anna, at=clock.now() + timedelta(days=7))


def let_go(person, to, actor):
    job = agents.let_go(person.pk, to=to and to.pk, actor=actor)
    return jobs.press_on(job, seconds=60) if job else None


def told():
    found = Notification.objects.filter(kind=NoticeKind.NOT_SENT).order_by("user__name")
    return [(it.user.name, it.ticket_id, it.values["because"], it.author.name) for it in found]


@pytest.mark.parametrize(
    ("assignee", "to", "heir"),
    [
        ("mara", "ben", "Mara Blu"),
        ("anna", "mara", "Mara Blu"),
        ("anna", None, "Mara Blu"),
        ("anna", "ada", "Ada Admin"),
    ],
)
def test_let_go_tells_whoever_goes_on_with_the_ticket(
    request, ticket, unsent, anna, mara, ada, ben, assignee, to, heir
):
    tickets.assign(ticket.pk, request.getfixturevalue(assignee), actor=ada, via=Via.WEB)

    let_go(anna, to and request.getfixturevalue(to), ada)

    assert told() == [(heir, ticket.pk, "left", "Anna Conti")]
    assert list(Timer.objects.filter(kind="send").values_list("state", flat=True)) == ["cancelled"]
    assert ticket.comments.count() == 1


def test_let_go_when_nobody_of_the_group_is_left_tells_the_administrators(ticket, unsent, anna, ada, ben):
    let_go(anna, ben, ada)  # Ben does not see the ticket.

    assert told() == [("Ada Admin", ticket.pk, "left", "Anna Conti")]


def test_let_go_tells_also_of_what_was_stopped_before_and_once(ticket, unsent, anna, ada, rita, frozen_clock):
    tickets.hear(ticket.pk, Words("Aspetti!"), actor=rita, via=Via.EMAIL)
    frozen_clock.shift(8 * 24 * 3600)
    while timers.step():
        pass
    Notification.objects.all().delete()

    let_go(anna, None, ada)
    agents.take_back(anna.pk, actor=ada)
    let_go(anna, None, ada)

    assert told() == [("Ada Admin", ticket.pk, "left", "Anna Conti")]


def test_let_go_says_nothing_of_what_was_only_begun(ticket, anna, ada):
    drafts.keep(ticket.pk, Written("Ci penso"), actor=anna)

    assert let_go(anna, None, ada) is None
    assert told() == []


def test_take_over_makes_it_ones_own_draft_that_can_be_sent(ticket, unsent, anna, mara, ada, frozen_clock):
    let_go(anna, None, ada)

    mine = drafts.take_over(ticket.pk, anna.pk, actor=mara)
    with pytest.raises(Stale):
        drafts.take_over(ticket.pk, anna.pk, actor=ada)
    sending.send(ticket.pk, ANSWER, actor=mara)
    frozen_clock.shift(11)
    while timers.step():
        pass

    said = ticket.comments.latest("id")
    assert (mine.author, mine.text, mine.stopped_because) == (mara, "Arriva lunedì.", "")
    assert (said.author, said.text, said.attachments.get().file_name) == (mara, "Arriva lunedì.", "a.txt")
    assert Draft.objects.count() == 0


def test_take_over_when_a_note_was_begun_beside_leaves_it_to_its_author(ticket, unsent, anna, mara, ada):
    drafts.keep(ticket.pk, Written("Fra noi: che pazienza.", public=False), actor=anna)
    let_go(anna, None, ada)

    mine = drafts.take_over(ticket.pk, anna.pk, actor=mara)

    assert (mine.text, mine.fields, drafts.beside(mine)) == ("Arriva lunedì.", {}, None)


def test_take_over_when_ones_own_draft_has_no_words_but_a_macro_loses_nothing(ticket, unsent, anna, mara, ada):
    let_go(anna, None, ada)
    solve = [{"field": "status", "value": "solved"}]
    drafts.keep(ticket.pk, Written(changes=solve), actor=mara)

    with pytest.raises(Stale, match="something else"):
        drafts.take_over(ticket.pk, anna.pk, actor=mara)


def test_take_over_loses_nothing_of_ones_own(ticket, unsent, anna, mara, ada):
    let_go(anna, None, ada)
    drafts.keep(ticket.pk, Written("Mio"), actor=mara)

    with pytest.raises(Stale, match="something else"):
        drafts.take_over(ticket.pk, anna.pk, actor=mara)

    assert sorted(Draft.objects.values_list("author__name", "text")) == [
        ("Anna Conti", "Arriva lunedì."),
        ("Mara Blu", "Mio"),
    ]


def test_what_was_left_is_read_by_who_sees_the_ticket_and_by_nobody_else(ticket, unsent, anna, mara, ben, ada):
    file = unsent.files.get()
    before = list(access.drafts_and_left(mara, ticket.pk))
    with pytest.raises(Missing):
        access.get_draft_file(mara, ticket.pk, file.pk)

    let_go(anna, None, ada)

    assert (before, list(access.drafts_and_left(mara, ticket.pk))) == ([], [unsent])
    assert access.get_draft_file(mara, ticket.pk, file.pk) == file
    with pytest.raises(Missing):
        access.get_draft_file(ben, ticket.pk, file.pk)


def test_take_back_gives_an_answer_that_nobody_took_back_to_its_author(ticket, unsent, anna, mara, ada):
    let_go(anna, None, ada)
    agents.take_back(anna.pk, actor=ada)
    anna.refresh_from_db()

    assert list(access.drafts_and_left(mara, ticket.pk)) == []
    assert list(access.drafts(anna, ticket.pk)) == [unsent]
