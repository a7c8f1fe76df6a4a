import pytest
from django.utils import translation

from sportello.reports.charts import NARROW, WIDE, About, HeatMap, svg
from sportello.reports.charts.heat import step_of
from tests.reports.charts.drawings import Drawing

ABOUT = About("k", "Arrivals", "Hour")


@pytest.mark.parametrize(("value", "step"), [(0, 0), (0.1, 1), (25, 1), (25.1, 2), (50, 2), (75, 3), (76, 4), (100, 4)])
def test_step_of_a_value_is_its_quarter_of_the_highest(value, step):
    assert step_of(value, 100) == step


@pytest.mark.parametrize(("language", "first"), [("it", "lun"), ("en", "Sun")])
def test_heat_map_begins_with_the_week_of_the_language(language, first):
    with translation.override(language):
        drawing = Drawing(svg(HeatMap(ABOUT, {(0, 9): 12})))

        assert drawing.texts[0].said == first


def test_heat_map_writes_each_number_and_names_day_and_hours():
    with translation.override("en"):
        drawing = Drawing(svg(HeatMap(ABOUT, {(0, 9): 12, (6, 23): 3}, {(0, 9): "/t?h=9"})))

    assert sorted(drawing.marks) == ["Monday, 09–10: 12", "Sunday, 23–24: 3"]
    assert drawing.links == ["/t?h=9"]
    assert {"12", "3"} <= {text.said for text in drawing.texts}


def test_heat_map_on_a_narrow_sheet_stands_on_its_end():
    wide, narrow = (Drawing(svg(HeatMap(ABOUT, {(0, 9): 12}), width)) for width in (WIDE, NARROW))

    assert wide.height < 300 < narrow.height


def test_heat_map_table_has_a_row_for_each_hour_and_a_column_for_each_day():
    with translation.override("it"):
        table = HeatMap(ABOUT, {(0, 9): 12}).table()

    assert table.columns == ("Hour", "lun", "mar", "mer", "gio", "ven", "sab", "dom")
    assert [cell.text for cell in table.rows[9]] == ["09–10", "12", "0", "0", "0", "0", "0", "0"]
    assert len(table.rows) == 24
