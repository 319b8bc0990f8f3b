"""A real browser (Debian's chromium) and the desk served to it on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from desk.listening import listen
from desk.server import WebServer
from tests.servers.needs import need_program
from tests.servers.ports import free_port, wait_until

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)


@contextmanager
def started_chromium() -> Iterator[Browser]:
    """A browser without a window; make a context of it for each person. Takes about a second."""
    program = need_program("chromium", package="chromium")
    expect.set_options(timeout=30_000)  # as all else that playwright waits for
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """An application on a port of loopback, in a thread of this process; its address."""
    port = free_port()
    server = WebServer(app, listen(f"127.0.0.1:{port}"))
    thread = threading.Thread(target=server.run, name="served")
    thread.start()
    try:
        wait_until(lambda: server.has_started, what="the desk")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()
        thread.join(timeout=10)


def until(page: Page, expression: str, arg: Any = None) -> None:
    """Wait until an expression of the page is true. Playwright would evaluate text in the page for that, which ours forbid."""
    wait_until(lambda: page.evaluate(expression, arg), what=expression)
