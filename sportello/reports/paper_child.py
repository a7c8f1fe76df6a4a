"""The process that typesets one document: reads an order from its input, writes the file. Run by reports.paper."""

import json
import sys
from pathlib import Path
from typing import Literal

try:
    import resource
except ImportError:  # Windows has no such limits; the parent's patience has an end there too
    resource = None  # type: ignore[assignment]

HERE = Path(__file__).parent
TYPESET = HERE / "typeset"
FONTS = HERE.parent / "static" / "fonts"
SECONDS = 20
MOST_MEMORY = 2 * 1024 * 1024 * 1024  # Of addresses, of which a page with charts uses a twentieth.


def main() -> int:
    import typst  # The parent takes the constants above, and has no use for 40 MB more.

    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # It writes nothing but to its parent.
    order = json.load(sys.stdin.buffer)

    def compiled(standard: Literal["ua-1"] | None) -> bytes | list[bytes]:
        made: bytes | list[bytes] = typst.compile(
            TYPESET / order["template"],
            root=TYPESET,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format=order["format"],
            ppi=order["ppi"],
            sys_inputs=order["inputs"],
            pdf_standards=standard,
        )
        return made

    try:
        made = compiled("ua-1" if order["format"] == "pdf" else None)
    except typst.TypstError:
        # The standard forbids a letter that no font of ours has, and customers write emoji: a box stands for it then.
        made = compiled(None)
    # Of a picture there is one page.
    sys.stdout.buffer.write(made[0] if isinstance(made, list) else made)
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
