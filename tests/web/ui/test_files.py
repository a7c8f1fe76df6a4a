from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from sportello.desk.actions.tickets import NewFile
from sportello.kit import blobs
from sportello.web.ui.files import download, new_files, stored


def test_new_files_are_what_was_uploaded_in_its_order():
    uploaded = [SimpleUploadedFile("a.png", b"1", content_type="image/png"), SimpleUploadedFile("b", b"2", None)]

    assert new_files(uploaded) == (NewFile("a.png", "image/png", b"1"), NewFile("b", "application/octet-stream", b"2"))


@pytest.mark.parametrize(
    ("inline", "disposition"),
    [(True, "inline; filename*=UTF-8''perch%C3%A9%22.png"), (False, "attachment; filename*=UTF-8''perch%C3%A9%22.png")],
)
def test_download_is_closed_in_whatever_way_it_is_opened(inline, disposition):
    response = download(b"x", 'perché".png', "image/png", inline=inline)

    assert response.content == b"x"
    assert {name: response[name] for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options")} == {
        "Content-Type": "image/png",
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
    }
    assert response["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@pytest.mark.parametrize(
    ("content_type", "opens", "shown"),
    [
        ("image/png", True, ("image/png", "inline")),
        ("image/png", False, ("image/png", "attachment")),
        ("image/svg+xml", True, ("application/octet-stream", "attachment")),
    ],
)
def test_stored_file_opens_by_itself_only_where_it_may(content_type, opens, shown):
    digest = blobs.store(b"x")

    response = stored(SimpleNamespace(digest=digest, file_name="a", content_type=content_type), opens=opens)

    assert response.content == b"x"
    assert (response["Content-Type"], response["Content-Disposition"].split(";")[0]) == shown


def test_stored_file_whose_bytes_are_gone_is_not_there():
    with pytest.raises(Http404):
        stored(SimpleNamespace(digest="0" * 64, file_name="a", content_type="image/png"), opens=True)
