"""Charts as SVG, without a library: values in, drawing and table out. They know no ticket. docs/algorithms/charts.md"""

from .bars import Bars, Rows, Shares
from .canvas import NARROW, WIDE
from .drawing import Chart, description, figure, html_table, spark, svg
from .durations import Class, Cumulative, Distribution, Reached
from .heat import HeatMap
from .lines import Lines, Multiples, Spark
from .paints import Look
from .ranges import Intervals, Standing
from .scales import TIME_EDGES
from .series import About, Cell, Point, Series, Table, Unfit, Unit

__all__ = [
    "NARROW",
    "TIME_EDGES",
    "WIDE",
    "About",
    "Bars",
    "Cell",
    "Chart",
    "Class",
    "Cumulative",
    "Distribution",
    "HeatMap",
    "Intervals",
    "Lines",
    "Look",
    "Multiples",
    "Point",
    "Reached",
    "Rows",
    "Series",
    "Shares",
    "Spark",
    "Standing",
    "Table",
    "Unfit",
    "Unit",
    "description",
    "figure",
    "html_table",
    "spark",
    "svg",
]
