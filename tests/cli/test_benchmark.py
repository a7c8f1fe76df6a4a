"""The own desk's file and what hubs publish, carried by hand."""

import json
from datetime import UTC, datetime

import pytest

from sportello.benchmark import exchange
from sportello.benchmark.exchange import Collection
from sportello.benchmark.file import read
from sportello.benchmark.hub import Hub
from sportello.benchmark.publication import publish, shift
from sportello.desk.actions import benchmark
from sportello.desk.models import BenchmarkPublication
from sportello.reports.folding import sync
from tests.benchmark.desks import a_file
from tests.cli.test_commands import sportello  # noqa: F401

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)
PROFILE = {"sector": "software", "size": "10-49", "audience": "business", "country": "IT"}


@pytest.fixture(autouse=True)
def today(settings, tmp_path, frozen_clock):
    settings.SPORTELLO_DATA = tmp_path
    frozen_clock.move_to(NOW)


def test_file_is_signed_and_a_hub_takes_it(sportello, tmp_path):  # noqa: F811
    benchmark.describe(PROFILE, actor=None, private=False)
    sync.rebuild()

    code, out, _err = sportello("benchmark", "file")
    path = tmp_path / "file.json"
    path.write_text(out)
    taken, said, _err = sportello("benchmark", "receive", str(path), "--data", str(tmp_path / "hub"), "--json")

    assert (code, taken) == (0, 0)
    assert read(out.encode(), NOW).file.month == "2026-10"
    assert json.loads(said) == {"month": "2026-10", "state": "received"}
    assert (tmp_path / "hub" / "hub.sqlite3").exists()
    assert Hub(tmp_path / "hub").months() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("2026-13",), "This is no month: 2026-13."),
        (("2026-11",), "The month is not over yet: 2026-11."),
        ((), "Say first what the desk is."),
    ],
)
def test_file_when_it_cannot_be_made_says_why(sportello, arguments, words):  # noqa: F811
    code, _out, err = sportello("benchmark", "file", *arguments)

    assert (code, err.strip()) == (1, words)


def test_import_keeps_what_a_hub_published_and_refuses_nonsense(sportello, tmp_path):  # noqa: F811
    files = {str(number): a_file() for number in range(12)}
    path = tmp_path / "october.json"
    path.write_bytes(exchange.as_bytes(Collection("A hub, Torino", tuple(publish("2026-10", files, shift(b"x"))))))

    code, out, _err = sportello("benchmark", "import", str(path))
    path.write_text("{}")
    refused, _out, err = sportello("benchmark", "import", str(path))

    assert (code, out.strip()) == (0, "A hub, Torino: 5 cohorts of desks are kept.")
    assert BenchmarkPublication.objects.filter(hub="").count() == 5
    assert refused == 1
    assert "version, source, publications" in err


def test_import_of_a_month_that_is_not_over_is_refused_in_words(sportello, tmp_path):  # noqa: F811
    files = {str(number): a_file() for number in range(12)}
    path = tmp_path / "later.json"
    path.write_bytes(exchange.as_bytes(Collection("A hub, Torino", tuple(publish("2099-12", files, shift(b"x"))))))

    code, _out, err = sportello("benchmark", "import", str(path))

    assert (code, BenchmarkPublication.objects.count()) == (1, 0)
    assert "Traceback" not in err
    assert err.strip()
