"""Every text speaks Italian too."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


catalogue = load(ROOT / "bin" / "catalogue.py")


def test_every_text_of_code_and_templates_is_translated_with_the_same_placeholders():
    assert catalogue.problems() == []


def test_texts_finds_those_of_code_and_of_templates():
    files = {name for _context, _text, name in catalogue.texts()}

    assert "sportello/desk/words.py" in files
    assert any(name.startswith("sportello/templates/") for name in files)
