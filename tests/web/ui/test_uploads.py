import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from sportello.desk.models import Ticket
from sportello.web.ui.uploads import ROOM_BYTES, bounded

LIMIT = settings.MAIL_MAX_BYTES + ROOM_BYTES


class Unread:
    """A body that nobody may read."""

    def read(self, *_arguments):
        raise AssertionError("read")

    readline = read


@pytest.mark.parametrize("path", ["/requests/new", "/sign-in", "/nothing", "/r/abc/comments"])
def test_body_when_too_large_is_refused_unread(client, db, path):
    response = client.post(
        path,
        content_type="multipart/form-data; boundary=b",
        CONTENT_LENGTH=str(LIMIT + 1),
        headers={"Accept-Language": "it"},
        **{"wsgi.input": Unread()},
    )

    assert response.status_code == 413
    assert "413" in response.content.decode()
    assert '<html lang="it"' in response.content.decode()
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"CONTENT_LENGTH": str(LIMIT)}, 200),
        ({"CONTENT_LENGTH": "0"}, 200),
        ({"CONTENT_LENGTH": ""}, 200),
        ({"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}, 411),
        ({"CONTENT_LENGTH": "-1"}, 411),
        ({"CONTENT_LENGTH": "many"}, 411),
    ],
)
def test_body_is_let_through_by_what_it_announces(headers, status):
    request = RequestFactory().post("/", **{**headers, "wsgi.input": Unread()})
    request.META.update(headers)

    response = bounded(lambda _request: HttpResponse())(request)

    assert response.status_code == status
