"""Whatever is merged, said and taken back: no word is lost or shown twice, nobody reads what is not his."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk import access, families
from sportello.desk.actions import configuration, merging, splitting, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.actions.update import METRIC_FIELDS
from sportello.desk.errors import DeskError
from sportello.desk.models import Audit, Comment, Participant, Ticket, TicketMetric
from sportello.desk.rules.metrics import AuditFacts, rebuild
from sportello.desk.rules.schedules import business_seconds
from sportello.desk.words import Status, Via
from sportello.kit import clock

ONE = st.integers(0, 3)
VERBS = st.one_of(
    st.tuples(st.just("merge"), ONE, ONE, st.sampled_from([None, True, False])),
    st.tuples(st.just("merge"), ONE, ONE, st.none()),
    st.tuples(st.just("unmerge"), ONE),
    st.tuples(st.just("say"), ONE),
    st.tuples(st.just("note"), ONE),
    st.tuples(st.just("answer"), ONE, st.sampled_from([Status.OPEN, Status.PENDING, Status.SOLVED])),
    st.tuples(st.just("split"), ONE),
)


def act(verb, made, anna):
    match verb:
        case ("merge", one, other, ccs):
            merging.merge(made[one].pk, made[other].pk, actor=anna, via=Via.WEB, add_ccs=ccs)
        case ("unmerge", one):
            merging.unmerge(made[one].pk, actor=anna, via=Via.WEB)
        case ("say", one):
            tickets.hear(made[one].pk, Words("Allora?"), actor=made[one].requester, via=Via.EMAIL)
        case ("note", one):
            tickets.answer(made[one].pk, Words("Nota", public=False), actor=anna, via=Via.WEB)
        case ("answer", one, status):
            tickets.answer(made[one].pk, Words("Ecco."), status=status, actor=anna, via=Via.WEB)
        case ("split", one):
            last = Comment.objects.filter(ticket=made[one]).latest("id")
            splitting.split(last.pk, subject="Parte", actor=anna, via=Via.WEB)


def check(people, anna):
    every = list(Ticket.objects.order_by("id"))
    shown = Counter()
    for ticket in every:
        chain = families.chain(ticket.pk)
        assert ticket.pk not in chain
        assert (ticket.status == Status.CLOSED) == bool(chain)
        if not chain:
            shown.update(access.conversation(anna, ticket).values_list("pk", flat=True))
        for person in people:
            if access.own_requests(person).filter(pk=ticket.pk).exists():
                theirs = access.own_requests(person).values_list("pk", flat=True)
                for comment in access.conversation(person, ticket):
                    assert comment.public
                    assert comment.ticket_id in theirs
    said = set(Comment.objects.values_list("pk", flat=True))
    repeats = set(Comment.objects.filter(split_from__isnull=False).values_list("pk", flat=True))
    assert said - repeats <= set(shown)
    assert set(shown.values()) == {1}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(course=st.lists(VERBS, max_size=8))
def test_conversations_whatever_is_merged_then_no_word_is_lost_doubled_or_shown_to_others(
    mailbox, rita, otto, sam, anna, course
):
    at, people = clock.now(), (rita, otto, sam)
    made = [
        tickets.open_ticket(requester=it, subject=it.name, words=Words("Aiuto"), actor=it, via=Via.EMAIL)
        for it in (rita, otto, sam, rita)
    ]

    for verb in course:
        at += timedelta(minutes=7)
        with clock.at(at):
            try:
                act(verb, made, anna)
            except DeskError:
                continue
            check(people, anna)

    for ticket in Ticket.objects.exclude(merged_into=None):
        merging.unmerge(ticket.pk, actor=anna, via=Via.WEB)
    assert not Participant.objects.exists()
    assert not Ticket.objects.filter(status=Status.CLOSED).exists()
    hours = configuration.current().hours_of
    for ticket in Ticket.objects.all():
        audits = Audit.objects.filter(ticket=ticket).order_by("id")
        facts = [AuditFacts(it.author_id, it.events, it.created_at) for it in audits]
        whole = rebuild(facts, lambda pk, start, end: business_seconds(hours(pk), start, end))
        assert TicketMetric.objects.filter(ticket=ticket).values(*METRIC_FIELDS).get() == asdict(whole)
