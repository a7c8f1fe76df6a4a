"""A desk with fields and forms of its own, for the pages of agents and customers."""

from types import SimpleNamespace

from sportello.desk.actions import ticket_fields, ticket_forms

PRINTER = {"value": "printer", "name": {"it": "Stampante", "en": "Printer"}}


def add(title, kind="text", **more):
    return ticket_fields.save_field({"title": title, "kind": kind} | more, actor=None)


def when_printer(device, child, who, *, required):
    children = [{"id": child.pk, "is_required": required}]
    return {"parent_field_id": device.pk, "value": "printer", "child_fields": children, "for": who}


def make():
    """Fault asks the device, its model where it is a printer, a cost that only agents see, a contract that customers
    read; Account asks the login. Internal is for agents alone."""
    editable = {"visible_in_portal": True, "editable_in_portal": True}
    device = add(
        {"it": "Dispositivo", "en": "Device"},
        "tagger",
        options=[PRINTER, {"value": "pc", "name": "PC"}],
        required=True,
        required_in_portal=True,
        **editable,
    )
    model = add({"it": "Modello", "en": "Model"}, **editable)
    cost = add("Cost", "decimal")
    contract = add("Contract", visible_in_portal=True)
    login = add("Login", **editable)
    conditions = [when_printer(device, model, who, required=True) for who in ("agent", "end_user")]
    listed = [device.pk, model.pk, cost.pk, contract.pk]
    fault = {"name": {"it": "Guasto", "en": "Fault"}, "fields": listed, "conditions": conditions}
    return SimpleNamespace(
        device=device,
        model=model,
        cost=cost,
        contract=contract,
        login=login,
        fault=ticket_forms.save_form(fault, actor=None),
        account=ticket_forms.save_form({"name": {"it": "Accesso", "en": "Account"}, "fields": [login.pk]}, actor=None),
        internal=ticket_forms.save_form(
            {"name": "Internal", "fields": [cost.pk], "end_user_visible": False}, actor=None
        ),
    )


def name(field):
    """Of its control."""
    return f"custom_fields_{field.pk}"
