"""The desk as an app: what a browser asks for before it installs one."""

import json

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from sportello.desk.actions import desks


def test_manifest_names_the_desk_and_files_that_are_there(db):
    desks.configure(name="Banco Lanterna")

    answer = Client().get("/manifest.webmanifest", headers={"accept-language": "it"})
    said = json.loads(answer.content)

    assert answer["Content-Type"] == "application/manifest+json"
    assert (said["name"], said["start_url"], said["display"]) == ("Banco Lanterna", "/tickets", "standalone")
    assert [finders.find(icon["src"].removeprefix("/static/")) for icon in said["icons"]].count(None) == 0
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Sportello", "Sportello"),
        ("Banco Lanterna", "Banco"),
        ("Uno due quattro", "Uno due"),
        ("Supercalifragilistico", "Supercalifra"),
    ],
)
def test_manifest_shortens_the_name_by_whole_words(db, name, short):
    desks.configure(name=name)

    assert json.loads(Client().get("/manifest.webmanifest").content)["short_name"] == short


def test_worker_rules_over_the_whole_desk_and_is_looked_at_anew(db):
    answer = Client().get("/worker.js")

    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/javascript", "no-cache")
    assert b"addEventListener" in answer.content


def test_page_for_when_the_desk_is_away_needs_nobody_signed_in(db):
    assert Client().get("/offline").status_code == 200
