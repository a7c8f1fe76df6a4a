"""What is written out for paper is what the tokens say, and both can be read."""

import math
import re
from pathlib import Path

import pytest

import sportello
from sportello.reports.charts import Look
from sportello.reports.charts.paints import HEAT, PAINT, SERIES, TOKENS, paint

CSS = Path(sportello.__file__).parent / "static" / "css"
GLOBAL = (CSS / "_global.css").read_text()


def colours(token):
    """Red, green and blue (0 to 1) of a token in the light and in the dark theme."""
    name = token if token.startswith("chart-") else f"color-{token}"
    found = re.search(rf"--{name}: light-dark\(oklch\(([\d. ]+)\), oklch\(([\d. ]+)\)\)", GLOBAL)
    assert found, token
    return [rgb(*map(float, theme.split())) for theme in found.groups()]


def rgb(lightness, chroma, hue):
    """From OKLCH to sRGB. Source: Björn Ottosson, A perceptual color space for image processing."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return [_encoded(min(1.0, max(0.0, value))) for value in linear]


def _encoded(value):
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def luminance(colour):
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """As WCAG 2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def over(colour, paper, opacity):
    return [part * opacity + below * (1 - opacity) for part, below in zip(colour, paper, strict=True)]


@pytest.mark.parametrize("token", TOKENS)
def test_paper_has_the_colours_of_the_light_theme(token):
    written = "#" + "".join(f"{round(part * 255):02x}" for part in colours(token)[0])

    assert TOKENS[token] == written


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_marks_and_words_stand_out_from_the_surface(theme):
    surface = colours("surface")[theme]

    marks = {f"chart-{nth}": contrast(colours(f"chart-{nth}")[theme], surface) for nth in range(1, SERIES + 1)}
    words = {token: contrast(colours(token)[theme], surface) for token in ("ink", "ink-soft", "ink-faint")}
    assert {token: ratio for token, ratio in marks.items() if ratio < 3} == {}
    assert {token: ratio for token, ratio in words.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_numbers_in_every_tone_of_the_heat_map_can_be_read(theme):
    surface, tone = colours("surface")[theme], colours("chart-1")[theme]
    ink, on = colours("ink")[theme], colours("on-accent")[theme]

    ratios = [contrast(ink, over(tone, surface, opacity)) for opacity in HEAT[:-1]]
    ratios.append(contrast(on, over(tone, surface, HEAT[-1])))
    assert [round(ratio, 1) for ratio in ratios if ratio < 4.5] == []


def test_every_role_has_its_class_in_the_sheet():
    sheet = (CSS / "chart.css").read_text()

    missing = [role for role in PAINT if not re.search(rf"\.chart__{role}\b(?!-)", sheet)]
    assert missing == []


def test_roles_on_paper_carry_attributes_and_no_class():
    assert {role for role in PAINT if "class" in paint(role, Look.PAPER)} == set()
    assert paint("grid", Look.PAGE) == ' class="chart__grid"'
    assert paint("grid", Look.PAPER) == f' fill="none" stroke="{TOKENS["line"]}" stroke-width="1"'
