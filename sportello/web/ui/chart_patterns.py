"""Invented figures for the charts of the patterns page: each kind, and what tries them: gaps, few cases, nothing."""

from django.utils.safestring import SafeString

from sportello.reports import charts
from sportello.reports.charts import (
    About,
    Bars,
    Chart,
    Class,
    Cumulative,
    Distribution,
    HeatMap,
    Intervals,
    Lines,
    Multiples,
    Point,
    Reached,
    Rows,
    Series,
    Shares,
    Spark,
    Standing,
    Unit,
)

MONTHS = "dic gen feb mar apr mag giu lug ago set ott nov".split()
SOLVED = (1012, 1044, 998, 1101, 1033, 1096, 1050, 987, 731, 1064, 1096, 1033)
CREATED = (1020, 1061, 1003, 1110, 1021, 1087, 1066, 1001, 752, 1080, 1088, 1041)
CHANNELS = ("Posta", "Portale", "Telefono")
BANDS = ("entro 1 ora", "entro 8 ore", "entro 24 ore", "oltre")


def examples(prefix: str) -> list[Chart]:
    """Every kind of chart. prefix: begins their keys, so that a page can hold them twice."""

    def about(key: str, title: str, heading: str = "Mese", unit: Unit = Unit.COUNT) -> About:
        return About(f"{prefix}-{key}", title, heading, unit)

    return [
        Bars(about("solved", "Ticket risolti"), (_series("Risolti", SOLVED),)),
        Bars(
            about("flow", "Ticket creati e risolti, ultimi sei mesi"),
            (_series("Creati", CREATED, 6), _series("Risolti", SOLVED, 6)),
        ),
        Bars(
            about("channels", "Ticket creati per canale"),
            tuple(
                _series(name, [value * part // 100 for value in CREATED])
                for name, part in zip(CHANNELS, (61, 27, 12), strict=True)
            ),
            stacked=True,
        ),
        Lines(
            about("reply", "Prima risposta", unit=Unit.MINUTES),
            (
                _series("Media", (236, 241, 228, 222, 219, 226, 231, None, None, 222, 222, 228)),
                _series("Mediana", (58, 61, 55, 52, 49, 51, 57, 64, 88, 54, 53, 52)),
                _series("Nostro obiettivo", (120,) * 12),
            ),
        ),
        Lines(
            about("satisfied", "Soddisfazione", unit=Unit.SHARE),
            (
                _series(
                    "Soddisfazione", (0.941, 0.952, 0.948, 0.967, 0.961, 0.955, 0.949, 0.958, 0.97, 0.955, 0.949, 0.972)
                ),
            ),
            from_zero=False,
        ),
        Shares(
            about("bands", "Entro quanto è arrivata la prima risposta", "Entro"),
            (
                _shares("novembre 2026", (558, 269, 144, 62)),
                _shares("ottobre 2026", (540, 301, 180, 75)),
                _shares("agosto 2026", (3, 1, 0, 0)),
            ),
        ),
        Distribution(
            about("times", "Tempo di prima risposta", "Tempo"),
            tuple(Class(count, "#main") for count in (41, 97, 168, 252, 140, 92, 61, 96, 55, 21, 7, 3)),
            median=52.0,
            p90=1180.0,
        ),
        Cumulative(
            about("curve", "Prima risposta data entro", "Tempo", Unit.MINUTES),
            tuple(
                Reached(minutes, share, "#main")
                for minutes, share in (
                    *((5, 0.04), (15, 0.134), (30, 0.297), (60, 0.54), (120, 0.676), (240, 0.765), (480, 0.824)),
                    *((1440, 0.917), (2880, 0.97), (5760, 0.99), (10080, 0.997), (20000, 1.0)),
                )
            ),
        ),
        HeatMap(about("arrivals", "Arrivi per ora e giorno", "Ora"), _arrivals(), dict.fromkeys(_arrivals(), "#main")),
        Rows(
            about("causes", "Voti negativi per causa", "Causa"),
            (
                Series(
                    "Voti",
                    (
                        Point("Computer lento", 9, href="#main"),
                        Point("Attesa", 4, href="#main"),
                        Point("L'aiuto ricevuto", 2, href="#main"),
                        Point("Una regola dell'ufficio acquisti che nessuno ricorda più", 1, href="#main"),
                        Point("Non detto", 0),
                    ),
                ),
            ),
        ),
        Intervals(
            about("agents", "Soddisfazione per operatore", "Operatore", Unit.SHARE),
            (
                Point("Ada Bruni", 0.985, 67, "#main", 0.921, 0.997),
                Point("Ben Carta", 0.968, 31, "#main", 0.838, 0.994),
                Point("Caterina De Luca", 0.913, 46, "#main", 0.797, 0.966),
                Point("Dario Esposito", 0.75, 4, "#main", 0.301, 0.954),
                Point("Elena Fontana", None, 0),
            ),
            Point("tutti", 0.952),
        ),
        Standing(
            about("standing", "Prima risposta, tra gli altri sportelli", "Quota degli sportelli", Unit.MINUTES),
            ((0.0, 12), (0.1, 260), (0.25, 610), (0.5, 1362), (0.75, 2490), (0.9, 4100), (1.0, 9400)),
            Point("Noi", 228.0),
            214,
            "meglio del 93,6 % degli altri",
        ),
        Standing(
            about("standing-satisfied", "Soddisfazione, tra gli altri sportelli", "Quota degli sportelli", Unit.SHARE),
            ((0.0, 0.71), (0.1, 0.86), (0.25, 0.921), (0.5, 0.952), (0.75, 0.981), (0.9, 0.99), (1.0, 1.0)),
            Point("Noi", 0.972),
            214,
            "meglio del 59,8 % degli altri",
        ),
        Multiples(
            about("each", "Risolti per operatore"),
            tuple(
                _series(name, [value // part + value % 37 for value in SOLVED])
                for name, part in (("Ada Bruni", 4), ("Ben Carta", 5), ("Caterina De Luca", 6), ("Dario Esposito", 9))
            ),
        ),
        Bars(about("few", "Voti raccolti"), (_voted(),)),
        Bars(about("none", "Ticket riaperti"), ()),
    ]


def drawn(prefix: str) -> list[SafeString]:
    """The examples as a page shows them."""
    return [charts.figure(chart) for chart in examples(prefix)]


def spark(prefix: str) -> SafeString:
    points = tuple(Point(month, value) for month, value in zip(MONTHS, SOLVED, strict=True))
    return charts.spark(Spark(About(f"{prefix}-spark", "Risolti", "Mese"), points))


def _series(name: str, values: tuple[float | None, ...] | list[int] | tuple[int, ...], last: int = 12) -> Series:
    points = [Point(month, value, href="#main") for month, value in zip(MONTHS, values, strict=True)]
    return Series(name, tuple(points[-last:]))


def _shares(name: str, counts: tuple[int, ...]) -> Series:
    return Series(name, tuple(Point(band, n, href="#main") for band, n in zip(BANDS, counts, strict=True)))


def _voted() -> Series:
    counts = ((61, 61), (58, 58), (0, 0), (None, None), (7, 7), (67, 67))
    return Series("Voti", tuple(Point(month, value, n) for month, (value, n) in zip(MONTHS[-6:], counts, strict=True)))


def _arrivals() -> dict[tuple[int, int], float]:
    shape = (0, 0, 0, 0, 0, 1, 3, 11, 38, 61, 58, 44, 27, 22, 41, 52, 47, 33, 17, 9, 6, 4, 2, 1)
    weight = (1.15, 1.0, 0.95, 0.97, 0.9, 0.2, 0.12)
    return {(day, hour): round(count * weight[day]) for day in range(7) for hour, count in enumerate(shape) if count}
