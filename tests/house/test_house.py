"""The house keeps its own rules: those of bin/house.py, and what the documentation promises."""

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


house = load(ROOT / "bin" / "house.py")


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: rule.says)
def test_rule_when_tried_on_its_own_lines_tells_good_from_bad(rule):
    assert not rule.bad.search(rule.good_line)
    assert rule.bad.search(rule.bad_line)


def test_house_breaks_none_of_its_rules():
    assert list(house.problems()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_links_to_files_that_exist(page):
    links = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_names_commands_that_exist(page):
    commands = set(re.findall(r"(?<![\w/.-])bin/([a-z]+)\b(?![./])", page.read_text()))

    assert [name for name in sorted(commands) if not (ROOT / "bin" / name).exists()] == []


@pytest.mark.parametrize("command", ["prepare", "serve", "sportello", "test", "check", "messages"])
def test_command_is_short_executable_and_says_what_it_does(command):
    path = ROOT / "bin" / command
    lines = path.read_text().splitlines()

    assert path.stat().st_mode & 0o111
    assert lines[1].startswith("# ")
    assert len(lines) <= 70
    assert subprocess.run(["sh", "-n", path], check=False).returncode == 0
