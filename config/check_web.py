"""Knows what is odd about the address under which the world sees the service."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from config.draft import Draft
from config.remark import Key, Remark, warning
from config.servers import is_loopback
from config.service import ServiceSettings, WebSettings

PUBLIC_URL: Key = ("service", "public_url")


def check_web(draft: Draft) -> Iterator[Remark]:
    """`public_url` is where providers call and people click: plain, and encrypted unless it is this machine."""
    yield from _check_metrics(draft.single.get("web"))
    service = draft.single.get("service")
    if not isinstance(service, ServiceSettings) or service.public_url is None:
        return
    url = urlsplit(service.public_url)
    if url.query or url.fragment or "@" in url.netloc:
        yield Remark(PUBLIC_URL, 'expected only scheme, host and perhaps a path, such as "https://desk.example.com"')
    if url.scheme != "https" and not is_loopback(url.hostname or ""):
        yield warning(PUBLIC_URL, "is not https: what customers write would cross the network in the clear")


def _check_metrics(web: object) -> Iterator[Remark]:
    """Figures that anybody can read tell how busy the house is."""
    if not isinstance(web, WebSettings) or web.metrics != "anyone" or web.metrics_token is not None:
        return
    if not is_loopback(web.listen.rpartition(":")[0].strip("[]")):
        yield warning(("web", "metrics"), "anybody who reaches this address can read the figures; set metrics_token")
