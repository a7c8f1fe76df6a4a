"""The administrators' pages of custom fields: who may, the list, the form that loses nothing, dropping."""

import pytest

from sportello.desk.actions import ticket_fields

pytestmark = pytest.mark.django_db

DEVICE = {
    "of": "ticket",
    "kind": "tagger",
    "title": {"it": "Dispositivo", "en": "Device"},
    "options": [{"value": "printer", "name": {"it": "Stampante", "en": "Printer"}}, {"value": "pc", "name": "PC"}],
    "visible_in_portal": True,
    "editable_in_portal": True,
}


@pytest.fixture
def device(ada):
    return ticket_fields.save_field(DEVICE, actor=ada)


def test_get(enter, ada, device):
    admin = enter(ada)
    for path in ("", "?of=user", "/new", "/new?kind=tagger", "/new?kind=regexp", f"/{device.pk}", f"/{device.pk}/dropping"):
        assert admin.get(f"/fields{path}").status_code == 200
    for path in ("", "/new"):
        assert admin.get(f"/forms{path}").status_code == 200
