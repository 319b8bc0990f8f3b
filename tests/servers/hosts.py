"""Machines of a test's own: network namespaces on one switch, with servers that they reach over cables that can be cut.

Names begin with `vn-` and this process's number, addresses lie in 10.231.7.0/24, within namespaces alone: nothing of the
machine's own network is touched. Servers stay on the machine's loopback; what listens for them on the switch passes bytes on.
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.servers.needs import lacking, need_program

_CLONE_NEWNET, _CLONE_NEWUTS = 0x40000000, 0x04000000
_NETNS = Path("/run/netns")
_NET = "10.231.7"
EVERYBODY = f"{_NET}.0/24"
"""All addresses of a network."""
_NOWHERE = "02:00:00:00:00:99"
_libc = ctypes.CDLL(None, use_errno=True)

Address = tuple[str, int] | str
"""Host and port, or the path of a Unix socket."""


@dataclass
class Host:
    """One machine: it reaches the switch by one cable."""

    name: str
    address: str
    namespace: str
    cable: str
    switch: str
    cut_off: set[str] = field(default_factory=set)

    @property
    def wrapper(self) -> tuple[str, ...]:
        """What a command line begins with to run here, under a host name of its own; the process stays the same one."""
        named = 'hostname "$0" && exec "$@"'
        return ("ip", "netns", "exec", self.namespace, "unshare", "--uts", "sh", "-c", named, self.name)

    def pull_the_cable(self) -> None:
        """Nothing comes or goes any more, and nobody is told."""
        _ip("-n", self.switch, "link", "set", self.cable, "down")

    def plug_in(self) -> None:
        """As before."""
        _ip("-n", self.switch, "link", "set", self.cable, "up")

    def lose(self, address: str) -> None:
        """What this machine sends to that address is lost on the way, without a word."""
        _ip("-n", self.namespace, "neigh", "replace", address, "lladdr", _NOWHERE, "dev", "eth0", "nud", "permanent")
        self.cut_off.add(address)

    def find_again(self, address: str) -> None:
        """As before."""
        self.cut_off.discard(address)
        _ip("-n", self.namespace, "neigh", "del", address, "dev", "eth0")


class Network:
    """A switch with the servers' addresses on it, and hosts. Made by `network`."""

    def __init__(self, undo: ExitStack) -> None:
        self._undo = undo
        self._prefix = f"vn-{os.getpid()}-"
        self._numbers = count(11)
        self.switch = self._namespace("sw")
        _ip("-n", self.switch, "link", "add", "br0", "type", "bridge")
        _ip("-n", self.switch, "link", "set", "br0", "up")

    def host(self, name: str) -> Host:
        """One more machine on the switch, with an address of its own."""
        namespace, number = self._namespace(name), next(self._numbers)
        cable, address = f"to-{name}"[:15], f"{_NET}.{number}"
        _ip("-n", self.switch, "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace)
        _ip("-n", self.switch, "link", "set", cable, "master", "br0", "up")
        _ip("-n", namespace, "addr", "add", f"{address}/24", "dev", "eth0")
        _ip("-n", namespace, "link", "set", "eth0", "up")
        return Host(name=name, address=address, namespace=namespace, cable=cable, switch=self.switch)

    def address(self, number: int) -> str:
        """An address on the switch, for a server that `wrapper` starts there."""
        address = f"{_NET}.{number}"
        with suppress(subprocess.CalledProcessError):  # several ports of one address
            _ip("-n", self.switch, "addr", "add", f"{address}/24", "dev", "br0")
        return address

    @property
    def wrapper(self) -> tuple[str, ...]:
        """What a command line begins with to run at the switch; the process stays the same one."""
        return ("ip", "netns", "exec", self.switch)

    def serve(self, number: int, port: int, target: Address) -> tuple[str, int]:
        """Give a server on this machine's loopback an address on the switch; returns it."""
        address = self.address(number)
        self._relay(self.switch, (address, port), target, onward=None)
        return address, port

    def forward(self, host: Host, port: int, target: tuple[str, int]) -> None:
        """Within a host, pass what comes to its own loopback on to an address on the switch, by its cable."""
        self._relay(host.namespace, ("127.0.0.1", port), target, onward=host.namespace)

    def _relay(self, namespace: str, listen: tuple[str, int], target: Address, *, onward: str | None) -> None:
        relay = Relay(namespace, listen, target, onward=onward)
        self._undo.callback(relay.close)
        relay.start()

    def _namespace(self, name: str) -> str:
        whole = f"{self._prefix}{name}"
        _ip("netns", "add", whole)
        self._undo.callback(_remove, whole)
        _ip("-n", whole, "link", "set", "lo", "up")
        return whole


class Relay:
    """Accepts connections in one namespace and passes them on to a target, which is reached from `onward` (None: from here)."""

    def __init__(self, namespace: str, listen: tuple[str, int], target: Address, *, onward: str | None) -> None:
        self._target, self._onward = target, onward
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = _within(namespace, lambda: socket.create_server(listen, reuse_port=False))

    def start(self) -> None:
        """Accept from now on."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """End every connection. Twice does no harm."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
            self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with self._lock:
            self._open.add(client)
        try:
            server = _within(self._onward, self._reach)
        except OSError:
            self._end(client)
            return
        with self._lock:
            self._open.add(server)
        back = threading.Thread(target=_copy, args=(server, client), daemon=True)
        back.start()
        _copy(client, server)
        back.join()
        self._end(client, server)

    def _reach(self) -> socket.socket:
        if isinstance(self._target, tuple):
            return socket.create_connection(self._target, timeout=120)
        reached = socket.socket(socket.AF_UNIX)
        reached.connect(self._target)
        return reached

    def _end(self, *sockets: socket.socket) -> None:
        with self._lock:
            self._open.difference_update(sockets)
        for each in sockets:
            each.close()


@contextmanager
def network() -> Iterator[Network]:
    """A switch, taken away with all that is on it when the block ends. Skips the test where namespaces may not be made."""
    need_program("ip", package="iproute2")
    need_program("unshare", package="util-linux")
    _remove_leftovers()
    tried = subprocess.run(["ip", "netns", "add", f"vn-{os.getpid()}-try"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        lacking(f"network namespaces may not be made here: {tried.stderr.strip()}")
    _remove(f"vn-{os.getpid()}-try")
    with ExitStack() as undo:
        yield Network(undo)


def _within(namespace: str | None, make: Callable[[], socket.socket]) -> socket.socket:
    """A socket made in a namespace, by a thread that enters it and ends there. None: here."""
    if namespace is None:
        return make()
    made: list[socket.socket] = []
    failed: list[OSError] = []

    def enter() -> None:
        try:
            _enter(namespace)
            made.append(make())
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=enter, daemon=True)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return made[0]


def _enter(namespace: str) -> None:
    """This thread alone; it never comes back."""
    with (_NETNS / namespace).open() as there:
        if _libc.setns(there.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def move_to(namespace: str, name: str) -> None:
    """This process, which has one thread, is on that host from now on, as `Host.wrapper` would have it."""
    _enter(namespace)
    if _libc.unshare(_CLONE_NEWUTS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    socket.sethostname(name)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        source.settimeout(None)
        sink.settimeout(None)
        while block := source.recv(65536):
            sink.sendall(block)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _remove(namespace: str) -> None:
    subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)


def _remove_leftovers() -> None:
    """Namespaces of test processes that were killed."""
    for path in _NETNS.glob("vn-*-*"):
        pid = path.name.split("-")[1]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            _remove(path.name)
