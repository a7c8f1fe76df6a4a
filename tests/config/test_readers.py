"""Settings from the environment: what is accepted, and what is refused by name."""

from pathlib import Path

import pytest

from sportello.config.readers import READERS, Address, Database, SettingError, read
from sportello.kit.mail_out import MailOut

WRONG = [
    ("SPORTELLO_HTTP", "8000"),
    ("SPORTELLO_HTTP", "localhost:"),
    ("SPORTELLO_HTTP", "localhost:65536"),
    ("SPORTELLO_HTTP", "localhost:-1"),
    ("SPORTELLO_HTTP", "localhost:٨٠"),
    ("SPORTELLO_HTTP", "::1:8000"),
    ("SPORTELLO_HTTP", "http://localhost:8000"),
    ("SPORTELLO_MAIL_IN", ":25"),
    ("SPORTELLO_PUBLIC_URL", "desk.example.org"),
    ("SPORTELLO_PUBLIC_URL", "ftp://desk.example.org"),
    ("SPORTELLO_PUBLIC_URL", "https://desk.example.org/help"),
    ("SPORTELLO_PUBLIC_URL", "https://desk.example.org?a=1"),
    ("SPORTELLO_PUBLIC_URL", "https://anna:secret@desk.example.org"),
    ("SPORTELLO_PUBLIC_URL", "https://desk.example.org:port"),
    ("SPORTELLO_PUBLIC_URL", "https://[::1"),
    ("SPORTELLO_DATABASE_URL", "mysql://localhost/desk"),
    ("SPORTELLO_DATABASE_URL", "sqlite:///"),
    ("SPORTELLO_DATABASE_URL", "sqlite://desk.sqlite3"),
    ("SPORTELLO_DATABASE_URL", "postgres://localhost"),
    ("SPORTELLO_MAIL_OUT", "mail.example.org"),
    ("SPORTELLO_MAIL_OUT", "smtp://"),
    ("SPORTELLO_MAIL_OUT", "smtp://mail.example.org:99999"),
    ("SPORTELLO_MAIL_OUT", "file:///"),
    ("SPORTELLO_MAIL_MAX_MB", "0"),
    ("SPORTELLO_MAIL_MAX_MB", "twenty"),
    ("SPORTELLO_MAIL_MAX_MB", "1025"),
    ("SPORTELLO_SECRET_KEY", "short"),
    ("SPORTELLO_DATA", __file__),
    ("SPORTELLO_PUBLIC_ULR", "https://desk.example.org"),
    ("SPORTELLO_HTTP_FILE", "/nowhere/at/all"),
]


def test_settings_when_nothing_is_set_have_defaults_that_work(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    settings = read({})

    assert settings.data == tmp_path / "data"
    assert settings.database == Database("sqlite", path=tmp_path / "data" / "desk.sqlite3")
    assert settings.public_url == "http://127.0.0.1:8000"
    assert (settings.http, settings.mail_in) == (Address("127.0.0.1", 8000), Address("127.0.0.1", 2525))
    assert (settings.mail_out, settings.mail_max_bytes, settings.secret_key) == (None, 25 * 1024 * 1024, None)


def test_settings_when_all_are_set_are_read():
    settings = read(
        {
            "SPORTELLO_DATA": "/srv/desk",
            "SPORTELLO_DATABASE_URL": "postgres://desk:p%40ss@db.example.org:5433/tickets?sslmode=require",
            "SPORTELLO_PUBLIC_URL": "https://desk.example.org/",
            "SPORTELLO_HTTP": "[::]:8080",
            "SPORTELLO_MAIL_IN": "0.0.0.0:25",
            "SPORTELLO_MAIL_OUT": "smtps://desk:p%3Ass@mail.example.org",
            "SPORTELLO_MAIL_MAX_MB": "50",
            "SPORTELLO_SECRET_KEY": "k" * 32,
            "PATH": "/bin",
        }
    )

    assert settings.data == Path("/srv/desk")
    assert settings.database == Database(
        "postgres",
        name="tickets", user="desk", password="p@ss", host="db.example.org", port="5433",
        options=(("sslmode", "require"),),
    )  # fmt: skip
    assert settings.public_url == "https://desk.example.org"
    assert (settings.http, settings.mail_in) == (Address("::", 8080), Address("0.0.0.0", 25))
    assert settings.mail_out == MailOut("smtps", "mail.example.org", 465, "desk", "p:ss")
    assert settings.mail_max_bytes == 50 * 1024 * 1024
    assert settings.secret_key == "k" * 32


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite:////srv/desk.sqlite3", "/srv/desk.sqlite3"), ("sqlite:///my%20desk.db", "{cwd}/my desk.db")],
)
def test_database_when_sqlite_takes_an_absolute_or_a_relative_file(url, path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert read({"SPORTELLO_DATABASE_URL": url}).database.path == Path(path.format(cwd=tmp_path))


def test_public_url_when_listening_everywhere_names_this_machine():
    assert read({"SPORTELLO_HTTP": "0.0.0.0:8000"}).public_url == "http://localhost:8000"


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_setting_when_wrong_is_refused_by_name(name, value):
    with pytest.raises(SettingError) as refusal:
        read({name: value})

    assert refusal.value.name == name
    assert str(refusal.value).startswith(f"{name}: ")


def test_setting_when_its_value_is_secret_keeps_it_out_of_the_refusal():
    with pytest.raises(SettingError) as refusal:
        read({"SPORTELLO_MAIL_OUT": "smpt://desk:hunter2@mail.example.org"})

    assert "hunter2" not in str(refusal.value)


def test_setting_when_given_by_a_file_is_read_without_its_line_end(tmp_path):
    (tmp_path / "key").write_text("a secret key that is long enough\n")

    assert read({"SPORTELLO_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == "a secret key that is long enough"


def test_setting_when_given_twice_is_refused(tmp_path):
    (tmp_path / "key").write_text("k" * 40)

    with pytest.raises(SettingError, match="SPORTELLO_SECRET_KEY_FILE"):
        read({"SPORTELLO_SECRET_KEY": "k" * 40, "SPORTELLO_SECRET_KEY_FILE": str(tmp_path / "key")})


def test_setting_when_empty_counts_as_absent():
    assert read({"SPORTELLO_MAIL_OUT": ""}).mail_out is None


def test_docs_settings_has_a_line_for_each_setting_and_no_other():
    page = Path(__file__).parents[2] / "docs" / "settings.md"

    lines = [line.split("`")[1] for line in page.read_text().splitlines() if line.startswith("| `SPORTELLO_")]

    assert sorted(lines) == sorted(f"SPORTELLO_{name}" for name in READERS)
