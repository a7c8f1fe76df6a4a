"""Settings that can be read and yet cannot work: each number has a case, and a line in the docs."""

import subprocess
import sys
from pathlib import Path

import pytest

from sportello.config import checks
from sportello.config.checks import CHECKS, problems
from sportello.config.readers import read


@pytest.fixture
def numbers(tmp_path, monkeypatch):
    """The problems of a desk in a folder of its own, by number."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()

    def look(**settings: str) -> list[str]:
        environ = {f"SPORTELLO_{name}": value.format(here=tmp_path) for name, value in settings.items()}
        return [each.number for each in problems(read(environ))]

    return look


@pytest.mark.parametrize(
    ("number", "settings"),
    [
        ("E001", {"DATA": "{here}/file/desk"}),
        ("E002", {"DATABASE_URL": "sqlite:///{here}/missing/desk.sqlite3"}),
        ("E004", {"PUBLIC_URL": "http://0.0.0.0:8000"}),
        ("E004", {"PUBLIC_URL": "https://[::]"}),
        ("E005", {"MAIL_OUT": "file://{here}/file/mails"}),
        ("E006", {"MAIL_OUT": "smtp://localhost:2525"}),
        ("E006", {"MAIL_OUT": "smtp://mail.example:25", "MAIL_IN": "mail.example:25"}),
        ("E007", {"HTTP": "127.0.0.1:8000", "MAIL_IN": "127.0.0.1:8000"}),
        ("W001", {"HTTP": "0.0.0.0:8000"}),
    ],
)
def test_settings_when_they_cannot_work_then_the_number_says_so(numbers, number, settings):
    assert numbers(**settings) == [number]


def test_settings_when_the_driver_is_missing_then_the_number_says_so(numbers, monkeypatch):
    monkeypatch.setattr(checks, "find_spec", lambda name: None)

    assert numbers(DATABASE_URL="postgres://localhost/desk") == ["E003"]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"DATA": "{here}/a/new/one"},
        {"DATABASE_URL": "sqlite:///{here}/desk.sqlite3"},
        {"MAIL_OUT": "file://{here}/mails"},
        {"MAIL_OUT": "smtp://localhost:25"},
        {"MAIL_OUT": "smtp://mail.example:2525"},
        {"HTTP": "127.0.0.1:0", "MAIL_IN": "127.0.0.1:0"},
        {"HTTP": "0.0.0.0:8000", "PUBLIC_URL": "https://desk.example.org"},
        {"PUBLIC_URL": "https://desk.example.org"},
    ],
)
def test_settings_when_they_can_work_then_nothing_is_said(numbers, settings):
    assert numbers(**settings) == []


def test_docs_settings_has_a_line_for_each_number_and_no_other():
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()

    lines = [line.split("`")[1:4:2] for line in page.splitlines() if line.startswith("| `sportello.")]

    assert lines == [[f"sportello.{number}", f"SPORTELLO_{setting}"] for number, (setting, *_) in CHECKS.items()]


def test_serve_when_a_check_fails_then_ends_with_its_number(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sportello", "serve"],
        env={"SPORTELLO_DATA": str(tmp_path), "SPORTELLO_MAIL_OUT": "smtp://127.0.0.1:2525"},
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.startswith("SPORTELLO_MAIL_OUT: ")
    assert "(sportello.E006)" in done.stderr


def test_django_check_when_a_check_fails_then_names_its_number(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sportello", "django", "check"],
        env={"SPORTELLO_DATA": str(tmp_path), "SPORTELLO_PUBLIC_URL": "http://0.0.0.0"},
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "(sportello.E004) SPORTELLO_PUBLIC_URL: " in done.stderr
