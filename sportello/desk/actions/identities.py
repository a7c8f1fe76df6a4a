"""Verbs on the mail addresses of people."""

import secrets
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from sportello.kit import clock

from ..errors import Invalid, Missing
from ..models import Identity, User
from . import push
from .person_rows import changing

ADDRESS_LIMIT = 254  # RFC 5321 leaves no room for more.


def fold_address(address: str) -> str:
    """The address as it is stored and compared. Raises Invalid("email")."""
    folded = fold(address)
    try:
        # Servers without SMTPUTF8 are many: a name before the @ that is not ASCII cannot be written to.
        if len(folded) > ADDRESS_LIMIT or not folded.isascii():
            raise ValidationError("too long")
        validate_email(folded)
    except ValidationError:
        raise Invalid("email", _("“%(address)s” is not a mail address.") % {"address": address[:100]}) from None
    return folded


def fold(address: str) -> str:
    """Lower case; the domain in the letters that mail servers use (IDNA)."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not domain.isascii():
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode()
    return f"{local}{at}{domain}"


def by_address(address: str) -> User | None:
    """The person who has this address, in any case of letters."""
    identity = Identity.objects.filter(address=fold(address)).select_related("user").first()
    return identity.user if identity else None


def add_address(person: User, address: str, *, verified: bool = False, actor: User | None = None) -> Identity:
    """One more address of a person. Idempotent for his own.

    Raises Invalid("email") when it is somebody else's, Refused (person_rows.refuse_staff).
    """
    folded = fold_address(address)
    now = clock.now()
    with changing(person.pk, actor=actor) as owner:
        found = Identity.objects.filter(address=folded).first()
        if found is None:
            first = not owner.identities.exists()
            if first:
                owner.email = person.email = folded
            return Identity.objects.create(
                user=owner, address=folded, primary=first, created_at=now, verified_at=now if verified else None
            )
    if found.user_id != person.pk:
        raise Invalid("email", _("Somebody has this address already."))
    return found


def make_primary(person_id: int, identity_id: int, *, actor: User | None) -> Identity:
    """Write to this address from now on. Idempotent. Raises Missing, Refused."""
    with changing(person_id, actor=actor) as person:
        identity = _own(person, identity_id)
        _put_first(person, identity)
    return identity


def remove_address(person_id: int, identity_id: int, *, actor: User | None) -> None:
    """Take an address from a person: nobody signs in by it any more, and what was sent to it opens nothing.

    The oldest of the others becomes the primary one. Raises Missing, Refused.
    """
    with changing(person_id, actor=actor) as person:
        identity = _own(person, identity_id)
        was_primary = identity.primary
        identity.delete()
        if was_primary:
            _put_first(person, person.identities.order_by("id").first())
        end_sessions(person)


def end_sessions(person: User) -> None:
    """Whoever is signed in as this person is not any more, and no sign-in link is good (sign_in.make_link).

    No device of his is told anything more.
    """
    push.remove_all(person)
    if person.has_usable_password():
        person.last_login = clock.now()  # Sessions were opened by the password; links hang on this time.
    else:
        person.password = f"!{secrets.token_hex(8)}"


def _own(person: User, identity_id: int) -> Identity:
    found = person.identities.filter(pk=identity_id).first()
    if found is None:
        raise Missing
    return found


def _put_first(person: User, identity: Identity | None) -> None:
    person.identities.filter(primary=True).update(primary=False)
    if identity:
        identity.primary = True
        identity.save(update_fields=["primary"])
    person.email = identity.address if identity else ""


def mark_undeliverable(address: str, reason: str) -> Identity | None:
    """A mail to this address came back for good."""
    identity = Identity.objects.filter(address=fold(address)).first()
    if identity:
        identity.undeliverable_at = clock.now()
        identity.undeliverable_reason = reason[:500]
        identity.save(update_fields=["undeliverable_at", "undeliverable_reason"])
    return identity


def mark_reachable(address: str) -> None:
    """Somebody wrote from this address: it works again."""
    Identity.objects.filter(address=fold(address), undeliverable_at__isnull=False).update(
        undeliverable_at=None, undeliverable_reason=""
    )
