"""What is left of HTML that attacks, and how long that takes."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from time import monotonic

import pytest

from desk.mail_view.apart import TooMuch, sanitised
from desk.mail_view.finishing import Shown, finish
from desk.mail_view.sanitising import MOST_TAGS, sanitise
from desk.mail_view.styles import harmless_style
from tests.desk.hostile_mails import SCRIPTS

_TAGS = frozenset(
    (
        *("a", "b", "br", "div", "font", "img", "p", "span", "strong", "table", "tbody", "td", "tr", "th", "thead"),
        *("i", "u", "em", "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "code"),
        *("small", "big", "center", "del", "ins", "s", "sub", "sup", "strike", "tt", "q", "dl", "dt", "dd"),
        *("caption", "col", "colgroup", "wbr", "mark", "kbd", "samp", "var", "cite", "abbr", "bdi", "bdo", "tfoot"),
    )
)
_ATTRIBUTES = frozenset(
    (
        *("href", "title", "target", "rel", "src", "alt", "width", "height", "align", "valign", "bgcolor"),
        *("border", "style", "class", "dir", "lang", "color", "face", "size", "colspan", "rowspan", "nowrap"),
        *("cellpadding", "cellspacing", "start", "type", "value", "span", "referrerpolicy", "loading"),
    )
)


class Found(HTMLParser):
    """Every tag and attribute of a document."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.deepest = self.depth = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.depth += tag not in ("br", "hr", "img", "wbr", "col")
        self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1


def shown(html: str, *, images: bool = False) -> Shown:
    safe, _ = sanitised(html)
    return finish(safe, picture=lambda _: None, images=images, held_word="picture")


@pytest.mark.fault(15)
@pytest.mark.parametrize("html", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_nothing_that_runs_loads_or_covers_is_left(html: str) -> None:
    left = shown(html)

    for tag, attributes in Found(left.html).tags:
        assert tag in _TAGS
        assert set(attributes) <= _ATTRIBUTES
        assert re.match(r"https?://|mailto:|tel:|\Z", attributes.get("href") or "")
        assert "src" not in attributes
        assert not re.search(r"position|z-index|url|expression|binding|transform|@|\\", attributes.get("style") or "")
        assert attributes.get("class", "v-held") in ("v-held", "v-real")


def test_what_people_write_stays_as_it_looks() -> None:
    html = (
        '<p class="MsoNormal" style="color:#c00;font-family:Arial,\'Segoe UI\',sans-serif;margin:0">Hola <b>Ana</b></p>'
        '<table border="1" width="100%"><tr><td colspan="2" bgcolor="#eeeeee" style="padding:4px 8px">2</td></tr></table>'
        '<a href="https://clientes.example/a b?x=1&amp;y=2">aquí</a> <a href="mailto:a@b.example">correo</a>'
    )

    left = shown(html)

    assert (
        '<p class="MsoNormal" style="color: #c00; font-family: Arial,&#x27;Segoe UI&#x27;,sans-serif; margin: 0">'
        in left.html
    )
    assert '<td colspan="2" bgcolor="#eeeeee" style="padding: 4px 8px">2</td>' in left.html
    assert left.links == ("https://clientes.example/a%20b?x=1&y=2", "mailto:a@b.example")
    assert 'target="_blank"' in left.html
    assert 'rel="noopener noreferrer nofollow"' in left.html


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<a href="https://evil.example/">www.banco.example</a>', "[→ evil.example]"),
        (
            '<a href="https://banco.example.evil.example/x">Entra en https://banco.example/login</a>',
            "[→ banco.example.evil.example]",
        ),
        ('<a href="https://bаnco.example/">banco.example</a>', "[→ xn--bnco-53d.example]"),
        ('<a href="https://user@evil.example/">banco.example</a>', "[→ evil.example]"),
    ],
)
def test_a_link_whose_text_names_another_place_says_where_it_leads(html: str, said: str) -> None:
    assert said in shown(html).html


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://www.banco.example/x">banco.example</a>',
        '<a href="https://m.banco.example/">Pulsa aquí. Gracias</a>',
    ],
)
def test_an_honest_link_is_left_alone(html: str) -> None:
    assert "→" not in shown(html).html


def test_remote_pictures_wait_and_pixels_never_come() -> None:
    html = (
        '<img src="http://fotos.example/a.png" alt="Mi caldera" width=300><img src="https://t.example/p.gif" width=1 height=1>'
        '<img src="https://t.example/q.gif" style="display:none">'
    )

    held, loaded = shown(html), shown(html, images=True)

    assert (held.held, held.pixels, held.loaded) == (1, 2, 0)
    assert '<span class="v-held">Mi caldera</span>' in held.html
    assert "fotos.example" not in held.html
    assert (loaded.held, loaded.pixels, loaded.loaded) == (0, 2, 1)
    assert 'src="https://fotos.example/a.png"' in loaded.html
    assert 'referrerpolicy="no-referrer"' in loaded.html
    assert "t.example" not in loaded.html


def test_deep_tags_lose_their_depth_and_keep_their_words() -> None:
    left = shown("<div>" * 3000 + "hondo" + "</div>" * 3000)

    assert Found(left.html).deepest <= 150
    assert "hondo" in left.html


def test_a_table_of_100_000_cells_is_cut() -> None:
    safe, is_cut = sanitised("<table><tr>" + "<td>x</td>" * 100_000)

    assert is_cut
    assert safe.count("<td>") <= MOST_TAGS


@pytest.mark.fault(15)
@pytest.mark.faults
def test_five_megabytes_that_attack_are_given_up_in_bounded_time() -> None:
    html = "<p " + " ".join(f"a{number}" for number in range(700_000)) + ">"
    begun = monotonic()

    with pytest.raises(TooMuch):
        sanitised(html)

    assert monotonic() - begun < 15


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("color:red; position:fixed", "color: red"),
        ("COLOR : rgb(1, 2, 3) !important", "color: rgb(1, 2, 3)"),
        ("margin:-20px; padding: 4px", "padding: 4px"),
        ("width:100000px", None),
        ("background:u\\72l(x)", None),
        ("background:#ffffff", "background: #ffffff"),
        ("font:bold 12px/1.4 'A b', serif", "font: bold 12px/1.4 'A b', serif"),
        ("font-family:'a;position:fixed;b'", "font-family: 'a"),
        ("--x:1; all:unset", None),
    ],
)
def test_style_only_shapes(written: str, left: str | None) -> None:
    assert harmless_style(written) == left


def test_what_is_sanitised_twice_stays_the_same() -> None:
    for html in SCRIPTS.values():
        assert sanitise(sanitise(html)) == sanitise(html)
