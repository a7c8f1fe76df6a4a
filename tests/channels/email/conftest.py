"""A mailbox of its own for each test of IMAP."""

import pytest

from sportello.desk.actions import desks
from sportello.desk.models import Mailbox
from tests.channels.email.imap_server import Server


@pytest.fixture
def user(request) -> str:
    return request.node.name.partition("[")[0]


@pytest.fixture
def server(dovecot, user):
    server = Server(dovecot, user)
    yield server
    server.box.logout()


@pytest.fixture
def box(db, dovecot, user) -> Mailbox:
    return desks.add_mailbox(
        "help@desk.example",
        imap_password=dovecot.password,
        imap_host=dovecot.host,
        imap_port=dovecot.port,
        imap_user=user,
        imap_security=Mailbox.Security.NONE,
    )
