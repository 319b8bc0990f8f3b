"""The socket on which the web side listens, and what to say when it cannot. Loads no web server."""

from __future__ import annotations

import os
import socket

from ventanilla.errors import Unreachable

BACKLOG = 128


def listen(address: str) -> socket.socket:
    """A socket that listens on "host:port". Raises Unreachable saying what is in the way and what to do about it."""
    host, _, port = address.rpartition(":")
    try:
        family, _, _, _, place = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(place[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        said = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        cure = "end what listens there, or set another address"
        raise Unreachable(f"web.listen: cannot listen on {address}: {said}; {cure}") from None
    listener.setblocking(False)
    return listener
