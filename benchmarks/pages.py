"""Server time of every list of tickets (50 rows) and of a ticket page (20 messages), from 1,000 to 100,000 tickets.

python -m benchmarks.pages [--sizes 1000,100000] [--rounds 30]
"""

import argparse
import statistics
import time

from benchmarks.fresh_desk import fresh_desk


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="1000,10000,100000")
    options.add_argument("--rounds", type=int, default=30)
    arguments = options.parse_args()
    with fresh_desk():
        from django.conf import settings
        from django.core.management import call_command
        from django.test import Client

        from benchmarks.seed import fill_views, seed
        from sportello.desk.actions import desks
        from sportello.desk.models import User, View
        from sportello.kit import garbage

        settings.ALLOWED_HOSTS = ["*"]
        call_command("collectstatic", verbosity=0, interactive=False)
        garbage.settle()  # As the web process does.
        medians: dict[str, list[float]] = {}
        for size in map(int, arguments.sizes.split(",")):
            began = time.perf_counter()
            long = seed(size)
            desks.finish_set_up()  # With the views that every desk has.
            fill_views()
            print(f"{size:>8,} tickets (seeded in {time.perf_counter() - began:.0f} s)")
            agent = User.objects.filter(role="agent").order_by("id").first()
            client = Client()
            client.force_login(agent, backend=settings.AUTHENTICATION_BACKENDS[0])
            # /alive only asks who is there: a yardstick for how fast the machine is just now.
            paths = {
                "alive": "/alive",
                "queue": "/tickets",
                **{f"view {view.title}": f"/tickets/views/{view.pk}" for view in View.objects.order_by("position")},
                "ticket": f"/tickets/{long.pk}",
                "preview": f"/tickets/{long.pk}/preview",
                "search": "/search?q=stampante",
                "people": "/people",
                "person": f"/people/{long.requester_id}",
            }
            for name, path in paths.items():
                measured = [measure(client, path) for _round in range(arguments.rounds)][3:]
                took, cpu = ([pair[n] for pair in measured] for n in (0, 1))
                medians.setdefault(name, []).append(statistics.median(cpu))
                p95 = sorted(took)[int(len(took) * 0.95)]
                median, of_cpu = statistics.median(took), statistics.median(cpu)
                print(f"    {name:<28} median {median:5.1f} ms   p95 {p95:5.1f} ms   processor {of_cpu:5.1f} ms")
        for name, figures in medians.items():
            print(f"{name}: largest / smallest desk = {figures[-1] / figures[0]:.2f}")


def measure(client, path: str) -> tuple[float, float]:
    """Milliseconds of one request through every middleware: on the wall and of the processor."""
    began, cpu = time.perf_counter(), time.process_time()
    response = client.get(path)
    took = (time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000
    assert response.status_code == 200, (path, response.status_code)
    return took


if __name__ == "__main__":
    main()
