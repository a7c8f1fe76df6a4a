import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from sportello.desk.models import Audit, Identity, User
from sportello.kit import rows

pytestmark = pytest.mark.django_db


def user(**columns):
    now = timezone.now()
    return User(name="Rita", created_at=now, updated_at=now, **columns)


def test_insert_when_read_back_is_what_was_written(ticket):
    audit = Audit(
        ticket=ticket, via={"channel": "email"}, events=[{"type": "Note", "è": [1, None]}], created_at=timezone.now()
    )

    rows.insert(audit)

    found = Audit.objects.get(pk=audit.pk)
    assert (found.ticket, found.author, found.via, found.events, found.created_at) == (
        ticket,
        None,
        audit.via,
        audit.events,
        audit.created_at,
    )


def test_insert_when_saved_again_then_updates_its_row():
    rita = rows.insert(user())
    rita.name = "Rita Rossi"

    rita.save()

    assert [person.name for person in User.objects.all()] == ["Rita Rossi"]


def test_insert_when_a_constraint_says_no_raises_and_leaves_nothing(rita):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(Identity(user=rita, address="rita@rossi.example", primary=False, created_at=timezone.now()))

    assert Identity.objects.count() == 1


def test_update_when_where_fits_writes_and_counts(rita, otto):
    later = timezone.now()

    count = rows.update(User, {"name": "Rita Verdi", "organization_id": None, "updated_at": later}, id=rita.pk)

    rita.refresh_from_db()
    otto.refresh_from_db()
    assert (count, rita.name, rita.organization_id, rita.updated_at) == (1, "Rita Verdi", None, later)
    assert otto.name != "Rita Verdi"


def test_update_when_nothing_fits_counts_none(rita):
    assert rows.update(User, {"name": "Nobody"}, id=rita.pk, email="another@rossi.example") == 0
