"""What the pages are made of keeps its promises: vendored files, icons, strict CSP, tokens."""

import hashlib
import json
import re
from pathlib import Path

from django.test import RequestFactory

import sportello
from sportello.web.ui import marks
from sportello.web.ui.patterns import patterns

PACKAGE = Path(sportello.__file__).parent
STATIC = PACKAGE / "static"
TEMPLATES = [*(PACKAGE / "templates").rglob("*.html")]
SYMBOLS = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons/sprite.svg").read_text()))


def test_vendored_files_are_the_ones_that_vendor_json_names():
    for package in json.loads((STATIC / "vendor.json").read_text()):
        assert (STATIC / package["licence_file"]).exists()
        for name, digest in package["files"].items():
            assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest, name


def test_icons_that_templates_ask_for_are_in_the_sprite():
    asked = {name for page in TEMPLATES for name in re.findall(r'{% icon "([\w-]+)"', page.read_text())}

    assert asked - SYMBOLS == set()
    assert {*marks.STATUS_ICON.values(), *marks.PRIORITY_ICON.values()} - SYMBOLS == set()


def test_templates_hold_no_inline_script_style_or_handler():
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.I)
    web_pages = [page for page in TEMPLATES if "mails" not in page.parts and "mail" not in page.parts]

    assert [page.name for page in web_pages if inline.search(page.read_text())] == []


def test_colours_have_values_only_in_the_tokens():
    literal = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|oklab)a?\(", re.I)
    sheets = [sheet for sheet in (STATIC / "css").glob("*.css") if sheet.name != "_global.css"]

    assert [sheet.name for sheet in sheets if literal.search(sheet.read_text())] == []


def test_tokens_that_sheets_use_are_declared():
    text = "\n".join(sheet.read_text() for sheet in (STATIC / "css").glob("*.css"))
    declared = set(re.findall(r"(--[\w-]+)\s*:", text))

    assert set(re.findall(r"var\((--[\w-]+)\)", text)) - declared == set()


def test_patterns_show_every_component_in_both_themes():
    page = patterns(RequestFactory().get("/patterns")).content.decode()

    blocks = {
        *(
            "button",
            "badge",
            "avatar",
            "ticket-row",
            "tabs",
            "message",
            "composer",
            "timeline",
            "panel",
            "facts",
            "field",
        ),
        *("segmented", "banner", "dialog", "toast", "steps", "vote", "figure", "table", "meter", "empty", "pager"),
    }
    assert {block for block in blocks if f'class="{block}' not in page} == set()
    assert page.count('data-theme="light"') == page.count('data-theme="dark"') == 1


def test_patterns_have_no_id_twice():
    ids = re.findall(r'\sid="([^"]+)"', patterns(RequestFactory().get("/patterns")).content.decode())

    assert sorted(ids) == sorted(set(ids))
