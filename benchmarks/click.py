"""From a click on a list to the painted ticket in Chromium, and the weight of the workspace's CSS and scripts.

python -m benchmarks.click [--tickets 10000] [--rounds 30]
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.fresh_desk import fresh_desk
from tests import services
from tests.journeys.conftest import FLAGS

ADDRESS = "127.0.0.1:8957"
# From the press until the frame with the first message has been drawn (the first task after it), on the clock that a
# page and the next one share.
REMEMBER = """
const now = () => performance.timeOrigin + performance.now()
const look = () => {
  if (!document.querySelector(".conversation .message")) return requestAnimationFrame(look)
  setTimeout(() => { window.painted = now() }, 0)
}
addEventListener("click", () => {
  sessionStorage.setItem("clicked", now())
  requestAnimationFrame(look)
}, true)
addEventListener("DOMContentLoaded", () => requestAnimationFrame(look))
"""
WITHOUT = 'Object.defineProperty(window, "navigation", { value: undefined });'
PAINTED = """
() => new Promise((done) => {
  const clicked = Number(sessionStorage.getItem("clicked"))
  const look = () => window.painted ? done(window.painted - clicked) : setTimeout(look, 5)
  look()
})
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tickets", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=30)
    arguments = options.parse_args()
    with fresh_desk() as folder:
        session = _prepare(arguments.tickets)
        environment = {
            **os.environ,
            "SPORTELLO_DATA": str(folder),
            "SPORTELLO_HTTP": ADDRESS,
            "SPORTELLO_MAIL_IN": "127.0.0.1:0",
        }
        process = subprocess.Popen([sys.executable, "-m", "sportello", "serve"], env=environment)
        try:
            _wait()
            measured = _click(session, arguments.rounds)
        finally:
            process.terminate()
            process.wait()
        for name, figures in measured.items():
            print(f"    {name:<16} median {statistics.median(figures):5.0f} ms   worst {max(figures):5.0f} ms")
        _weigh(folder / "static")


def _prepare(tickets: int) -> str:
    from django.conf import settings
    from django.db import connections
    from django.test import Client

    from benchmarks.seed import fill_views, seed
    from sportello.desk.actions import desks
    from sportello.desk.models import User

    settings.ALLOWED_HOSTS = ["*"]
    seed(tickets)
    desks.finish_set_up()
    fill_views()
    client = Client()
    client.force_login(
        User.objects.filter(role="agent").order_by("id").first(), backend=settings.AUTHENTICATION_BACKENDS[0]
    )
    connections.close_all()
    return str(client.cookies["sportello_session"].value)


def _wait() -> None:
    for _try in range(120):
        try:
            urllib.request.urlopen(f"http://{ADDRESS}/alive", timeout=1).read()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the desk did not start")


def _click(session: str, rounds: int) -> dict[str, list[float]]:
    """Milliseconds, with the page put in place by script and as a page of its own, in turn."""
    from playwright.sync_api import sync_playwright

    measured: dict[str, list[float]] = {"put in place": [], "loaded anew": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(services.program("chromium")), args=FLAGS)
        context = browser.new_context(base_url=f"http://{ADDRESS}", viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sportello_session", "value": session, "url": f"http://{ADDRESS}"}])
        pages = {}
        for name in measured:
            pages[name] = context.new_page()
            pages[name].add_init_script(REMEMBER if name == "put in place" else f"{WITHOUT}{REMEMBER}")
        for number in range(rounds + 3):
            for name, page in pages.items():
                page.bring_to_front()  # A page behind another is drawn once a second.
                page.goto("/tickets")
                row = page.locator(".ticket-row__subject").nth(number % 20)
                row.hover()
                page.wait_for_timeout(150)  # A hand is not faster between pointing and pressing.
                page.evaluate("window.painted = 0")
                row.click()
                page.wait_for_url("**/tickets/*")
                measured[name].append(page.evaluate(PAINTED))
        browser.close()
    return {name: figures[3:] for name, figures in measured.items()}


def _weigh(folder: Path) -> None:
    """What a browser loads of the workspace when nothing is kept, compressed as it travels."""
    hashed = [file for file in folder.rglob("*") if file.suffix in (".css", ".js") and file.stem.count(".")]
    for suffix in (".css", ".js"):
        files = [file for file in hashed if file.suffix == suffix]
        print(f"    {suffix:<5} {len(files):>3} files {sum(_compressed(file) for file in files) / 1000:6.1f} kB")


def _compressed(file: Path) -> int:
    packed = file.with_name(file.name + ".gz")
    return (packed if packed.exists() else file).stat().st_size


if __name__ == "__main__":
    main()
