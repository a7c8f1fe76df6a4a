import pytest

from sportello.kit import blobs


@pytest.fixture(autouse=True)
def data(tmp_path, settings):
    settings.SPORTELLO_DATA = tmp_path


def test_store_when_twice_keeps_one_file_and_gives_it_back(tmp_path):
    digest = blobs.store(b"toner")

    assert blobs.store(b"toner") == digest
    assert blobs.read(digest) == b"toner"
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [digest]


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_path_of_when_not_a_digest_is_refused(digest):
    with pytest.raises(ValueError, match="SHA-256"):
        blobs.path_of(digest)
