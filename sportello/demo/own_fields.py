"""What the demo desk wants to know besides subject and text: its own fields, and the forms that ask for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sportello.desk.actions import field_values, ticket_fields, ticket_forms
from sportello.desk.models import Organization
from sportello.kit import clock

# value, in Italian, in English, the tags of requests that are about it
DEVICES = (
    ("pc", "Computer", "Computer", {"hardware", "password", "cartelle", "nuovo-utente", "new-user", "videoconferenza"}),
    ("printer", "Stampante", "Printer", {"stampante", "printer", "etichette"}),
    ("network", "Rete e internet", "Network and internet", {"vpn", "wifi", "internet"}),
    ("phone", "Telefono", "Phone", {"telefoni"}),
    ("mail", "Posta", "Mail", {"posta", "mail", "sicurezza", "security"}),
    ("till", "Cassa o serrature", "Till or door locks", {"cassa", "till", "serrature"}),
    ("software", "Programma o sito", "Program or web site", {"channel-manager", "fatture", "invoices", "report"}),
)
CONTRACTS = (("base", "Base", "Basic"), ("plus", "Plus", "Plus"))
FOR_CUSTOMERS = {"visible_in_portal": True, "editable_in_portal": True}


@dataclass(frozen=True, slots=True)
class OwnFields:
    """Ids. device: what a ticket is about; contract, until: what a customer company has agreed to."""

    device: int
    contract: int
    until: int


def keep() -> OwnFields:
    """Write fields and forms down."""
    device = _field(
        kind="tagger",
        key="device",
        title={"it": "Che cosa non va", "en": "What is not working"},
        options=[{"value": value, "name": {"it": it, "en": en}} for value, it, en, _tags in DEVICES],
        **FOR_CUSTOMERS,
    )
    serial = _field(
        kind="regexp",
        key="serial",
        title={"it": "Etichetta", "en": "Label"},
        description={"it": "Sul retro, come LI-0412.", "en": "On its back, as in LI-0412."},
        pattern="LI-[0-9]{4}",
        **FOR_CUSTOMERS,
    )
    contract = _field(
        of="organization",
        kind="tagger",
        key="contract",
        title={"it": "Contratto", "en": "Contract"},
        options=[{"value": value, "name": {"it": it, "en": en}} for value, it, en in CONTRACTS],
    )
    until = _field(of="organization", kind="date", key="contract_until", title={"it": "Scade il", "en": "Ends on"})
    only_for = [
        {"parent_field_id": device, "value": value, "child_fields": [{"id": serial}], "for": who}
        for who in ("agent", "end_user")
        for value in ("pc", "printer")
    ]
    fault = {"it": "Qualcosa non funziona", "en": "Something does not work"}
    ticket_forms.save_form({"name": fault, "fields": [device, serial], "conditions": only_for}, actor=None)
    ticket_forms.save_form({"name": {"it": "Una domanda", "en": "A question"}, "fields": []}, actor=None)
    return OwnFields(device, contract, until)


def _field(**data: Any) -> int:
    return ticket_fields.save_field(data, actor=None).pk


def device_of(tags: Collection[str]) -> str:
    """The option that a request with these tags is about; "" for none of them."""
    return next((value for value, _it, _en, about in DEVICES if about & set(tags)), "")


def sign_contracts(organizations: Iterable[Organization], fields: OwnFields) -> None:
    """What each customer company has agreed to: every third one to more."""
    for number, organization in enumerate(organizations):
        ends = (clock.now() + timedelta(days=120 + 47 * number)).date()
        said = {fields.contract: CONTRACTS[number % 3 == 0][0], fields.until: ends.isoformat()}
        field_values.set_organization(organization.pk, said, actor=None)
