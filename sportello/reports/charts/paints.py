"""What the parts of a drawing look like: by class in a page, by attributes in mail and on paper.

Nothing is told by colour alone: series differ by pattern, shape and dashes, cases that are too few stand hollow.
"""

from enum import StrEnum

FONT = "Inter, 'Helvetica Neue', Arial, sans-serif"
SERIES = 6
# How strong the accent stands in the steps of a heat map; the last is written on in the colour for the accent.
HEAT = (0.0, 0.1, 0.24, 0.42, 0.92)
DASHES = ("", "7 3", "2 3", "9 3 2 3", "12 4", "5 2 1 2 1 2")
SHAPES = ("circle", "square", "triangle", "diamond", "cross", "ring")


class Look(StrEnum):
    PAGE = "page"  # static/css/chart.css; follows the theme
    PAPER = "paper"  # every value written out, for white paper


# The light theme's tokens of static/css/_global.css, as every program that draws SVG knows them; a test compares.
TOKENS = {
    "surface": "#ffffff",
    "ink": "#141d21",
    "ink-soft": "#434c50",
    "ink-faint": "#616b6f",
    "line": "#e0e5e6",
    "line-control": "#8e979a",
    "on-accent": "#ffffff",
    "chart-1": "#006972",
    "chart-2": "#c06f1d",
    "chart-3": "#69468c",
    "chart-4": "#4284c5",
    "chart-5": "#af3c40",
    "chart-6": "#616b6f",
}


def _line(token: str, width: float, **more: str) -> dict[str, str]:
    return {"fill": "none", "stroke": TOKENS[token], "stroke-width": f"{width:g}", **more}


def _text(token: str, **more: str) -> dict[str, str]:
    return {"fill": TOKENS[token], **more}


_HALO = {
    "stroke": TOKENS["surface"],
    "stroke-width": "3",
    "stroke-linejoin": "round",
    "paint-order": "stroke",
}
# Role: its attributes on paper. In a page the role is the class chart__<role>, styled in chart.css.
PAINT: dict[str, dict[str, str]] = {
    "grid": _line("line", 1),
    "axis": _line("line-control", 1),
    "guide": _line("ink", 1.5, **{"stroke-dasharray": "4 3"}),
    "rim": _line("surface", 3.5),
    "tick": _text("ink-faint"),
    "label": _text("ink-soft"),
    "value": _text("ink", **{"font-weight": "600"}, **_HALO),
    "name": _text("ink", **_HALO),
    "on": _text("on-accent", **{"font-weight": "600"}),
    "hit": {"fill": "none", "stroke": "none"},
    "stripe": {"stroke": TOKENS["chart-1"]},
    "paper": {"fill": TOKENS["surface"]},
    "ink": {"fill": TOKENS["ink"]},
    "cell": {"stroke": TOKENS["line"], "stroke-width": "1"},
    "range-1": {"fill": TOKENS["chart-1"], "fill-opacity": "0.14"},
    "range-2": {"fill": TOKENS["chart-1"], "fill-opacity": "0.36"},
    "few": {
        "fill": TOKENS["surface"],
        "stroke": TOKENS["ink-faint"],
        "stroke-width": "1.5",
        "stroke-dasharray": "3 2",
    },
    **{f"tone-{nth}": {"fill": TOKENS[f"chart-{nth}"]} for nth in range(1, SERIES + 1)},
    **{f"edge-{nth}": {"stroke": TOKENS[f"chart-{nth}"], "stroke-width": "1"} for nth in range(1, SERIES + 1)},
    **{
        f"line-{nth}": _line(f"chart-{nth}", 2, **{"stroke-linejoin": "round", "stroke-linecap": "butt"})
        for nth in range(1, SERIES + 1)
    },
    **{
        f"dot-{nth}": {"fill": TOKENS[f"chart-{nth}"], "stroke": TOKENS["surface"], "stroke-width": "1.5"}
        for nth in range(1, SERIES + 1)
    },
    **{
        f"hollow-{nth}": {
            "fill": TOKENS["surface"],
            "stroke": TOKENS[f"chart-{nth}"],
            "stroke-width": "2",
        }
        for nth in range(1, SERIES + 1)
    },
}


def paint(role: str, look: Look) -> str:
    """The attributes of a part of this role, with a space before each."""
    if look is Look.PAGE:
        return f' class="chart__{role}"'
    return "".join(f' {name}="{value}"' for name, value in PAINT[role].items())


# What is drawn over the paper of a pattern, by the series it stands for; the first is plain.
_DRAWN = {
    2: '<path d="M-2 2L2 -2M-2 10L10 -2M6 10L10 6"{line}/>',
    3: '<circle cx="2" cy="2" r="1.4"{tone}/><circle cx="6" cy="6" r="1.4"{tone}/>',
    4: '<path d="M0 2H8M0 6H8"{line}/>',
    5: '<path d="M0 0L8 8M8 0L0 8"{line}/>',
    6: '<path d="M2 0V8"{line}/>',
}


# Parts of a whole are steps of one tone, each with less of it than the one before.
_STEPS = {
    2: '<path d="M-2 2L2 -2M-2 10L10 -2M6 10L10 6" stroke-width="3.4"{edge}/>',
    3: '<path d="M-2 2L2 -2M-2 10L10 -2M6 10L10 6" stroke-width="1.2"{edge}/>',
    4: '<circle cx="4" cy="4" r="1"{tone}/>',
    5: "",
}
STEPS = 1 + len(_STEPS)


def pattern(key: str, nth: int, look: Look, *, step: bool = False) -> str:
    """The definition of the pattern of the nth series, or of the nth part of a whole, for <defs>."""
    if step:
        drawn = _STEPS[nth].format(edge=paint("stripe", look), tone=paint("tone-1", look))
    else:
        drawn = _DRAWN[nth].format(line=paint(f"line-{nth}", look), tone=paint(f"tone-{nth}", look))
    return (
        f'<pattern id="{key}-{"s" if step else "p"}{nth}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8"{paint("paper", look)}/>{drawn}</pattern>'
    )
