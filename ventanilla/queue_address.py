"""Takes the address of a queue that Redis Sentinel watches apart. Knows no client and connects to nothing.

    redis+sentinel://user:password@one:26379,two:26379,three:26379/NAME/3
    rediss+sentinel://…?sentinel_password=…&ssl_ca_certs=/etc/ventanilla/ca.pem

User and password are those of the Redis servers. NAME is what the sentinels call them. With `rediss` servers and sentinels are
spoken to by TLS.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

SENTINEL_PORT = 26379
_SCHEMES = {"redis+sentinel": False, "rediss+sentinel": True}
_FOR_SENTINELS = ("sentinel_username", "sentinel_password")
_FOR_TLS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Redis servers of which one is the master, and who knows which. `tls` are the files of TLS by redis-py's names."""

    sentinels: tuple[tuple[str, int], ...]
    name: str
    database: int
    is_encrypted: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_username: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    tls: tuple[tuple[str, str], ...] = ()


def is_watched(url: str) -> bool:
    """Whether an address names sentinels and not a server."""
    return url.partition("://")[0] in _SCHEMES


def parse_watched(url: str) -> Watched:
    """The parts of such an address, which `urlsplit` may refuse: it is several hosts. Raises ValueError, which never repeats a
    password."""
    scheme, _, rest = url.partition("://")
    rest, _, query = rest.partition("?")
    netloc, _, path = rest.partition("/")
    who, _, hosts = netloc.rpartition("@")
    username, _, password = who.partition(":")
    name, _, database = path.strip("/").partition("/")
    if not name:
        raise ValueError("expected the name that the sentinels know the servers by: redis+sentinel://host:26379/NAME/0")
    if not (database or "0").isdecimal():
        raise ValueError(f'expected the number of a database behind the name, got "{database}"')
    options = _options(query, is_encrypted=_SCHEMES[scheme])
    return Watched(
        sentinels=tuple(_sentinel(host) for host in hosts.split(",")),
        name=unquote(name),
        database=int(database or 0),
        is_encrypted=_SCHEMES[scheme],
        username=unquote(username) or None,
        password=unquote(password) or None,
        sentinel_username=options.get("sentinel_username"),
        sentinel_password=options.get("sentinel_password"),
        tls=tuple((key, options[key]) for key in _FOR_TLS if key in options),
    )


def _sentinel(text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    host = host if separator else text
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if not host or "[" in host or "]" in host or (separator and not (port.isdecimal() and 1 <= int(port) <= 65535)):
        raise ValueError(f'expected sentinels as host:port, separated by commas, got "{text}"')
    return host, int(port) if separator else SENTINEL_PORT


def _options(query: str, *, is_encrypted: bool) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    allowed = (*_FOR_SENTINELS, *(_FOR_TLS if is_encrypted else ()))
    unknown = sorted(set(options) - set(allowed))
    if unknown:
        tls = "" if is_encrypted else f"; with rediss+sentinel:// also {', '.join(_FOR_TLS)}"
        raise ValueError(f"{unknown[0]} is not known behind the ?; allowed are {', '.join(allowed)}{tls}")
    return options
