"""Mails a second that the listener stores durably and answers with 250.

python -m benchmarks.spool [MAILS] [CLIENTS] [MAILS A CONNECTION]
"""

import multiprocessing
import smtplib
import socket
import statistics
import sys
import threading
import time
from multiprocessing.synchronize import Barrier

from benchmarks.fresh_desk import fresh_desk

MAIL = """From: Customer {n} <customer{n}@customers.example>
To: help@desk.example
Subject: The printer of room {n} does not print
Message-ID: <{n}.{client}@customers.example>

Since this morning nothing comes out of it, and the guests want their bills.
""".replace("\n", "\r\n")


def send(port: int, client: int, mails: int, each: int, ready: Barrier, answers: "multiprocessing.Queue") -> None:
    """Send so many mails, `each` of them in one connection, and report the seconds each waited for its 250."""
    waits = []
    ready.wait()
    for first in range(0, mails, each):
        with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example") as session:
            for n in range(first, min(first + each, mails)):
                content = MAIL.format(n=n, client=client)
                start = time.perf_counter()
                session.sendmail(f"customer{n}@customers.example", ["help@desk.example"], content)
                waits.append(time.perf_counter() - start)
    answers.put(waits)


def main(mails: int = 4000, clients: int = 8, each: int = 50) -> None:
    with fresh_desk():
        measure(mails, clients, each)


def measure(mails: int, clients: int, each: int) -> None:
    from sportello.channels.email import listen
    from sportello.desk.models import InboundMail

    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()
    server = threading.Thread(target=listen.serve, args=(listener, stop))
    server.start()
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[list[float]] = context.Queue()
    ready = context.Barrier(clients + 1)
    port = listener.getsockname()[1]
    for client in range(clients):
        context.Process(target=send, args=(port, client, mails // clients, each, ready, answers)).start()
    ready.wait()
    start = time.perf_counter()
    waits = [wait for _client in range(clients) for wait in answers.get(timeout=300)]
    seconds = time.perf_counter() - start
    stop.set()
    server.join()
    print(f"{len(waits)} mails, {clients} clients, {each} mails a connection; stored: {InboundMail.objects.count()}")
    print(f"{len(waits) / seconds:.0f} mails/s")
    print(f"answer to one mail: median {statistics.median(waits) * 1000:.1f} ms, longest {max(waits) * 1000:.0f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
