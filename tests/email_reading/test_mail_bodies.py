"""Which parts are words and which are files, in every charset and encoding that mail comes in."""

from __future__ import annotations

import base64
import binascii
import quopri

import pytest

from connectors.imap_email.reading.charsets import codec_name, decode_text
from connectors.imap_email.reading.flowed import unflow
from connectors.imap_email.reading.html_text import html_lines
from connectors.imap_email.reading.lines import joined
from tests.email_reading.house import mail, multipart, read_multipart

SPANISH = "Señor, ¿cuándo llegará el pedido? Cuesta 45 €."
CHARSETS = [
    ("utf-8", SPANISH, "utf-8"),
    ("UTF8", SPANISH, "utf-8"),
    ("iso-8859-1", SPANISH, "cp1252"),  # Windows said to be Latin-1
    ("us-ascii", SPANISH, "cp1252"),
    ("us-ascii", SPANISH, "utf-8"),
    ("iso-8859-1", SPANISH, "utf-8"),  # UTF-8 said to be Latin-1
    ("utf-8", SPANISH, "cp1252"),  # and the other way round
    ("x-unknown", SPANISH, "cp1252"),
    ("iso-8859-15", SPANISH, "iso-8859-15"),
    ("utf-16", SPANISH, "utf-16"),
    ("koi8-r", "Добрый день", "koi8-r"),
    ("windows-1251", "Добрый день", "cp1251"),
    ("iso-2022-jp", "こんにちは", "iso2022_jp"),
    ("shift_jis", "こんにちは①", "cp932"),
    ("gb2312", "你好，镕基", "gbk"),
    ("big5", "你好", "big5"),
    ("ks_c_5601-1987", "안녕하세요", "cp949"),
    ("iso-8859-8-i", "שלום", "iso-8859-8"),
    ("windows-1256", "مرحبا", "cp1256"),
    ("macintosh", "Señor", "mac_roman"),
]


@pytest.mark.parametrize(("declared", "text", "real"), CHARSETS)
def test_text_is_read_whatever_its_charset_is_said_to_be(declared: str, text: str, real: str) -> None:
    body = base64.encodebytes(text.encode(real))

    message = mail(body, content_type=f'text/plain; charset="{declared}"', content_transfer_encoding="base64")

    assert message.text == text


def test_one_damaged_byte_does_not_spoil_a_utf_8_text() -> None:
    assert decode_text("año, ñandú, ".encode() + b"\xf1 y m\xc3\xa1s", "utf-8") == "año, ñandú, ñ y más"


def test_an_undeclared_charset_is_guessed_as_the_last_resort() -> None:
    text = "Добрый день, мой заказ не пришёл. Когда его доставят? " * 10

    assert decode_text(text.encode("koi8-r"), None) == text


@pytest.mark.parametrize(
    "name",
    ["utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "zlib", "hex", "rot13", "../x", "a\0b"],
)
def test_what_is_no_charset_of_mail_is_refused(name: str) -> None:
    assert codec_name(name) is None


def test_utf_7_stays_unread() -> None:
    assert mail("+ADw-script+AD4-", content_type="text/plain; charset=utf-7").text == "+ADw-script+AD4-"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("quoted-printable", quopri.encodestring("Señor, sí.".encode())),
        ("base64", base64.b64encode("Señor, sí.".encode())),
        ("base64", base64.b64encode("Señor, sí.".encode()).rstrip(b"=")),
        ("BASE64 ", b"\n".join(base64.b64encode("Señor, sí.".encode())[at : at + 3] for at in range(0, 20, 3)) + b" !"),
        ("8bit", "Señor, sí.".encode()),
        ("binary", "Señor, sí.".encode()),
        ("nonsense", "Señor, sí.".encode()),
        ("x-uuencode", b"begin 644 x\n" + binascii.b2a_uu("Señor, sí.".encode()) + b"`\nend\n"),
    ],
)
def test_transfer_encodings_are_undone_also_when_broken(encoding: str, body: bytes) -> None:
    message = mail(body, content_type="text/plain; charset=utf-8", content_transfer_encoding=encoding)

    assert message.text == "Señor, sí."


def test_nul_and_controls_leave_the_text_and_line_ends_are_one_kind() -> None:
    assert mail(b"uno\0\x07\r\ndos\rtres\x1b[31m").text == "uno\ndos\ntres[31m"


def test_lone_surrogates_never_reach_the_text() -> None:
    message = mail(b"\x00\xd8x\x00", content_type="text/plain; charset=utf-16-le")

    assert message.text.encode()


def test_plain_text_is_preferred_and_html_is_kept_as_it_was_sent() -> None:
    html = "<p>Hola <b>HTML</b></p>"

    message = read_multipart("\nHola texto", f"Content-Type: text/html\n\n{html}", kind="alternative")

    assert (message.text, message.html) == ("Hola texto", html)


def test_html_stands_in_for_a_blank_or_useless_plain_part() -> None:
    html = "Content-Type: text/html\n\n<p>El pedido llegó roto, y quiero que me devuelvan el dinero cuanto antes, por favor.</p>"

    blank = read_multipart("\n \n", html, kind="alternative")
    stub = read_multipart("\nYour browser does not show HTML.", html, kind="alternative")

    assert blank.text == stub.text
    assert blank.text.startswith("El pedido llegó roto")


def test_texts_before_and_after_a_file_are_both_read() -> None:
    message = read_multipart(
        "\nAntes", "Content-Type: application/pdf; name=a.pdf\n\n%PDF", "Content-Type: text/plain\n\nDespués"
    )

    assert message.text == "Antes\n\nDespués"
    assert [attachment.filename for attachment in message.attachments] == ["a.pdf"]


def test_the_picture_inside_a_related_part_does_not_hide_the_text() -> None:
    alternative = multipart("\nHola", "Content-Type: text/html\n\n<img src='cid:uno@x'>", kind="alternative")
    inner = f"Content-Type: {alternative['content_type']}\n\n".replace("limite", "dentro")
    body = alternative["body"]
    assert isinstance(body, bytes)

    message = read_multipart(
        inner.encode() + body.replace(b"limite", b"dentro"),
        "Content-Type: image/png\nContent-ID: <uno@x>\n\nPNG",
        kind="related",
    )

    assert message.text == "Hola"
    assert [(each.inline, each.content_id) for each in message.attachments] == [(True, "uno@x")]


def test_a_missing_last_boundary_loses_nothing() -> None:
    body = b"--limite\n\nUno\n--limite\nContent-Type: application/pdf; name=a.pdf\n\n%PDF-1"

    message = mail(body, content_type="multipart/mixed; boundary=limite")

    assert (message.text, message.attachments[0].content) == ("Uno", b"%PDF-1")


def test_an_undeclared_or_wrong_boundary_is_found() -> None:
    body = b"--real\nContent-Type: text/plain\n\nHola\n--real\nContent-Type: text/html\n\n<p>Hola</p>\n--real--\n"

    for content_type in ("multipart/alternative", "multipart/alternative; boundary=otro"):
        assert mail(body, content_type=content_type).text == "Hola"


def test_a_multipart_that_is_none_is_read_as_text() -> None:
    assert mail("Solo texto", content_type="multipart/mixed; boundary=nada").text == "Solo texto"


def test_a_boundary_that_begins_another_does_not_split_it() -> None:
    inner = "Content-Type: multipart/alternative; boundary=limite2\n\n--limite2\n\nHola\n--limite2--"

    assert read_multipart(inner, "\nAdiós").text == "Hola\n\nAdiós"


def test_flowed_text_becomes_paragraphs() -> None:
    text = "Una frase que \nsigue aquí.\n> cita que \n> sigue.\n-- \nAna \nLópez"

    assert unflow(text, delete_space=False) == "Una frase que sigue aquí.\n> cita que sigue.\n-- \nAna López"


def test_flowed_text_with_deleted_spaces_joins_without_them() -> None:
    assert mail("東 \n京", content_type="text/plain; charset=utf-8; format=flowed; delsp=yes").text == "東京"


def test_encrypted_mail_says_so_and_keeps_its_parts() -> None:
    message = mail(b"MIAG", content_type="application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m")

    assert message.text == "[encrypted mail: S/MIME]"
    assert [attachment.filename for attachment in message.attachments] == ["smime.p7m"]


def test_a_mail_without_words_that_carries_another_shows_its_words() -> None:
    inner = "Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: Dentro\n\nTexto de dentro"

    message = read_multipart(inner)

    assert message.text == "Texto de dentro"
    assert [attachment.filename for attachment in message.attachments] == ["Dentro.eml"]


def test_a_digest_keeps_each_mail_as_a_file() -> None:
    message = read_multipart("\nSubject: Uno\n\n1", "\nSubject: Dos\n\n2", kind="digest")

    assert [attachment.filename for attachment in message.attachments] == ["Uno.eml", "Dos.eml"]


HTML = [
    ("<p>Uno</p><p>Dos</p>", "Uno\n\nDos"),
    ("Uno<br>Dos<br/>Tres", "Uno\nDos\nTres"),
    ("<div>Uno</div><div>Dos</div>", "Uno\nDos"),
    ("a&nbsp;b&amp;c &lt;d&gt; &euro; &#241;", "a b&c <d> € ñ"),
    ("<ul><li>uno<li>dos</ul>", "- uno\n- dos"),
    ("<ol start=3><li>tres</li><li>cuatro</li></ol>", "3. tres\n4. cuatro"),
    ("<ul><li>uno<ul><li>dentro</li></ul></li></ul>", "- uno\n\n  - dentro"),
    ("<table><tr><td>Tuerca</td><td>3</td></tr><tr><td>Perno</td><td>4</td></tr></table>", "Tuerca | 3\nPerno | 4"),
    ('<a href="https://x.example/a?b=1">aquí</a>', "aquí (https://x.example/a?b=1)"),
    ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
    ('<a href="mailto:a@x.example?subject=hola">escríbame</a>', "escríbame (a@x.example)"),
    ('<a href="javascript:alert(1)">pulse</a>', "pulse"),
    ("<blockquote type=cite>uno<br>dos</blockquote>tres", "> uno\n> dos\n\ntres"),
    ('<blockquote style="margin:0 0 0 40px;border:none">sangrado</blockquote>', "sangrado"),
    ("<pre>a\n  b</pre>", "a\n  b"),
    ("<script>alert('x')</script><style>p{}</style>Hola", "Hola"),
    ("<head><title>T</title></head><body>Hola</body>", "Hola"),
    ('<div style="display:none">preheader</div>Hola', "Hola"),
    ('<div style="font-size:0px">preheader</div><span hidden>x</span>Hola', "Hola"),
    ('<div style="max-height:0;overflow:hidden">preheader</div>Hola', "Hola"),
    ('<img src="x" alt="Nuestro logo">', "[Nuestro logo]"),
    ('<img src="https://x.example/pixel.gif" width=1>', ""),
    ("<p>sin cerrar <b>negrita <i>y</p> más", "sin cerrar negrita y\n\nmás"),
    ("</div></p>Hola</b></x>", "Hola"),
    ("<!--[if mso]>Solo Outlook<![endif]-->Hola", "Hola"),
    ('<?xml version="1.0" encoding="utf-16"?><html><body>ñ</body></html>', "ñ"),
    ("", ""),
]


@pytest.mark.parametrize(("html", "text"), HTML)
def test_html_becomes_text_that_reads_well(html: str, text: str) -> None:
    assert joined(html_lines(html)).strip() == text


def test_a_charset_inside_the_html_does_not_overrule_the_header() -> None:
    html = '<meta charset="windows-1251"><p>ñandú</p>'

    assert mail(html, content_type="text/html; charset=utf-8").text == "ñandú"


def test_html_alone_is_both_text_and_html() -> None:
    message = mail("<p>Hola</p>", content_type="text/html")

    assert (message.text, message.html) == ("Hola", "<p>Hola</p>")


def test_plain_text_alone_has_no_html() -> None:
    assert mail("Hola").html is None
