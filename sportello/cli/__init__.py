"""`sportello`: the command line. Each command calls the same verbs as every other door."""

import os
import sys


def main() -> None:
    """Run the command in sys.argv. Exit code 0: done, 1: refused (a sentence on stderr), 2: wrong usage or settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
    match sys.argv[1:]:
        case ["process", *arguments]:  # a child of serve: straight to work, no command line to parse
            from sportello.config.process import main as become

            become(arguments)
        case ["django", *arguments]:  # Django's own commands: makemigrations, shell …
            from sportello.cli.management import run as run_django

            run_django(arguments)
        case ["serve", *arguments] if set(arguments) <= {"--demo"}:
            # The parent of all processes stays small and quick: the parser alone would be half of it.
            from sportello.cli.serve import run as run_serve

            run_serve(demo="--demo" in arguments, only="")
        case _:
            from sportello.kit import terminal

            terminal.speak()  # Before the parser is imported: it reads its own words then.
            from sportello.cli.commands import run

            run()
