"""What strangers may do to the web side: little, for a short time, and without the store hearing of it."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from desk import app as desk_app
from desk import server as desk_server
from desk.listening import listen
from tests.desk.provider import LARGEST, Web, web_side
from tests.servers.patience import slowness
from tests.servers.ports import free_port, wait_until
from ventanilla.errors import Unreachable
from ventanilla.store.engine import Store


class NoStore(Store):
    """A store that must not be asked."""

    __slots__ = ()

    def write(self) -> Any:
        raise AssertionError("the store was asked")

    read = write


@pytest.fixture
def web(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(desk_server, "READ_WITHIN", 0.5)
    with web_side(NoStore(sqlite_store.engine, sqlite_store.blobs)) as web:
        yield web


def said_to(connection: socket.socket, *parts: bytes) -> bytes:
    """Send these and read until the other side closes, which resets a connection whose rest it does not read."""
    connection.settimeout(10)
    for part in parts:
        connection.sendall(part)
    found = b""
    with suppress(ConnectionResetError):
        while more := connection.recv(4096):
            found += more
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/webhooks/",
        "/webhooks/nobody/",
        "/webhooks/chat/else",
        "/webhooks/chat/status/",
        "/webhooks/../healthz",
        "/docs",
        "/%00",
    ],
)
def test_an_unknown_address_is_not_found_and_asks_nothing_of_the_store(web: Web, path: str) -> None:
    assert web.call({}, path=path).status == 404
    assert web.hook.seen == []


def test_health_is_told_without_details_and_without_saying_who_we_are(web: Web) -> None:
    answer = web.call(method="GET", path="/healthz")

    assert (answer.status, answer.text) == (200, "ok\n")
    assert "server" not in {name.lower() for name in answer.headers}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_methods_that_no_provider_uses_are_refused(web: Web, method: str) -> None:
    assert web.call({}, method=method).status == 405


def test_a_body_of_the_largest_size_is_read_and_one_byte_more_is_not(web: Web) -> None:
    for size, status in ((LARGEST, 403), (LARGEST + 1, 413)):
        with web.raw() as connection:
            head = f"POST /webhooks/chat/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n"
            answer = said_to(connection, head.encode(), b"x" * size)
        assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert [len(request.body) for request in web.hook.seen] == [LARGEST]


def test_a_body_that_is_declared_too_large_is_refused_before_it_comes(web: Web) -> None:
    with web.raw() as connection:
        answer = said_to(
            connection,
            b"POST /webhooks/chat/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n",
        )

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(web: Web) -> None:
    head = b"POST /webhooks/chat/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"400\r\n" + b"x" * 0x400 + b"\r\n"
    with web.raw() as connection:
        answer = said_to(connection, head, chunk, chunk)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert web.hook.seen == []


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"POST /webhooks/chat/ HTTP/1.1\r\nHos",
        b"POST /webhooks/chat/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
        b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
    ],
    ids=["nothing", "half a header", "half a body", "half a body for nobody"],
)
def test_a_request_that_trickles_in_is_cut_off(web: Web, part: bytes) -> None:
    before = time.monotonic()
    with web.raw() as connection:
        connection.sendall(part)
        dripping = threading.Event()
        drip = threading.Thread(target=_drip, args=(connection, dripping))
        drip.start()
        try:
            while connection.recv(4096):
                pass
        except ConnectionResetError:
            pass
        finally:
            dripping.set()
            drip.join()

    assert time.monotonic() - before < 30
    assert web.hook.seen == []


def test_a_body_that_comes_steadily_has_the_time_that_it_takes(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_server, "SLOWEST", 1)
    began = time.monotonic()
    with web.raw() as connection:
        connection.sendall(
            b"POST /webhooks/chat/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 200\r\n\r\n" + b"x" * 100
        )
        wait_until(
            lambda: time.monotonic() > began + 3 * desk_server.READ_WITHIN, what="longer than a request may take"
        )
        answer = said_to(connection, b"x" * 100)

    assert answer.startswith(b"HTTP/1.1 403 ")
    assert [len(request.body) for request in web.hook.seen] == [200]


def _drip(connection: socket.socket, stop: threading.Event) -> None:
    while not stop.wait(0.1):
        try:
            connection.sendall(b"x")
        except OSError:
            return


def test_a_second_request_on_a_connection_is_watched_as_the_first(web: Web) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with web.raw() as connection:
        connection.sendall(whole)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        answer = said_to(connection, whole[:20])

    assert answer.removeprefix(b"ok\n") == b""


def test_an_idle_connection_is_kept_for_its_proxy(web: Web) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    try:
        for pause in (0.0, 0.8):  # longer than a request may take
            time.sleep(pause)
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b"ok\n"
            assert connection.sock is not None
    finally:
        connection.close()


def test_more_calls_than_are_worked_on_at_once_are_asked_to_come_again(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_app, "MOST_AT_ONCE", 1)
    go_on = threading.Event()
    with web_side(sqlite_store) as web:
        web.hook.before = go_on.wait
        first = threading.Thread(target=web.call, args=({},))
        first.start()
        try:
            wait_until(lambda: web.hook.seen, what="the first call")
            assert web.call({}).status == 503
        finally:
            go_on.set()
            first.join()
        assert web.call({}).status == 200


def test_nonsense_is_refused(web: Web) -> None:
    with web.raw() as connection:
        assert said_to(connection, b"\x16\x03\x01 TLS by mistake\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_it_stops_within_five_seconds_though_somebody_hangs_on(sqlite_store: Store) -> None:
    with web_side(sqlite_store) as web, web.raw() as idle, web.raw() as half:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        half.sendall(b"POST /webhooks/chat/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        assert idle.recv(4096)
        before, pace = time.monotonic(), slowness()
        web.server.stop()
        while idle.recv(4096):
            pass
    assert time.monotonic() - before < 6 * pace


def test_a_taken_port_is_said_in_words_that_help() -> None:
    port = free_port()
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(
            Unreachable, match=rf"^web.listen: cannot listen on 127.0.0.1:{port}: Address already in use; end"
        ),
    ):
        listen(f"127.0.0.1:{port}")


@pytest.mark.parametrize("address", ["192.0.2.1:8080", "no.such.host.invalid:8080"])
def test_an_address_that_is_not_this_machines_is_said(address: str) -> None:
    with pytest.raises(Unreachable, match=f"web.listen: cannot listen on {address}: "):
        listen(address)


def test_it_listens_on_ipv6_too() -> None:
    port = free_port()
    with listen(f"[::1]:{port}") as listener:
        assert listener.getsockname()[:2] == ("::1", port)
