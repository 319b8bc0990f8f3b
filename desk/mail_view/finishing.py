"""The last touch on HTML that is harmless already: pictures, where links really lead, depth. Pure; takes a time of its length.

It writes every tag anew, escaped, so that nothing comes through that it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from desk.mail_view.styles import is_hidden

MOST_DEPTH = 150
"""Tags inside one another; what is deeper loses its tags and keeps its text."""
MOST_LINKS = 60
_SINGLE = frozenset(("br", "hr", "img", "wbr", "col"))
_HOST = re.compile(r"(?:^|[\s/@(<])((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})(?=[\s/:?#)>.,]|$)", re.IGNORECASE)
_MOST_TEXT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one of us gets to see. `html` may stand inside a page. `held`: remote pictures that were not loaded, `loaded`: that the
    browser is to load, `pixels`: that were only there to tell its sender who reads. `links`: where links lead, each once."""

    html: str
    held: int = 0
    loaded: int = 0
    pixels: int = 0
    links: tuple[str, ...] = ()


def finish(html: str, *, picture: Callable[[str], str | None], images: bool, held_word: str) -> Shown:
    """`html` as desk.mail_view.sanitising leaves it. `picture` gives the address of a picture of the mail's own by its Content-ID,
    None where there is none to show. With `images` those of the web are loaded, by https alone."""
    writer = _Writer(picture, images, held_word)
    writer.feed(html)
    writer.close()
    return writer.shown()


class _Writer(HTMLParser):
    def __init__(self, picture: Callable[[str], str | None], images: bool, held_word: str) -> None:
        super().__init__(convert_charrefs=True)
        self._picture, self._images, self._held_word = picture, images, held_word
        self._out: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._held = self._loaded = self._pixels = 0
        self._links: dict[str, None] = {}
        self._link, self._link_text = "", ""

    def shown(self) -> Shown:
        """What was written, closed."""
        ends = "".join(f"</{tag}>" for tag, written in reversed(self._open) if written)
        return Shown(
            html="".join(self._out) + ends,
            held=self._held,
            loaded=self._loaded,
            pixels=self._pixels,
            links=tuple(self._links)[:MOST_LINKS],
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The library's hook."""
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._draw(given)
            return
        if tag == "a" and given.get("href"):
            self._begin_link(given)
        written = len(self._open) < MOST_DEPTH
        if written:
            self._out.append(_tag(tag, given))
        if tag not in _SINGLE:
            self._open.append((tag, written))

    def handle_endtag(self, tag: str) -> None:
        """The library's hook."""
        if tag in _SINGLE or not any(tag == each for each, _ in self._open[-3:]):
            return
        while self._open:
            each, written = self._open.pop()
            if each == "a":
                self._end_link()
            if written:
                self._out.append(f"</{each}>")
            if each == tag:
                return

    def handle_data(self, data: str) -> None:
        """The library's hook."""
        self._out.append(escape(data, quote=False))
        if self._link and len(self._link_text) < _MOST_TEXT:
            self._link_text += data[:_MOST_TEXT]

    def _begin_link(self, given: dict[str, str]) -> None:
        self._link, self._link_text = real_address(given["href"]), ""
        given |= {"href": self._link, "title": self._link[:500], "target": "_blank"}
        self._links.setdefault(self._link)

    def _end_link(self) -> None:
        """Beside a text that names another place than the link leads to stands where it leads."""
        host = _host_of(self._link)
        said = [found.lower().removeprefix("www.") for found in _HOST.findall(self._link_text)]
        if host and any(host != one and not host.endswith(f".{one}") for one in said):
            self._out.append(f' <strong class="v-real">[→ {escape(host)}]</strong>')
        self._link = ""

    def _draw(self, given: dict[str, str]) -> None:
        source = given.pop("src", "")
        if source[:5].lower() == "data:":
            self._out.append(_tag("img", given | {"src": source}))
        elif source[:4].lower() == "cid:":
            found = self._picture(unquote(source[4:]).strip().lower())
            self._out.append(_tag("img", given | {"src": found}) if found else self._instead(given))
        elif source and _is_pixel(given):
            self._pixels += 1
        elif source and self._images:
            self._loaded += 1
            secure = "https:" + source.partition(":")[2]
            more = {"src": secure, "referrerpolicy": "no-referrer", "loading": "lazy"}
            self._out.append(_tag("img", given | more))
        else:
            self._held += bool(source)
            self._out.append(self._instead(given))

    def _instead(self, given: dict[str, str]) -> str:
        said = given.get("alt", "").strip()[:200] or self._held_word
        return f'<span class="v-held">{escape(said)}</span>'


def real_address(link: str) -> str:
    """A link with its host as it is looked up: letters of other alphabets that look like ours show as "xn--…"."""
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.scheme in ("http", "https") else ""
        if not host or host == parts.hostname:
            return link
        port = f":{parts.port}" if parts.port else ""
        return parts._replace(netloc=f"{host}{port}").geturl()
    except ValueError:
        return link


def _host_of(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return (parts.hostname or "").removeprefix("www.") if parts.scheme in ("http", "https") else ""


def _is_pixel(given: dict[str, str]) -> bool:
    tiny = {given.get(side, "").strip().removesuffix("px") for side in ("width", "height")} & {"0", "1", "2"}
    return bool(tiny) or is_hidden(given.get("style", ""))


def _tag(tag: str, given: dict[str, str]) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
    return f"<{tag}{attributes}>"
