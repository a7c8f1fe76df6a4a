import pytest

from sportello.desk.rules.company_names import core


@pytest.mark.parametrize(
    "name",
    ["Rossi Hotels", "ROSSI  HOTELS SRL", "Rossi Hotels S.r.l.", "Rossi Hotels s. r. l.", "S.r.l. Rossi Hotels",
     "Rossi Hotels & C. S.a.s.", "Soc. Coop. Rossi Hotels", "Rossi Hotels Soc. Coop. a r.l.", "rossi-hotels GmbH"],
)  # fmt: skip
def test_core_when_only_case_blanks_and_legal_form_differ_then_the_same(name):
    assert core(name) == ("rossi", "hotels")


@pytest.mark.parametrize(
    ("name", "words"),
    [("Nicolò & Figli", ("nicolo", "figli")), ("S.p.A.", ()), ("", ()), ("Coop", ()), ("Spalato", ("spalato",))],
)
def test_core_keeps_what_is_no_legal_form(name, words):
    assert core(name) == words
