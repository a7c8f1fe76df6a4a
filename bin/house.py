"""House rules that no linter knows. Each carries one good and one bad line, and `self-test` tries the rules on them."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 450
# Names that must not appear, kept as digests so that they do not appear here either. But for the two demos that are
# called after them: "demo NAME", and the line that says which they are.
NAMED = "a name that must not appear"
UNWANTED = {"b5dd86294a5c", "6bd0a5fc1ec8", "09258dc6cc98"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of a file in `where` must not match `bad`."""

    says: str
    where: Callable[[str], bool]
    bad: re.Pattern[str]
    good_line: str
    bad_line: str


def inside(*folders: str) -> Callable[[str], bool]:
    return lambda path: path.endswith(".py") and path.startswith(tuple(f"sportello/{folder}" for folder in folders))


RULES = [
    Rule(
        "a door fetches by access, never by a model",
        inside("web/", "channels/", "api/"),
        # Rows of work are claimed by the one who does the work.
        re.compile(r"\b(?!(?:InboundMail|Mailbox)\b)[A-Z]\w+\.objects\b|\._default_manager\b"),
        "ticket = access.get_ticket(request.user, ticket_id)",
        "ticket = Ticket.objects.get(pk=ticket_id)",
    ),
    Rule(
        "no signals: work goes up as committed rows",
        inside(""),
        re.compile(
            r"django\.(db\.models|dispatch|core)\.?(signals|dispatcher)?\s+import\s+.*(receiver|post_save|pre_save)"
        ),
        "from django.db.models import F",
        "from django.db.models.signals import post_save",
    ),
    Rule(
        "the time comes from kit.clock",
        inside("desk/", "channels/", "delivery/", "reports/"),
        re.compile(r"\btimezone\.now\(|\bdatetime\.(now|utcnow)\(|\btime\.time\("),
        "now = clock.now()",
        "now = timezone.now()",
    ),
    Rule(
        "a text to be translated does not stand inside an f-string, where the catalogue cannot find it",
        inside(""),
        re.compile(r"""\bf(["'])(?:(?!\1).)*\{[^{}]*\b_\("""),
        'said = _("form")',
        """found = f"{_('form')} {name}\"""",
    ),
    Rule(
        "lock files name no host",
        lambda path: path == "constraints.txt",
        re.compile(r"://"),
        "django==5.2.19",
        "--index-url https://registry.example/simple",
    ),
    Rule(
        "templates carry no inline script, style or handler",
        lambda path: path.startswith("sportello/templates/") and "/mail/" not in path,
        re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+="),
        '<script type="module" src="{% static "app.js" %}"></script>',
        '<button onclick="save()">',
    ),
]


def tracked() -> Iterator[str]:
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    yield from subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def problems() -> Iterator[str]:
    """One line for each breach: file, line and rule."""
    for name in tracked():
        path = ROOT / name
        if not path.is_file():
            continue
        yield from _of_name(name)
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        if path.suffix == ".py" and len(lines) > LONGEST_FILE and "/migrations/" not in name:
            yield f"{name}: {len(lines)} lines, {LONGEST_FILE} at most"
        rules = [rule for rule in RULES if rule.where(name)]
        for number, line in enumerate(lines, 1):
            for rule in rules:
                if rule.bad.search(line) and f"house: {rule.says}" not in line:
                    yield f"{name}:{number}: {rule.says}"
            if _has_unwanted_word(line) and f"house: {NAMED}" not in line:
                yield f"{name}:{number}: {NAMED}"


def _of_name(name: str) -> Iterator[str]:
    file = Path(name)
    if name.startswith("sportello/") and file.name in ("utils.py", "helpers.py", "misc.py", "common.py"):
        yield f"{name}: a file is named after what it holds"
    if file.name == "views.py" and "/web/" in name:
        yield f"{name}: a view is a ticket view; handlers are named after their resource"


def _has_unwanted_word(line: str) -> bool:
    words = re.findall(r"(?<!demo )\b[a-z]{5,}", line.lower())
    return any(hashlib.sha256(word.encode()).hexdigest()[:12] in UNWANTED for word in words)


def self_test() -> Iterator[str]:
    for rule in RULES:
        if rule.bad.search(rule.good_line):
            yield f"the rule “{rule.says}” rejects its good line"
        if not rule.bad.search(rule.bad_line):
            yield f"the rule “{rule.says}” misses its bad line"


def main(command: str) -> int:
    found = list(self_test() if command == "self-test" else problems())
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
