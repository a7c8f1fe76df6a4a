"""The wheel carries all it needs: built, installed in an empty environment, and serving."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 120
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """A wheel built from the files of the repository, by the backend itself: nothing is fetched."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in names:
        if name.startswith(("sportello/", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "NOTICE")):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy2(ROOT / name, source / name)
    build = f"import hatchling.build; print(hatchling.build.build_wheel({str(target)!r}))"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    return next(target.glob("*.whl"))


def test_wheel_carries_templates_static_files_and_compiled_translations(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())

    assert "sportello/templates/base.html" in names
    assert any(re.fullmatch(r"sportello/static/css/.*\.css", name) for name in names)
    assert "sportello/locale/it/LC_MESSAGES/django.mo" in names
    assert not [name for name in names if name.startswith(("tests/", "bin/")) or name.endswith(".pyc")]


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory) -> Path:
    """An environment that holds the wheel; the locked packages are lent to it by the one that runs the tests."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    lent = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    (site / "lent.pth").write_text(f"{lent}\n")
    return folder


@pytest.fixture
def desk(environment, tmp_path) -> Iterator[subprocess.Popen[str]]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("SPORTELLO_", "PYTHON"))}
    variables |= {"SPORTELLO_DATA": str(tmp_path / "desk"), "SPORTELLO_HTTP": "127.0.0.1:0", "LANG": "it_IT.UTF-8"}
    process = subprocess.Popen(
        [environment / "bin" / "python", "-m", "sportello", "serve", "--only", "web"],
        cwd=tmp_path, env=variables, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    process.terminate()
    process.communicate(timeout=SECONDS)


def test_wheel_when_installed_in_an_empty_environment_serves_a_page_with_its_static_file(desk):
    line = desk.stdout.readline()
    address = line.split()[-1]
    request = urllib.request.Request(f"{address}/sign-in", headers={"Accept-Language": "it"})

    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        page = answer.read().decode()
    (style, *_) = re.findall(r'href="(/static/[^"]+\.css)"', page)
    with urllib.request.urlopen(address + style, timeout=SECONDS) as answer:
        body = answer.read()

    assert '<html lang="it"' in page
    assert body
