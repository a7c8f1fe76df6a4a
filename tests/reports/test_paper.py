"""Reports on paper, read back by another library."""

import io
import re

import pypdf
import pytest
from django.utils import translation

from sportello.reports import paper
from sportello.reports.charts import About, Bars, Point, Series
from sportello.reports.paper import Document, Figure, Grid, Note, Picture, Section, Unprintable

HOSTILE = '#panic("x") *a* _b_ $x$ <c> @d `e` \\ // f #read("/etc/passwd") "g" {h} [i] #{1+1}'


def solved(name="Ticket risolti"):
    return Bars(
        About("k", name, "Mese", description="Da 1.096 a 1.033."),
        (Series("Risolti", (Point("ott", 1096), Point("nov", 1033))),),
    )


def report(**changes):
    """A small report with each of its parts."""
    with translation.override("it"):
        chart = paper.picture(solved())
        table = paper.grid(solved().table())
    said = {
        "language": "it",
        "title": "Rapporto di novembre",
        "subtitle": "novembre 2026",
        "desk": "Assistenza Belvedere",
        "summary": ("Perché è così.",),
        "figures": (Figure("Soddisfazione", "97,2 %", (Note("n = 67"), Note("+1,9 pt", "better"))),),
        "sections": (Section("Volume", ("Parole.",), (chart,), (table,)),),
        "footnotes": ("Una nota.",),
    }
    return Document(**(said | changes))


def opened(content):
    return pypdf.PdfReader(io.BytesIO(content))


def words(content):
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in opened(content).pages))


def test_pdf_says_every_part_of_the_report():
    said = words(paper.pdf(report()))

    parts = (
        "Rapporto di novembre",
        "novembre 2026",
        "Perché è così.",
        "97,2 %",
        "n = 67",
        "+1,9 pt",
        "Volume",
        "Parole.",
    )
    assert [part for part in (*parts, "1.096", "Una nota.", "Assistenza Belvedere", "1 / 1") if part not in said] == []


def test_pdf_is_tagged_and_knows_language_title_and_the_text_for_a_picture():
    pdf = opened(paper.pdf(report()))

    catalog = pdf.trailer["/Root"]
    assert catalog["/Lang"] == "it"
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    assert pdf.metadata.title == "Rapporto di novembre"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_data()
    assert alts(catalog["/StructTreeRoot"]) == ["Da 1.096 a 1.033."]


def alts(node):
    """The texts for pictures, anywhere below a node of the tree of tags."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [alt for kid in node for alt in alts(kid)]
    if not isinstance(node, dict):
        return []
    return ([node["/Alt"]] if "/Alt" in node else []) + (alts(node["/K"]) if "/K" in node else [])


@pytest.mark.parametrize("letters", ["😡", "👩‍💻", "漢字", "สวัสดี", "\x01"])
def test_pdf_with_letters_that_no_font_of_ours_has_is_made_all_the_same(letters):
    made = paper.pdf(report(title=f"Luglio {letters}", summary=(f"Non va {letters} proprio.",)))

    said = words(made)
    assert "Non va" in said
    assert "proprio." in said
    assert opened(made).trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_pdf_brings_its_letters_along():
    pdf = opened(paper.pdf(report()))

    fonts = {font.get_object()["/BaseFont"] for page in pdf.pages for font in page["/Resources"]["/Font"].values()}
    assert {name.split("+")[1].split("-")[0] for name in fonts} == {"Inter"}


def test_pdf_of_what_people_wrote_keeps_it_text():
    hostile = report(
        title=HOSTILE,
        subtitle=HOSTILE,
        desk=HOSTILE,
        summary=(HOSTILE,),
        figures=(Figure(HOSTILE, HOSTILE, (Note(HOSTILE, HOSTILE),)),),
        sections=(
            Section(
                HOSTILE,
                (HOSTILE,),
                (paper.picture(solved(HOSTILE)),),
                (Grid(HOSTILE, (HOSTILE, "n"), ((HOSTILE, "</svg>"),)),),
            ),
        ),
        footnotes=(HOSTILE,),
    )

    said = words(paper.pdf(hostile))

    assert said.count('#panic("x") *a* _b_ $x$ <c> @d') >= 9
    assert "root:" not in said


def test_pdf_of_a_long_table_repeats_its_head_and_counts_its_pages():
    rows = tuple((f"Cliente {nth}", str(nth)) for nth in range(120))

    pdf = opened(paper.pdf(report(sections=(Section("Clienti", tables=(Grid("Tutti", ("Cliente", "n"), rows),)),))))

    pages = [page.extract_text() for page in pdf.pages]
    assert len(pages) == 3
    assert "3 / 3" in pages[-1]
    assert all("Cliente n" in re.sub(r"\s+", " ", page) for page in pages)


def test_pdf_of_the_barest_report_is_a_page():
    pdf = opened(paper.pdf(Document("en", "Report", "May", "Desk")))

    assert len(pdf.pages) == 1


def test_pdf_with_a_picture_that_is_none_is_refused():
    broken = Section("a", charts=(Picture("title", "<svg", "what it shows"),))

    with pytest.raises(Unprintable, match="SVG"):
        paper.pdf(report(sections=(broken,)))


def test_pdf_of_too_much_is_refused_before_it_begins():
    with pytest.raises(Unprintable, match="20000000 at most"):
        paper.pdf(report(summary=("x" * paper.MOST_BYTES,)))


def test_png_is_as_wide_as_asked():
    made = paper.png(paper.picture(solved()), 1000)

    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert abs(int.from_bytes(made[16:20]) - 1000) <= 1


def test_pdf_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(paper, "SECONDS", 0.001)

    with pytest.raises(Unprintable, match="not done in"):
        paper.pdf(report())
