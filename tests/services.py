"""Real services for tests: PostgreSQL, Dovecot, Chromium; faketime, which moves a clock.

Found on the system, started for a test run, ended after it.

`python tests/services.py install` installs the missing ones with apt-get, where one may.
`python tests/services.py postgres COMMAND …` runs COMMAND with TEST_DATABASE_URL set to a throw-away cluster.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGES = {"postgres": "postgresql", "dovecot": "dovecot-imapd", "chromium": "chromium", "faketime": "faketime"}
SECONDS = 30


def program(service: str) -> Path | None:
    """The service's program, None when it is not installed."""
    places = {
        "postgres": [
            *sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True),
            shutil.which("postgres"),
        ],
        "dovecot": [Path("/usr/sbin/dovecot"), shutil.which("dovecot")],
        "chromium": [shutil.which("chromium"), shutil.which("chromium-browser"), shutil.which("google-chrome")],
        # Not the command but the library that every process of a tree loads.
        "faketime": sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")),
    }[service]
    return next((Path(place) for place in places if place and Path(place).exists()), None)


def install() -> None:
    """Install what is missing, where apt-get exists and we are root; otherwise say what will be skipped."""
    missing = [service for service in PACKAGES if program(service) is None]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"Not installed, their tests will be skipped: {', '.join(missing)}", file=sys.stderr)
        return
    print(f"Installing {', '.join(missing)} for the tests ...", file=sys.stderr)
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
    for service in missing:  # one by one: a package this system lacks does not keep the others out
        command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", PACKAGES[service]]
        if subprocess.run(command, check=False, **quiet).returncode != 0:
            print(f"{PACKAGES[service]} could not be installed.", file=sys.stderr)


def _unprivileged() -> str | None:
    """The user that servers run as when we are root, who they refuse to be."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return None


@contextlib.contextmanager
def _running(command: Sequence[str], *, user: str | None, stop: signal.Signals, log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            user=user,
            group=None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until(ready: object, log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not ready():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise RuntimeError(f"The service did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A throw-away PostgreSQL without fsync, reached by a unix socket; yields its SPORTELLO_DATABASE_URL."""
    server = program("postgres")
    if server is None:
        raise RuntimeError("PostgreSQL is not installed.")
    folder, user = Path(tempfile.mkdtemp(prefix="sportello-pg-")), _unprivileged()
    if user:
        shutil.chown(folder, user)
    log = Path(tempfile.mkstemp(prefix="sportello-pg-log-")[1])
    try:
        initdb = [
            server.parent / "initdb",
            "-D",
            folder / "data",
            "-U",
            "desk",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run([*initdb, "--locale=C.UTF-8"], user=user, check=True, capture_output=True, cwd="/")
        options = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")
        command = [
            server,
            "-D",
            folder / "data",
            "-k",
            folder,
            *(word for option in options for word in ("-c", option)),
        ]
        with _running([str(word) for word in command], user=user, stop=signal.SIGINT, log=log):
            _wait_until(lambda: _answers_psql(server.parent, folder), log)
            yield f"postgres://desk@/desk?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        log.unlink()


def _answers_psql(programs: Path, folder: Path) -> bool:
    command = [programs / "psql", "-h", folder, "-U", "desk", "-d", "postgres", "-Atc", "SELECT 1"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@dataclass(frozen=True, slots=True)
class Dovecot:
    """An IMAP server on loopback without TLS; any user name gets in with the password and has a mailbox of its own."""

    host: str
    port: int
    password: str
    maildirs: Path


DOVECOT_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
disable_plaintext_auth = no
ssl = no
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@contextlib.contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A throw-away Dovecot; ends with the block."""
    server = program("dovecot")
    if server is None:
        raise RuntimeError("Dovecot is not installed.")
    folder = Path(tempfile.mkdtemp(prefix="sportello-imap-"))
    user = _unprivileged() or pwd.getpwuid(os.geteuid()).pw_name
    group = subprocess.run(["id", "-gn", user], capture_output=True, text=True, check=True).stdout.strip()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = Dovecot("127.0.0.1", free.getsockname()[1], "only-for-tests", folder / "mail")
    (folder / "mail").mkdir()
    (folder / "home").mkdir()
    configuration = folder / "dovecot.conf"
    values = {"folder": folder, "user": user, "group": group, "port": found.port, "password": found.password}
    configuration.write_text(DOVECOT_CONFIGURATION.format(**values))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        for path in (folder / "mail", folder / "home"):
            shutil.chown(path, user)
    log = folder / "output.log"
    try:
        with _running([str(server), "-F", "-c", str(configuration)], user=None, stop=signal.SIGTERM, log=log):
            _wait_until(lambda: _greets(found), log)
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _greets(server: Dovecot) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((server.host, server.port), timeout=1) as connection:
        return connection.recv(100).startswith(b"* OK")
    return False


def main(arguments: Sequence[str]) -> int:
    match arguments:
        case ["install"]:
            install()
            return 0
        case ["postgres", *command] if command:
            if program("postgres") is None:
                print("PostgreSQL is not installed: the tests did not run on it.", file=sys.stderr)
                return 1 if os.environ.get("CI") == "true" else 0
            with postgres() as url:
                return subprocess.run(command, env={**os.environ, "TEST_DATABASE_URL": url}, check=False).returncode
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
