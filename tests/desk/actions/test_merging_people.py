"""Two people who are one: nothing lost, nothing doubled, and back again."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk import access, links
from sportello.desk.actions import field_values, identities, merging_people, people, ratings, tickets
from sportello.desk.errors import Invalid, Missing, Refused, Stale
from sportello.desk.models import (
    CustomField,
    Identity,
    OutgoingMail,
    Participant,
    RuleChange,
    SatisfactionRating,
    Ticket,
    User,
    UserTag,
)
from sportello.desk.words import Role, Score, Status, Via
from sportello.kit import clock
from tests.personas import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(organization):
    """Rita once more, with her private address."""
    return people.add("Rita R.", "rita@home.example", phone="055 123456")


def open_by(person, mailbox, **more):
    words = tickets.Words("Non va.")
    return tickets.open_ticket(requester=person, subject="Aiuto", words=words, actor=person, via=Via.WEB, **more)


def merge(source, into, actor):
    return merging_people.merge_people(source.pk, into.pk, actor=actor)


def test_merge_moves_all_that_was_the_sources(anna, rita, double, mailbox, sam):
    own, copied = open_by(double, mailbox), open_by(sam, mailbox, ccs=(double,))

    merge(double, rita, anna)

    own.refresh_from_db()
    double.refresh_from_db()
    rita.refresh_from_db()
    assert (own.requester, own.submitter, rita.phone) == (rita, rita, "055 123456")
    assert [it.address for it in rita.identities.order_by("id")] == ["rita@rossi.example", "rita@home.example"]
    assert [it.user for it in copied.participants.all()] == [rita]
    assert (double.active, double.merged_into, double.email) == (False, rita, "")
    assert people.by_address("rita@home.example") == rita
    assert rita.email == "rita@rossi.example"


def test_merge_when_both_are_on_a_ticket_leaves_one_place(anna, rita, double, mailbox, sam):
    both, hers = open_by(sam, mailbox, ccs=(rita, double)), open_by(rita, mailbox, ccs=(double,))

    merge(double, rita, anna)

    assert [it.user for it in both.participants.all()] == [rita]
    assert list(hers.participants.all()) == []


def test_merge_keeps_what_the_other_has_and_fills_what_he_has_not(anna, rita, double, organization):
    field = CustomField.objects.create(
        of="user", kind="text", key="room", title="Room", created_at=clock.now(), updated_at=clock.now()
    )
    people.save(rita.pk, {"notes": "Calls often.", "tags": ["vip"]}, actor=anna)
    people.save(double.pk, {"notes": "Speaks German.", "tags": ["vip new"], "language": "en"}, actor=anna)
    field_values.set_person(double.pk, {field.pk: "12"}, actor=anna)

    merge(double, rita, anna)

    rita.refresh_from_db()
    assert (rita.language, rita.organization) == ("it", organization)
    assert rita.notes == "Calls often.\n\nSpeaks German."
    assert sorted(rita.tags.values_list("tag", flat=True)) == ["new", "vip"]
    assert field_values.of_person(rita.pk) == {field.pk: "12"}


def test_merge_leaves_the_votes_with_the_right_person(anna, rita, double, mailbox, frozen_clock):
    ticket = open_by(double, mailbox)
    tickets.answer(ticket.pk, tickets.Words("Ecco."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    rating = SatisfactionRating.objects.create(
        ticket=ticket, requester=double, assignee=anna, offered_at=clock.now(),
        expires_at=clock.now().replace(year=2099), updated_at=clock.now(),
    )  # fmt: skip

    merge(double, rita, anna)
    ratings.vote(rating.pk, Score.GOOD, actor=rita, via=Via.WEB)

    assert access.get_rating(rita, ticket.pk) == rating
    assert list(access.votes_of(anna, user_id=rita.pk)) == [rating]
    assert events(ticket, type="SatisfactionRating")[0]["score"] == "good"


def test_merge_ends_the_sources_sessions_and_leads_his_links_to_the_other(client, anna, rita, double, mailbox):
    ticket = open_by(double, mailbox)
    link = links.request_url(ticket.pk, double.pk)
    client.force_login(double, backend="django.contrib.auth.backends.ModelBackend")

    merge(double, rita, anna)

    assert client.get("/requests").status_code == 302
    assert client.get(link).context["person"] == rita


def test_link_when_it_was_mailed_to_an_address_that_is_gone_opens_nothing(client, anna, rita, double, mailbox):
    ticket = open_by(double, mailbox)
    link = links.request_url(ticket.pk, double.pk)
    OutgoingMail.objects.create(
        ticket=ticket, recipient=double, step="reply", automatic=False, sender="help@desk.example",
        to="rita@home.example", message_id="<1@desk.example>", language="it", subject="x", text=link, html="",
        due_at=clock.now(), created_at=clock.now(),
    )  # fmt: skip
    merge(double, rita, anna)
    assert client.get(link).status_code == 200

    identities.remove_address(rita.pk, Identity.objects.get(address="rita@home.example").pk, actor=anna)

    assert client.get(link).status_code == 404


def test_merge_leaves_a_trace_on_both(anna, rita, double):
    merge(double, rita, anna)

    one, other = (RuleChange.objects.filter(kind="user", rule_id=it.pk).latest("id") for it in (double, rita))
    assert (one.author, one.after["merged_into"]) == (anna, {"id": rita.pk, "name": "Rita Rossi"})
    assert (other.author, other.after["merged"]) == (anna, {"id": double.pk, "name": "Rita R."})


def test_merge_when_done_already_does_nothing_and_the_other_way_is_refused(anna, rita, double):
    merge(double, rita, anna)
    before = RuleChange.objects.count()

    assert merge(double, rita, anna) == rita

    assert RuleChange.objects.count() == before
    with pytest.raises(Stale):
        merge(rita, double, anna)
    with pytest.raises(Invalid, match="into"):
        merge(rita, rita, anna)
    with pytest.raises(Missing):
        merging_people.merge_people(77, rita.pk, actor=anna)


def test_merge_when_one_of_them_works_here(ada, anna, ben, rita, double):
    """An agent's account is worth more than a customer's: nobody gets one by a merge."""
    for source, into, actor in ((rita, ben, anna), (ben, rita, anna), (ben, rita, ada), (anna, ben, ada)):
        with pytest.raises(Refused):
            merge(source, into, actor)
    assert ben.identities.count() == 1

    merge(double, ben, ada)

    assert sorted(ben.identities.values_list("address", flat=True)) == ["ben@desk.example", "rita@home.example"]
    ben.refresh_from_db()
    assert (ben.role, ben.email) == (Role.AGENT, "ben@desk.example")


def test_merge_in_a_chain_leads_old_links_to_the_end(anna, rita, double, sam):
    merge(sam, double, anna)
    merge(double, rita, anna)

    assert [access.holder(it.pk) for it in (sam, double, rita)] == [rita, rita, rita]


def test_sweep_moves_what_came_to_the_source_while_he_was_merged(anna, rita, double, mailbox):
    merge(double, rita, anna)
    late = open_by(double, mailbox)

    merging_people.sweep()

    late.refresh_from_db()
    assert late.requester == rita


def test_unmerge_gives_back_what_was_moved(anna, rita, double, mailbox, sam):
    own, both = open_by(double, mailbox), open_by(sam, mailbox, ccs=(rita, double))
    hers = open_by(rita, mailbox, ccs=(double,))
    people.save(double.pk, {"notes": "Speaks German.", "tags": ["new"]}, actor=anna)
    before = snapshot()
    merge(double, rita, anna)

    merging_people.unmerge_people(double.pk, actor=anna)

    assert snapshot() == before
    double.refresh_from_db()
    assert (double.active, double.merged_into, double.email) == (True, None, "rita@home.example")
    assert sorted(it.user_id for it in both.participants.all()) == sorted([rita.pk, double.pk])
    assert (Ticket.objects.get(pk=own.pk).requester, hers.participants.get().user) == (double, double)


def test_unmerge_leaves_what_came_later(anna, rita, double, mailbox):
    merge(double, rita, anna)
    later = open_by(rita, mailbox)
    people.save(rita.pk, {"phone": "02 987654"}, actor=anna)

    merging_people.unmerge_people(double.pk, actor=anna)

    rita.refresh_from_db()
    later.refresh_from_db()
    assert (rita.phone, later.requester) == ("02 987654", rita)


def test_unmerge_when_the_other_was_merged_on_is_refused(anna, rita, double, sam):
    merge(double, rita, anna)
    merge(rita, sam, anna)

    with pytest.raises(Stale):
        merging_people.unmerge_people(double.pk, actor=anna)


def test_likely_same_are_those_of_the_name_or_the_address(rita, double, otto, sam):
    namesake = people.add("Rita Rossi", "rr@elsewhere.example")
    people.add("Info", "info@one.example")
    other_info = people.add("Info two", "info@two.example")

    assert merging_people.likely_same(rita) == [namesake, double]
    assert merging_people.likely_same(other_info) == []
    assert merging_people.likely_same(otto) == []


def snapshot():
    """All that people have, each with whom it belongs to."""
    return {
        "tickets": list(Ticket.objects.order_by("pk").values_list("pk", "requester", "submitter")),
        "ratings": list(SatisfactionRating.objects.order_by("pk").values_list("pk", "requester")),
        "addresses": list(Identity.objects.order_by("pk").values_list("pk", "user", "address", "primary")),
        "copies": sorted(Participant.objects.values_list("ticket", "user", "kind")),
        "tags": sorted(UserTag.objects.values_list("user", "tag")),
        "people": list(User.objects.order_by("pk").values_list("pk", "name", "phone", "email", "notes", "active")),
    }


PERSON, TAG = st.integers(0, 2), st.sampled_from(["a", "b", "c"])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    requests=st.lists(st.tuples(PERSON, st.lists(PERSON, max_size=3)), max_size=4),
    tags=st.sets(st.tuples(PERSON, TAG)),
    phones=st.lists(st.sampled_from(["", "055 111"]), min_size=3, max_size=3),
)
def test_merge_loses_no_row_doubles_none_and_can_be_undone(anna, mailbox, requests, tags, phones):
    with transaction.atomic():
        three = [people.add(f"P{n}", f"p{n}@p.example", phone=phone) for n, phone in enumerate(phones)]
        for asks, copied in requests:
            open_by(three[asks], mailbox, ccs=tuple(three[it] for it in copied))
        for who, tag in tags:
            UserTag.objects.create(user=three[who], tag=tag)
        before = snapshot()

        merge(three[0], three[1], anna)

        after = snapshot()
        one = {three[0].pk: three[1].pk}
        moved = [(pk, one.get(asks, asks), one.get(wrote, wrote)) for pk, asks, wrote in before["tickets"]]
        assert after["tickets"] == moved
        asks = {pk: requester for pk, requester, _wrote in moved}
        copies = {(pk, one.get(who, who), kind) for pk, who, kind in before["copies"]}
        assert after["copies"] == sorted(it for it in copies if asks[it[0]] != it[1])
        assert after["tags"] == sorted({(one.get(who, who), tag) for who, tag in before["tags"]})
        assert [it[2] for it in after["addresses"]] == [it[2] for it in before["addresses"]]
        merging_people.unmerge_people(three[0].pk, actor=anna)
        assert snapshot() == before
        transaction.set_rollback(True)
