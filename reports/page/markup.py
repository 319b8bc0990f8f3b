"""HTML and SVG put together so that nothing goes in unescaped. Knows tags, no report."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape

_EMPTY = frozenset({"meta", "br", "col"})


class Html(str):
    """Text that is markup already. Only this module makes it; any other string is escaped where it goes in."""

    __slots__ = ()


Child = str | Iterable[str] | None


def element(name: str, /, *children: Child, **attributes: object) -> Html:
    """One element. Strings are escaped, `Html` goes in as it is, None and False are left out.

    Attribute names: a trailing `_` goes (`class_`), other `_` become `-`; True is an attribute without a value.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _EMPTY:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Html:
    """Several one after the other."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, str):
            parts.append(child if isinstance(child, Html) else escape(child, quote=False))
        elif child is not None:
            parts += (part if isinstance(part, Html) else escape(part, quote=False) for part in child)
    return Html("".join(parts))


def plain(markup: Html) -> str:
    """What of it is read, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", markup)).split())


def trusted(text: str) -> Html:
    """A constant of this program that is markup or a style sheet; never anything that was read or configured."""
    return Html(text)


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
