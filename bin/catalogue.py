"""The Italian catalogue, by Babel alone: no gettext on the system. Texts in the code are English.

update   write every text found in code and templates into the .po, keep translations, drop what is gone
check    print what is missing, untranslated, fuzzy or has other placeholders; exit code 1 if anything is
compile  make the .mo that Django and the command line read
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "sportello"
PO = PACKAGE / "locale" / "it" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*(?:[.:!][^{}]*)?\}|</?\w+")


def texts() -> Iterator[tuple[str | None, str | tuple[str, ...], str]]:
    """(context, text or (singular, plural), file) for every translatable text of the package."""
    from django.utils.translation.template import templatize

    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix == ".py":
            code = path.read_text(encoding="utf-8")
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            # What is no text becomes X and B, indented as it stood: Python would see blocks in it.
            code = re.sub(r"(?m)^[ \t]+", "", templatize(path.read_text(encoding="utf-8"), origin=str(path)))
        else:
            continue
        name = path.relative_to(ROOT).as_posix()
        for _line, function, found, _comments in extract_python(BytesIO(code.encode()), list(KEYWORDS), [], {}):
            yield from _texts_of_call(function, found, name)


def _texts_of_call(function: str, found: object, name: str) -> Iterator[tuple[str | None, str | tuple[str, ...], str]]:
    arguments = found if isinstance(found, tuple) else (found,)
    spec = KEYWORDS[function] or (1,)
    context, words = None, []
    for position in spec:
        index = position[0] if isinstance(position, tuple) else position
        value = arguments[index - 1] if index <= len(arguments) else None
        if isinstance(position, tuple):
            context = value
        else:
            words.append(value)
    if all(isinstance(word, str) and word for word in words):
        yield context, words[0] if len(words) == 1 else tuple(words), name


def template() -> Catalog:
    catalogue = Catalog(locale="it", project="Sportello", charset="utf-8", header_comment="# Sportello in Italian.")
    for context, text, name in texts():
        catalogue.add(text, context=context, locations=[(name, 0)])
    return catalogue


def stored() -> Catalog:
    if not PO.exists():
        return Catalog(locale="it")
    with PO.open("rb") as file:
        return read_po(file, locale="it")


def update() -> None:
    """Write the .po anew: sorted by text and without line numbers or dates, so that two people's changes merge."""
    old, new = stored(), template()
    for message in new:
        if message.id and (known := old.get(_key(message), message.context)) is not None:
            message.string, message.flags = known.string, message.flags | (known.flags & {"fuzzy"})
    PO.parent.mkdir(parents=True, exist_ok=True)
    with BytesIO() as file:
        write_po(file, new, width=100, sort_output=True, include_lineno=False, omit_header=True)
        body = file.getvalue()
    header = (
        'msgid ""\nmsgstr ""\n"Language: it\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    PO.write_bytes(header.encode() + body)


def problems() -> list[str]:
    """A line for each text whose translation is missing, fuzzy or does not fit; none when all is well."""
    known, found = stored(), []
    for message in template():
        if not message.id:
            continue
        translated = known.get(_key(message), message.context)
        found += [
            f"{trouble}: {_key(message)!r} ({message.locations[0][0]})" for trouble in _troubles(message, translated)
        ]
    return found


def _troubles(message: Message, translated: Message | None) -> Iterator[str]:
    if translated is None:
        yield "not in the catalogue (bin/messages adds it)"
        return
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = translated.string if isinstance(translated.string, (tuple, list)) else (translated.string,)
    if not all(strings) or len(strings) != len(ids):
        yield "not translated"
    elif translated.fuzzy:
        yield "fuzzy"
    # A singular may spell its number out ("one mail"), the last form has to say everything.
    elif _placeholders(strings[-1]) != _placeholders(ids[-1]) or not _placeholders(strings[0]) <= _placeholders(
        ids[-1]
    ):
        yield "other placeholders"


def _placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text))


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def compile_all() -> None:
    for po in PACKAGE.glob("locale/*/LC_MESSAGES/*.po"):
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parts[-3])
        draft = po.with_suffix(".mo.new")
        with draft.open("wb") as target:
            write_mo(target, catalogue)
        draft.replace(po.with_suffix(".mo"))  # whole or not at all: a desk may be reading it


def main(command: str) -> int:
    match command:
        case "update":
            update()
            compile_all()
        case "compile":
            compile_all()
        case "check":
            found = problems()
            print("\n".join(found))
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
