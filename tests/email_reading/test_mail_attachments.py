"""Files: safe names whatever the sender wrote, contents byte for byte, pictures of the text told from files."""

from __future__ import annotations

import base64
import hashlib

import pytest

from connectors.reading.filenames import safe_filename
from tests.email_reading.house import mail, read_multipart

NAMES = [
    ("factura.pdf", "factura.pdf"),
    ("../../etc/passwd", "passwd"),
    (r"C:\Users\ana\foto.jpg", "foto.jpg"),
    (r"..\..\x.exe", "x.exe"),
    ("a\0b.pdf", "ab.pdf"),
    ("a\r\nb.pdf", "a b.pdf"),
    ("factura\u202efdp.exe", "facturafdp.exe"),
    ("\u2066x\u2069.pdf", "x.pdf"),
    ("informe   final .pdf", "informe final.pdf"),
    ("a<b>c:d|e?f*g.pdf", "a_b_c_d_e_f_g.pdf"),
    (".htaccess", "htaccess"),
    ("CON.txt", "_CON.txt"),
    ("nul", "_nul"),
    ("año ñandú 你好.pdf", "año ñandú 你好.pdf"),
    ("", "attachment-7.pdf"),
    ("..", "attachment-7.pdf"),
    ("///", "attachment-7.pdf"),
    ("\u202e", "attachment-7.pdf"),
    ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ("你" * 500 + ".pdf", "你" * 65 + ".pdf"),
    ("a." + "b" * 500, ("a." + "b" * 500)[:120]),
]


@pytest.mark.fault(15)
@pytest.mark.parametrize(("name", "safe"), NAMES)
def test_names_are_safe_to_show_and_keep_their_extension(name: str, safe: str) -> None:
    assert safe_filename(name, content_type="application/pdf", number=7) == safe


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("image/jpeg", "image-1.jpg"),
        ("application/pdf", "attachment-1.pdf"),
        ("application/x-nonsense", "attachment-1.bin"),
        ("message/rfc822", "attachment-1.eml"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment-1.docx"),
    ],
)
def test_a_nameless_file_gets_a_name_of_its_kind(content_type: str, name: str) -> None:
    assert safe_filename("", content_type=content_type, number=1) == name


@pytest.mark.parametrize(
    "disposition",
    [
        'attachment; filename="=?utf-8?Q?factura_n=C2=BA_1.pdf?="',
        "attachment; filename*=utf-8''factura%20n%C2%BA%201.pdf",
        "attachment; filename*0*=utf-8''factura%20n%C2; filename*1*=%BA%201.pdf",
        'attachment; filename="factura nº 1.pdf"',
        r'attachment; filename="C:\facturas\factura nº 1.pdf"',
    ],
)
def test_names_are_decoded_however_they_were_written(disposition: str) -> None:
    message = read_multipart("\nHola", f"Content-Type: application/pdf\nContent-Disposition: {disposition}\n\n%PDF")

    assert [attachment.filename for attachment in message.attachments] == ["factura nº 1.pdf"]


def test_contents_come_back_byte_for_byte_with_their_hash() -> None:
    content = bytes(range(256)) * 40
    part = b"Content-Type: image/png; name=x.png\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(content)

    (attachment,) = read_multipart("\nHola", part).attachments

    assert attachment.content == content
    assert attachment.size == 10240
    assert attachment.sha256 == hashlib.sha256(content).hexdigest()


def picture(disposition: str, content_id: str = "") -> str:
    identity = f"Content-ID: <{content_id}>\n" if content_id else ""
    return f"Content-Type: image/png; name=x.png\nContent-Disposition: {disposition}\n{identity}\nPNG"


@pytest.mark.parametrize(
    ("part", "inline"),
    [
        (picture("inline", "uno@x"), True),
        (picture("attachment", "uno@x"), True),  # the HTML shows it all the same
        (picture("attachment", "dos@x"), False),
        (picture("inline"), True),
        (picture("attachment"), False),
        ("Content-Type: application/pdf; name=x.pdf\nContent-Disposition: inline\n\n%PDF", False),
        ("Content-Type: image/png\nContent-ID: <dos@x>\n\nPNG", True),
    ],
)
def test_what_the_html_shows_is_inline_and_files_are_not(part: str, inline: bool) -> None:
    html = 'Content-Type: text/html\n\n<p>Mire</p><img src="cid:uno@x">'

    (attachment,) = read_multipart(html, part, kind="related").attachments

    assert attachment.inline is inline


def test_a_text_file_is_a_file_and_not_words() -> None:
    message = read_multipart("\nHola", 'Content-Type: text/plain; charset=utf-8; name="notas.txt"\n\napuntes')

    assert message.text == "Hola"
    assert [(each.filename, each.content) for each in message.attachments] == [("notas.txt", b"apuntes")]


def test_a_mail_that_is_one_file_has_no_text() -> None:
    message = mail(b"%PDF", content_type="application/pdf", content_disposition="attachment; filename=a.pdf")

    assert (message.text, message.attachments[0].filename) == ("", "a.pdf")


def test_an_attached_mail_is_named_by_its_subject_and_kept_whole() -> None:
    inner = "From: x@y.example\nSubject: =?utf-8?Q?Presupuesto_n=C2=BA_1/2?=\n\nTexto"

    message = read_multipart("\nHola", f"Content-Type: message/rfc822\n\n{inner}")

    (attachment,) = message.attachments
    assert (attachment.filename, attachment.content) == ("Presupuesto nº 1_2.eml", inner.encode())


def test_winmail_dat_is_a_file() -> None:
    message = read_multipart("\nHola", "Content-Type: application/ms-tnef; name=winmail.dat\n\nTNEF")

    assert [(each.filename, each.content_type) for each in message.attachments] == [
        ("winmail.dat", "application/ms-tnef")
    ]
