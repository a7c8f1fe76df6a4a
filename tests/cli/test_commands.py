"""The command line against a real desk: arguments in, rows and an exit code out."""

import io
import json
import os
import subprocess
import sys

import pytest

from sportello.cli import commands
from sportello.demo import DESKS
from sportello.desk.actions import people
from sportello.desk.models import InboundMail, Job, Ticket, User
from sportello.desk.words import Status

MAIL = b"From: rita@rossi.example\r\nSubject: Printer\r\nMessage-ID: <1@x.example>\r\n\r\nHelp\r\n"


@pytest.fixture
def sportello(capsys, monkeypatch, db):
    """Run a command in this process; returns (exit code, stdout, stderr)."""

    def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sportello", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as end:
            commands.run()
        out, err = capsys.readouterr()
        return end.value.code or 0, out, err

    return run


def test_ticket_take_reply_solve_go_through_the_verbs(sportello, ticket, anna):
    for arguments in (["take"], ["reply", "Ho cambiato il toner."], ["note", "Era vuoto."], ["solve"]):
        code, _, err = sportello("ticket", arguments[0], str(ticket.pk), *arguments[1:], "--as", "anna@desk.example")
        assert (code, err) == (0, "")

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status) == (anna, Status.SOLVED)
    assert [(each.public, each.text) for each in ticket.comments.order_by("id")][1:] == [
        (True, "Ho cambiato il toner."),
        (False, "Era vuoto."),
    ]


def test_demo_says_its_names_before_somebody_guesses_them(sportello):
    _, helped, _ = sportello("demo", "--help")
    code, _, refused = sportello("demo", "october")

    helped = " ".join(helped.replace("│", " ").split())  # Without its frame.
    assert code == 2
    assert not [name for name in DESKS if f"demo {name}" not in helped or name not in refused]


def test_ticket_open_on_behalf_of_a_caller_reads_its_text_from_the_input(sportello, mailbox, group, anna):
    code, out, _ = sportello(
        "ticket", "open", "rita@rossi.example", "Modem spento", "--as", "anna@desk.example", "--json", stdin=b"Non va."
    )

    ticket = Ticket.objects.get(pk=json.loads(out)["id"])
    assert code == 0
    assert (ticket.subject, ticket.submitter, ticket.comments.get().text) == ("Modem spento", anna, "Non va.")


def test_ticket_list_and_show_answer_people_and_programs(sportello, ticket, anna):
    listed = json.loads(sportello("ticket", "list", "--as", "anna@desk.example", "--json")[1])
    shown = sportello("ticket", "show", str(ticket.pk), "--as", "anna@desk.example")[1]

    assert [each["id"] for each in listed] == [ticket.pk]
    assert "La stampante non stampa" in shown
    assert "Da stamattina la stampante" in shown


@pytest.mark.parametrize("address", ["nobody@desk.example", "rita@rossi.example"])
def test_ticket_command_when_the_actor_is_no_agent_is_refused(sportello, ticket, anna, address):
    code, out, err = sportello("ticket", "take", str(ticket.pk), "--as", address)

    assert (code, out) == (1, "")
    assert address in err
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_ticket_command_when_the_agent_may_not_see_the_ticket_is_refused_like_a_missing_one(sportello, ticket, ben):
    forbidden = sportello("ticket", "show", str(ticket.pk), "--as", "ben@desk.example")
    missing = sportello("ticket", "show", "987654", "--as", "ben@desk.example")

    assert forbidden == missing
    assert forbidden[0] == 1


def test_ticket_status_when_there_is_no_such_status_is_wrong_usage(sportello, ticket, anna):
    code, _, err = sportello("ticket", "status", str(ticket.pk), "done", "--as", "anna@desk.example")

    assert code == 2
    assert "pending" in err


def test_mail_receive_from_the_input_stores_the_bytes(sportello):
    code, out, _ = sportello("mail", "receive", "--json", stdin=MAIL)

    (number,) = json.loads(out)["received"]
    assert code == 0
    assert bytes(InboundMail.objects.get(pk=number).raw.content) == MAIL


def test_mail_receive_from_an_mbox_and_a_folder_stores_each_mail(sportello, tmp_path):
    line, mail = b"From rita@rossi.example Wed Mar  4 12:00:00 2026\n", MAIL.replace(b"\r", b"")
    (tmp_path / "box").write_bytes(line + mail + b"\n" + line + mail)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "1.eml").write_bytes(MAIL)

    code, _, _ = sportello("mail", "receive", str(tmp_path / "box"), str(tmp_path / "folder"))

    assert code == 0
    assert InboundMail.objects.count() == 3


def test_mail_receive_when_larger_than_allowed_is_refused(sportello, settings):
    settings.MAIL_MAX_BYTES = 10

    code, _, err = sportello("mail", "receive", stdin=MAIL)

    assert code == 1
    assert "MB" in err
    assert InboundMail.objects.count() == 0


def test_mail_receive_when_the_file_is_missing_says_which(sportello, tmp_path):
    code, _, err = sportello("mail", "receive", str(tmp_path / "none.eml"))

    assert code == 1
    assert "none.eml" in err


def test_mail_status_counts_what_came_in(sportello):
    sportello("mail", "receive", stdin=MAIL)

    ledger = json.loads(sportello("mail", "status", "--json")[1])

    assert ledger["received"] == sum(ledger["states"].values()) == 1


def test_user_add_makes_an_agent_and_link_lets_him_in(sportello):
    added = sportello("user", "add", "carla@desk.example", "Carla Neri", "--language", "it")
    code, out, _ = sportello("user", "link", "carla@desk.example")

    assert (added[0], code) == (0, 0)
    assert User.objects.get(name="Carla Neri").role == "agent"
    assert out.startswith("http://desk.example.org/")


def test_user_import_starts_a_job_with_the_columns_it_knows(sportello, anna, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("Nome;Email;Altro\nNina;nina@a.example;x\n")

    code, out, _ = sportello("user", "import", str(file), "--as", "anna@desk.example", "--json")

    assert (code, json.loads(out)["columns"]) == (0, {"Nome": "name", "Email": "address", "Altro": ""})
    assert Job.objects.get().arguments["columns"] == ["name", "address", ""]


def test_user_add_when_the_address_is_taken_is_refused(sportello, anna):
    code, _, err = sportello("user", "add", "anna@desk.example", "Anna Due")

    assert code == 1
    assert err


def test_report_month_before_the_facts_are_folded_says_so(sportello, mailbox, settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path

    code, _, err = sportello("report", "month", "2026-10")

    assert (code, "report rebuild" in err) == (1, True)


def test_report_month_answers_in_text_markdown_and_json(sportello, mailbox, settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path
    sportello("report", "rebuild")

    text = sportello("report", "month", "2026-10")
    figures = sportello("report", "month", "2026-10", "--format", "json")

    markdown = sportello("report", "month", "2026-10", "--format", "markdown", "--for", "public", "--language", "it")

    assert (text[0], figures[0], markdown[0]) == (0, 0, 0)
    assert text[1].strip()
    assert json.loads(figures[1])["figures"]["num_solved_tickets"]["now"]["value"] == 0
    assert "## Ticket risolti" in markdown[1]


def test_report_month_when_it_is_no_month_is_wrong_usage(sportello):
    assert sportello("report", "month", "2026-13")[0] == 2


def test_command_when_a_setting_is_wrong_names_it_without_a_traceback(tmp_path):
    environ = {"PATH": os.environ["PATH"], "SPORTELLO_DATA": str(tmp_path), "SPORTELLO_HTTP": "nonsense"}

    for command in (["serve"], ["ticket", "list", "--as", "a@desk.example"], ["mail", "status"]):
        done = subprocess.run(
            [sys.executable, "-m", "sportello", *command], env=environ, capture_output=True, text=True, check=False
        )

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("SPORTELLO_HTTP: ")
        assert "Traceback" not in done.stderr


def test_doctor_when_the_desk_is_well_says_so_for_each_part(tmp_path):
    environ = {
        "PATH": os.environ["PATH"],
        "SPORTELLO_DATA": str(tmp_path),
        "SPORTELLO_HTTP": "127.0.0.1:0",
        "SPORTELLO_MAIL_IN": "127.0.0.1:0",
    }

    done = subprocess.run(
        [sys.executable, "-m", "sportello", "doctor", "--json"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert {each["what"] for each in json.loads(done.stdout)} >= {
        "settings",
        "data folder",
        "SQLite",
        "database",
        "clock",
    }


def test_doctor_when_the_way_out_is_closed_fails(tmp_path):
    environ = {
        "PATH": os.environ["PATH"],
        "SPORTELLO_DATA": str(tmp_path),
        "SPORTELLO_MAIL_OUT": "smtp://127.0.0.1:1",
    }

    done = subprocess.run([sys.executable, "-m", "sportello", "doctor"], env=environ, capture_output=True, check=False)

    assert done.returncode == 1
    assert b"FAIL" in done.stdout


def test_user_address_makes_mail_from_it_theirs(sportello, rita, sam):
    code, _, _ = sportello("user", "address", "rita@rossi.example", "Rita.Rossi@home.example")
    taken, _, err = sportello("user", "address", "rita@rossi.example", "sam@elsewhere.example")

    assert (code, taken) == (0, 1)
    assert people.by_address("rita.rossi@home.example") == rita
    assert "Somebody has this address already." in err


def test_help_speaks_the_language_of_the_terminal():
    run = [sys.executable, "-c", "import sys; sys.argv[0] = 'sportello'; from sportello.cli import main; main()"]
    environ = {**os.environ, "LANG": "it_IT.UTF-8", "LC_ALL": "it_IT.UTF-8", "COLUMNS": "120"}

    said = subprocess.run([*run, "ticket", "list", "--help"], env=environ, capture_output=True, text=True, check=True)

    words = ("Opzioni", "[obbligatorio]", "dal cambiamento più recente", "Solo quelli assegnati a me.")
    assert [word for word in words if word not in said.stdout] == []
