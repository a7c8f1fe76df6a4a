"""Files as they come with mails, well-made and hostile. The small ones are written here."""

import io
import zipfile

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.kit import file_text
from sportello.kit.file_text import DOCX, PDF, FileText, Unread

BODY = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'


def pdf(*lines: str) -> bytes:
    """A PDF with a page for each line."""
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(len(lines)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(lines)} >>".encode(),
    ]
    for n, line in enumerate(lines):
        drawn = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET".encode("latin-1")
        font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >>"
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {4 + 2 * n} 0 R /Resources {font} >>"
        objects += [page.encode(), b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn)]
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(written))
    return written + head + table + tail


def locked(content: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt("a password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx(*paragraphs: str, document: str | bytes = "") -> bytes:
    said = "".join(f"<w:p><w:r><w:t>{it}</w:t></w:r></w:p>" for it in paragraphs)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document or BODY.format(said))
    return out.getvalue()


@pytest.fixture
def read(tmp_path):
    def of(content, kind="", name="file"):
        path = tmp_path / "blob"
        path.write_bytes(content)
        return file_text.read(path, kind, name)

    return of


@pytest.mark.parametrize(
    ("content", "kind", "name", "text"),
    [
        ("Città e però".encode(), "text/plain", "a", "Città e però"),
        ("Città e però".encode("cp1252"), "text/plain", "a", "Città e però"),
        ("Città".encode("utf-16"), "text/plain", "a", "Città"),
        (b"rete;lenta", "application/octet-stream", "b.CSV", "rete;lenta"),
        (b"<p>Non <b>stampa</b></p><script>x</script>", "text/html", "a", "Non stampa"),
        (pdf("Fattura n. 12", "seconda pagina"), PDF, "a", "Fattura n. 12\nseconda pagina"),
        (pdf("Fattura"), "application/octet-stream", "f.pdf", "Fattura"),
        (docx("Contratto di assistenza", "a &amp; b"), DOCX, "a", "Contratto di assistenza\na & b"),
    ],
)
def test_file_gives_its_words(read, content, kind, name, text):
    assert read(content, kind, name) == FileText(text)


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (b"GIF89a", "image/gif", Unread.OTHER),
        (b"x" * (file_text.MOST_PLAIN_BYTES + 1), "text/plain", Unread.LARGE),
        (b"   ", "text/plain", Unread.EMPTY),
        (b"%PDF-1.4 broken", PDF, Unread.BROKEN),
        (locked(pdf("segreto")), PDF, Unread.LOCKED),
        (b"not a zip", DOCX, Unread.BROKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", DOCX, Unread.LOCKED),
        (docx(document=b"<w:document"), DOCX, Unread.BROKEN),
        (docx(document=b" " * 60_000_000), DOCX, Unread.BROKEN),
    ],
    ids=["picture", "large", "blank", "broken pdf", "locked pdf", "no docx", "locked docx", "broken xml", "zip bomb"],
)
def test_file_that_cannot_be_read_says_why(read, content, kind, reason):
    assert read(content, kind) == FileText("", reason)


def test_entities_are_not_multiplied_nor_looked_up(read, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE w [<!ENTITY e0 "lol">{bomb}<!ENTITY s SYSTEM "file://{secret}">]>'
    body = BODY.format("<w:p><w:r><w:t>before &e11; &s; </w:t></w:r></w:p>")

    found = read(docx(document=head + body), DOCX)

    assert "hidden" not in found.text
    assert "lollol" not in found.text


def test_file_that_takes_too_long_is_given_up(read, monkeypatch):
    monkeypatch.setattr(file_text, "SECONDS", 0.01)

    assert read(pdf("x"), PDF).reason == Unread.BROKEN


def test_file_that_is_gone_says_so(tmp_path):
    assert file_text.read(tmp_path / "nothing", "text/plain", "a").reason == Unread.GONE


@settings(max_examples=40)
@given(content=st.binary(max_size=200), kind=st.sampled_from(["text/plain", "text/html"]))
def test_any_bytes_are_read_without_a_fault(tmp_path_factory, content, kind):
    path = tmp_path_factory.mktemp("any") / "blob"
    path.write_bytes(content)

    assert "\x00" not in file_text.read(path, kind, "a").text
