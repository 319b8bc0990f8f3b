"""Knows what is odd about the address under which the world sees the service."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from config.draft import Draft
from config.oidc import OidcSettings
from config.remark import Key, Remark, warning
from config.servers import is_loopback
from config.service import ServiceSettings, WebSettings

PUBLIC_URL: Key = ("service", "public_url")


def check_web(draft: Draft) -> Iterator[Remark]:
    """`public_url` is where providers call and people click: plain, and encrypted unless it is this machine."""
    service, web = draft.single.get("service"), draft.single.get("web")
    yield from _check_metrics(web)
    if isinstance(web, WebSettings) and isinstance(service, ServiceSettings):
        yield from _check_entry(web, service)
    if not isinstance(service, ServiceSettings) or service.public_url is None:
        return
    url = urlsplit(service.public_url)
    if url.query or url.fragment or "@" in url.netloc:
        yield Remark(PUBLIC_URL, 'expected only scheme, host and perhaps a path, such as "https://desk.example.com"')
    if url.scheme != "https" and not is_loopback(url.hostname or ""):
        yield warning(PUBLIC_URL, "is not https: what customers write would cross the network in the clear")


def _check_entry(web: WebSettings, service: ServiceSettings) -> Iterator[Remark]:
    """Somebody must be able to come in, and nobody by what is told in the clear."""
    if web.session_idle > web.session_lasts:
        yield Remark(("web", "session_idle"), "is longer than session_lasts: no session would ever get so far")
    if web.oidc is None:
        if not web.passwords:
            yield Remark(("web", "passwords"), "without passwords people come in by [web.oidc], and there is none")
        return
    yield from _check_provider(web.oidc)
    if service.public_url is None:
        yield Remark(PUBLIC_URL, "is missing: the provider of [web.oidc] sends people back to public_url + /oidc/back")


def _check_provider(oidc: OidcSettings) -> Iterator[Remark]:
    issuer = urlsplit(oidc.issuer)
    if issuer.scheme != "https" and not is_loopback(issuer.hostname or ""):
        yield Remark(("web", "oidc", "issuer"), "must be https: whoever is between could come in as anybody")
    if issuer.query or issuer.fragment:
        yield Remark(
            ("web", "oidc", "issuer"), "expected no ? and no # in it (OpenID Connect Discovery 1.0, section 2)"
        )


def _check_metrics(web: object) -> Iterator[Remark]:
    """Figures that anybody can read tell how busy the house is."""
    if not isinstance(web, WebSettings) or web.metrics != "anyone" or web.metrics_token is not None:
        return
    if not is_loopback(web.listen.rpartition(":")[0].strip("[]")):
        yield warning(("web", "metrics"), "anybody who reaches this address can read the figures; set metrics_token")
