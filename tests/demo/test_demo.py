"""A small demo desk, built once: alive, lawful, and silent to the outside."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from sportello import demo
from sportello.demo import scenes
from sportello.desk.actions import configuration, inbox, people
from sportello.desk.actions.update import METRIC_FIELDS
from sportello.desk.models import (
    Attachment,
    Audit,
    Breaker,
    Comment,
    Desk,
    Firing,
    Identity,
    OrganizationFieldValue,
    OutgoingMail,
    SatisfactionRating,
    Ticket,
    TicketFieldValue,
    TicketMetric,
    Timer,
    User,
)
from sportello.desk.rules.metrics import AuditFacts, rebuild
from sportello.desk.rules.schedules import business_seconds
from sportello.desk.words import MailState, Role, SendState, Status, TimerState
from sportello.helpcenter import access, search
from sportello.helpcenter.models import ArticleReading
from sportello.kit import clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """A quarter of the demo's requests over its last month; taken back at the end of the module."""
    from django.db import transaction

    seen = []
    # The same moment gives the same desk: a Wednesday afternoon.
    with time_machine.travel(datetime(2026, 3, 25, 15, 0, tzinfo=UTC), tick=False), django_db_blocker.unblock():
        configuration.forget()
        with transaction.atomic():
            demo.build(lambda done, whole: seen.append((done, whole)), tickets=30, span=timedelta(days=24))
            yield seen
            transaction.set_rollback(True)
        configuration.forget()


@pytest.fixture(autouse=True)
def in_the_demo(built):
    """Before each test's own transaction."""


def test_build_then_every_status_is_seen_and_clocks_run_on():
    statuses = set(Ticket.objects.values_list("status", flat=True))

    assert statuses == set(Status.values)
    assert set(Timer.objects.filter(state=TimerState.WAITING).values_list("kind", flat=True)) >= {"close"}
    assert not Timer.objects.filter(state=TimerState.WAITING, due_at__lte=clock.now() - timedelta(minutes=5)).exists()
    assert not Timer.objects.exclude(last_error="").exists()


def test_build_then_no_mail_is_left_to_send():
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {SendState.KEPT}
    assert {mail.settled_at for mail in OutgoingMail.objects.all()} == {
        mail.due_at for mail in OutgoingMail.objects.all()
    }


def test_build_then_nobody_real_is_written_to():
    addresses = set(Identity.objects.values_list("address", flat=True)) | set(
        OutgoingMail.objects.values_list("to", flat=True)
    )

    assert {address for address in addresses if not address.endswith(".example")} == set()


def test_build_then_metrics_kept_on_the_way_equal_a_rebuild():
    hours = configuration.current().hours
    kept = {row["ticket_id"]: row for row in TicketMetric.objects.values("ticket_id", *METRIC_FIELDS)}

    for ticket_id, row in kept.items():
        del row["ticket_id"]
        audits = [
            AuditFacts(audit.author_id, audit.events, audit.created_at)
            for audit in Audit.objects.filter(ticket=ticket_id).order_by("id")
        ]
        assert asdict(rebuild(audits, lambda _schedule, start, end: business_seconds(hours, start, end))) == row


def test_build_then_the_ledger_looks_alive():
    ledger = inbox.ledger()

    assert sum(ledger["states"].values()) == ledger["received"]
    assert ledger["states"][MailState.RECEIVED] == ledger["states"][MailState.FAILED] == 0
    assert {"stranger", "breaker", "spam"} <= ledger["reasons"][MailState.HELD].keys()
    assert {"bounce", "duplicate", "vacation-subject"} <= ledger["reasons"][MailState.IGNORED].keys()
    assert Breaker.objects.filter(lifted_at=None).count() == 1
    assert OutgoingMail.objects.exclude(bounced_at=None).count() == 1


def test_build_then_conversations_have_everything():
    assert Comment.objects.filter(public=False).exists()
    assert Comment.objects.filter(automatic=True).exists()
    assert Comment.objects.exclude(quoted_text="").exists()
    assert Attachment.objects.exists()
    assert TicketFieldValue.objects.exists()
    assert OrganizationFieldValue.objects.exists()
    assert Firing.objects.exclude(automation=None).exists()
    assert set(SatisfactionRating.objects.values_list("score", flat=True)) >= {"good"}
    assert set(User.objects.filter(role=Role.END_USER).values_list("language", flat=True)) >= {"it", "en"}


def test_build_then_articles_are_read_by_customers():
    kinds = ArticleReading.objects.values_list("kind", flat=True)

    assert len(access.shelves("it")) == 6
    assert set(kinds) >= {"shown", "opened", "helped", "avoided"}
    assert ArticleReading.objects.filter(happened_at__gte=clock.now()).count() == 0
    assert search.find("la stampante non stampa", "it", 3)[0].title == "La stampante non stampa"


def test_build_then_an_agent_can_sign_in_and_the_desk_is_set_up():
    agent = people.by_address(demo.DEMO_AGENT_ADDRESS)

    assert agent == User.objects.filter(role=Role.ADMIN).earliest("id")
    assert Desk.objects.get().set_up_at is not None
    assert sorted(User.objects.exclude(role=Role.END_USER).values_list("role", flat=True)) == ["admin", *["agent"] * 5]


def test_build_then_comes_in_the_order_of_time_and_ends_now():
    moments = list(Ticket.objects.order_by("id").values_list("created_at", flat=True))

    assert moments == sorted(moments)
    assert moments[-1] <= clock.now()
    assert not Audit.objects.filter(created_at__gt=clock.now()).exists()


def test_build_then_says_how_far_it_is(built):
    done = [done for done, _whole in built]

    assert done == sorted(done)
    assert built[-1][0] == built[-1][1] > 0


def test_texts_then_leave_no_blank_open():
    left = [comment.text for comment in Comment.objects.filter(text__contains="{")]

    assert left == []


@pytest.mark.parametrize("of", ["", "hotels_"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_scenes_then_each_has_what_it_needs(language, of):
    for scene in scenes._all(of, language):
        assert all((scene.subjects, scene.text, scene.solution))
        assert scene.kind in ("hotel", "office", "shop", "any")
        assert scene.group in ("systems", "bookings")
        assert bool(scene.question) == bool(scene.detail)
        assert scene.first or not scene.hold
