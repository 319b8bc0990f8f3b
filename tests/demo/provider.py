"""Runs the demo's provider servers for tests, with sample bots and numbers."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from demo.provider_town import BotAccount, ProviderTown
from tests.servers.ports import free_port, wait_until

KEY = "the town's key"
SID, SECRET = "AC" + "0" * 32, "a sample auth token"
NUMBER, WHATSAPP = "+34910000000", "+34910000001"


@contextmanager
def provider_servers() -> Iterator[ProviderTown]:
    """Both servers, ended at the end; they must end cleanly when asked."""
    town = ProviderTown(
        key=KEY,
        telegram_port=free_port(),
        twilio_port=free_port(),
        files_port=free_port(),
        customers=BotAccount(token="7000001:customers", name="Ferretería Sol", username="ferreteria_sol_bot"),
        staff=BotAccount(token="7000002:staff", name="Avisos", username="ferreteria_sol_avisos_bot"),
        account_sid=SID,
        auth_token=SECRET,
        numbers=(NUMBER,),
        whatsapp=(WHATSAPP,),
    )
    process = subprocess.Popen(town.argv)
    try:
        wait_until(town.is_ready, what="the provider servers")
        yield town
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A web server of ours that providers call; its address."""
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
