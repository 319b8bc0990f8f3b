"""A customer's HTML with only what shows text and pictures, by nh3, whatever it costs: whoever calls bounds the time.

Scripts, style sheets, forms, frames, drawings (SVG, MathML), handlers, `meta`, `base` and every address but of the web, mail,
telephones and pictures are gone.
"""

from __future__ import annotations

import re

import nh3

from desk.mail_view.styles import harmless_style

MOST_TAGS = 20_000
"""Tags of one mail that are shown."""
MOST_CHARACTERS = 1_000_000
_MOST_SPAN = 100
_TAGS = frozenset(
    (
        *(
            "a",
            "abbr",
            "b",
            "bdi",
            "bdo",
            "big",
            "blockquote",
            "br",
            "caption",
            "center",
            "cite",
            "code",
            "col",
            "colgroup",
        ),
        *(
            "dd",
            "del",
            "div",
            "dl",
            "dt",
            "em",
            "font",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "img",
            "ins",
            "kbd",
        ),
        *("li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr"),
    )
)
_WHOLE = frozenset(
    (
        *("script", "style", "title", "template", "iframe", "object", "embed", "applet", "svg", "math", "noscript"),
        *("noembed", "noframes", "textarea", "select", "button", "xmp", "plaintext", "audio", "video", "canvas"),
    )
)
_ANYWHERE = {"style", "dir", "lang", "align", "valign", "width", "height", "bgcolor", "class"}
_ATTRIBUTES = {
    "*": _ANYWHERE,
    "a": {"href"},
    "img": {"src", "alt", "border"},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "col": {"span"},
    "colgroup": {"span"},
}
_PLAIN = re.compile(r"[\w\s#%.,'-]{0,100}", re.ASCII)
_CLASSES = re.compile(r"\b(?:MsoNormal|MsoListParagraph\w*|MsoPlainText)\b")
_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_SOURCE = re.compile(r"(?:https?://|cid:)", re.IGNORECASE)
_BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_BREAKS = re.compile(r"[\t\r\n]+")
_STRIPPED = "".join(map(chr, range(33)))


def bounded(html: str) -> tuple[str, bool]:
    """At most MOST_CHARACTERS and MOST_TAGS of it, and whether something is missing. Takes a time of its length."""
    cut = html[:MOST_CHARACTERS]
    if cut.count("<") > MOST_TAGS:
        position = -1
        for _ in range(MOST_TAGS + 1):
            position = cut.index("<", position + 1)
        cut = cut[:position]
    return cut, len(cut) < len(html)


def sanitise(html: str) -> str:
    """What may be shown of it, well formed. May take long for what attacks: see `desk.mail_view.apart`."""
    return nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_WHOLE),
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative="deny",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """What an attribute that may stand here may say; None takes it away."""
    if name == "style":
        return harmless_style(value)
    if name == "class":
        return " ".join(_CLASSES.findall(value[:500])) or None
    if name == "href":
        link = _BLANK.sub("%20", _BREAKS.sub("", value).strip(_STRIPPED))  # as browsers read it
        return link if _LINK.match(link) else None
    if name == "src":
        return _source(value)
    if name in ("colspan", "rowspan", "span"):
        return value if value.isdecimal() and 1 <= len(value) <= 3 and int(value) <= _MOST_SPAN else None
    if name == "alt":
        return value[:500]
    return value if _PLAIN.fullmatch(value) else None


def _source(value: str) -> str | None:
    if value[:5].lower() == "data:":
        return value if _PICTURE.fullmatch(value) else None
    source = _BLANK.sub("", value)
    return source if _SOURCE.match(source) else None
