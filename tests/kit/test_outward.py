"""A POST to somebody else's machine: what is refused, what is read, and that a name is resolved only once."""

import socket
import time

import pytest

from sportello.kit import outward
from sportello.kit.outward import Refused, Unreachable, check, is_public, post
from tests.http_server import free_port, serving


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.1.1",
        "255.255.255.255", "::1", "::", "fec0::1", "fe80::1", "fe80::1%eth0", "fd00::7", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1", "2001:db8::1", "192.0.2.1",
    ],
)  # fmt: skip
def test_is_public_when_private_in_any_disguise_is_false(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_is_public_when_everybody_may_reach_it_is_true(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https://", "https://me:secret@example.com/", "https://a b/",
        "https://example.com:99999/", "https://127.0.0.1/", "https://[::1]/", "//example.com", "nonsense",
        "https://èxample.com/", "https://example.com/\x01", "https://exam\tple.com/", "https://example.com/\r\nX: 1",
    ],
)  # fmt: skip
def test_check_when_not_a_public_https_address_is_refused(url):
    with pytest.raises(Refused):
        check(url)


def test_check_when_private_machines_are_allowed_takes_http_and_numbers():
    assert check("http://127.0.0.1:8080/x", private=True).port == 8080
    assert check("https://example.com/hook?a=1").hostname == "example.com"


def test_post_sends_the_body_and_headers_and_reads_the_answer():
    with serving(lambda request: (201, {}, b"made \xe2\x9c\x93")) as server:
        answer = post(f"{server.url}/hook?a=1", b'{"a": 1}', {"X-One": "1"}, private=True)

    (request,) = server.requests
    assert (answer.status, answer.text) == (201, "made ✓")
    assert (request.path, request.body, request.headers["X-One"]) == ("/hook?a=1", b'{"a": 1}', "1")
    assert request.headers["Host"] == f"127.0.0.1:{server.port}"


def test_post_when_redirected_does_not_follow():
    with serving(lambda request: (302, {"Location": "http://127.0.0.1:1/"}, b"")) as server:
        assert post(server.url, b"", {}, private=True).status == 302

    assert len(server.requests) == 1


def test_post_reads_at_most_64_kb():
    with serving(lambda request: (200, {}, b"x" * 300_000)) as server:
        assert len(post(server.url, b"", {}, private=True).text) == outward.ANSWER_LIMIT


def test_post_when_private_is_refused_before_anything_is_sent():
    with serving(lambda request: (200, {}, b"")) as server, pytest.raises(Refused):
        post(f"https://localhost:{server.port}/", b"", {})

    assert server.requests == []


def test_post_when_the_name_is_private_the_second_time_connects_to_what_was_checked(monkeypatch):
    asked, connected = [], []
    answers = [("93.184.215.14", 443), ("127.0.0.1", 443)]

    def getaddrinfo(host, port, *args, **kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", answers[min(len(asked), 2) - 1])]

    def create_connection(address, *args, **kwargs):
        connected.append(address)
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", create_connection)
    with pytest.raises(Unreachable, match=r"rebinding\.example: refused"):
        post("https://rebinding.example/", b"", {})

    assert (asked, connected) == (["rebinding.example"], [("93.184.215.14", 443)])


def test_post_when_one_of_the_addresses_is_private_is_refused(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (it, 443)) for it in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)

    with pytest.raises(Refused):
        post("https://both.example/", b"", {})


def test_post_when_nobody_listens_is_unreachable():
    with pytest.raises(Unreachable):
        post(f"http://127.0.0.1:{free_port()}/", b"", {}, private=True)


def test_post_when_the_answer_is_no_http_is_unreachable():
    with serving(None, raw=b"hello\r\n") as server, pytest.raises(Unreachable):
        post(server.url, b"", {}, private=True)


@pytest.mark.slow
def test_post_when_the_answer_drips_is_cut_off_in_time(monkeypatch):
    monkeypatch.setattr(outward, "WHOLE", 0.5)

    with serving(None, raw=b"HTTP/1.1 200 OK\r\nX: ", drip=0.1) as server:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="in time"):
            post(server.url, b"", {}, private=True)

    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", 0),
        ("600", 600),
        (" 7 ", 7),
        ("-5", 0),
        ("soon", 0),
        ("99999999999999999999", 24 * 3600),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sun, 06 Nov 9994 08:49:37 GMT", 24 * 3600),
        ("Sun, 99 Nov 1994 08:49:37 GMT", 0),
    ],
)
def test_post_says_how_long_the_other_side_wants_to_be_left_in_peace(said, seconds):
    with serving(lambda request: (503, {"Retry-After": said}, b"")) as server:
        assert post(server.url, b"", {}, private=True).retry_after == seconds
