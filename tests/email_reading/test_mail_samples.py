"""Mails in the shapes that a dozen programs send, and what their writers say in them."""

from __future__ import annotations

import pytest

from tests.email_reading.house import MAILS, sample

OWN_WORDS = {
    "apple_mail_es_photo": "Llegó roto, mire la foto:\n\n\n\nEspero su respuesta.",
    "calendar_invite": (
        "Les convoco para ver el taller.\n\n[calendar: REQUEST · Visita al taller, planta baja · 2025-12-01 09:30 Europe/Madrid]"
    ),
    "encrypted_pgp": "[encrypted mail: PGP/MIME]",
    "forward_apple_en": "The lamp arrived broken.\n\nGrace",
    "forward_as_attachment_es": "¿Instalan ustedes también?\n\nAndrés",
    "forward_gmail_es": "Llevo tres semanas esperando la puerta.\n\nElena",
    "forward_outlook_es": "¿Cuánto cuesta la sierra?",
    "gmail_android_en_html_only": (
        "Hi,\n\nThe invoice shows 21% VAT but we are exempt. Please send a new one, see our certificate"
        " (https://example.org/vat?id=7).\n\nTom"
    ),
    "gmail_web_ca": "Bon dia, encara no m'ha arribat.",
    "gmail_web_es": (
        "Buenos días:\n\nEl taladro que pedí llegó sin el cargador. ¿Me lo pueden mandar aparte?\n\nGracias,\nMaría"
    ),
    "gmail_web_eu": "Oraindik ez da iritsi.",
    "gmail_web_gl": "Aínda non chegou o paquete.",
    "iphone_en_html_only": "Tuesday is fine.\n\nCan I bring my own cable?",
    "iphone_es": "Sí, el martes me viene bien.",
    "k9_en": "Are you open on Sunday?",
    "newsletter": "Novedades\n\nSierras al 20 %.\n\nVer oferta (https://news.example.org/c/1)",
    "outlook_classic_es": "Nos vale el recambio de 45 €. “Urge”, por favor.",
    "outlook_desktop_es": (
        "Buenas tardes,\n\nAdjunto el albarán firmado. Falta una caja de tornillos.\n\nUn saludo,\n\nLuis Ortega\nCompras"
    ),
    "outlook_mobile_es": "Me parece bien, adelante.",
    "outlook_web_en_html_only": (
        "Good morning,\n\nThe drill stopped working after two weeks.\n\n- Model: X200\n- Serial: 99-1\n\nClaire"
    ),
    "proton_en_old": "It works now, thank you.",
    "proton_es": "No me llega el correo de activación.",
    "roundcube_es": "Está mal el NIF. El correcto es 00000000T.",
    "samsung_en_html_only": "I am home tomorrow.",
    "samsung_es": "Mañana por la tarde estoy en casa.",
    "signed_smime_es": "La escritura está lista.",
    "thunderbird_en_html_only": "Nobody came on Tuesday.\n\nPlease call me.",
    "thunderbird_es_bottom": (
        "La mando esta noche cuando llegue a casa, porque ahora estoy en el trabajo y no tengo aquí la puerta."
    ),
    "vacation_exchange_es": "Estoy fuera de la oficina hasta el lunes.",
    "web_form": "Nombre: Pilar Cano\nCorreo: pilar.cano@example.net\nAsunto: Horario\nMensaje: ¿Abren el día 24?",
    "yahoo_android_en": "Cancel it please",
    "yahoo_web_es": "Hola,\nYa he enviado el paquete. ¿Cuándo me devuelven el dinero?\nRosa",
    "zimbra_es": "Necesitamos 25 unidades en lugar de 20.\n\nGracias.",
}

SENDERS_AND_SUBJECTS = [
    ("gmail_web_es", "maria.lopez@example.net", "María López", "Re: Su pedido 4412 está en camino"),
    ("gmail_inline_answers_es", "juan.perez@example.net", "Pérez, Juan", "Re: Dos preguntas"),
    ("outlook_desktop_es", "luis.ortega@example.net", "Luis Ortega", "RE: Entrega del pedido 5120"),
    ("apple_mail_es_photo", "inaki@example.net", "Iñaki Etxeberria", "Re: ¿Cómo llegó el espejo?"),
    ("roundcube_es", "begona@example.net", "Begoña Núñez", "Re: Factura nº 77"),
    ("outlook_classic_es", "taller@example.net", "Taller Hnos. Gómez", "RE: Recambio"),
    ("yahoo_android_en", "bob_the_builder@example.net", "", "Re: Order 88"),
    ("newsletter", "news@news.example.org", "Boletín del Sector", "🔧 Novedades de noviembre"),
]

ATTACHMENTS = [
    ("apple_mail_es_photo", [("espejo roto nº1.png", "image/png", True)]),
    ("outlook_desktop_es", [("image001.png", "image/png", True), ("albarán 5120.pdf", "application/pdf", False)]),
    ("forward_as_attachment_es", [("Instalación.eml", "message/rfc822", False)]),
    ("calendar_invite", [("attachment-1.ics", "text/calendar", False)]),
    ("signed_smime_es", [("smime.p7s", "application/pkcs7-signature", False)]),
]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", sorted(OWN_WORDS))
def test_the_writers_own_words_are_found(name: str, line_end: bytes) -> None:
    assert sample(name, line_end=line_end).reply_text == OWN_WORDS[name]


@pytest.mark.parametrize(("name", "address", "display", "subject"), SENDERS_AND_SUBJECTS)
def test_sender_and_subject_are_decoded(name: str, address: str, display: str, subject: str) -> None:
    message = sample(name)

    assert (message.author.address, message.author.name, message.subject) == (address, display, subject)


@pytest.mark.parametrize(("name", "expected"), ATTACHMENTS)
def test_attachments_keep_their_names_and_pictures_in_the_text_are_told_apart(
    name: str, expected: list[tuple[str, str, bool]]
) -> None:
    found = [(each.filename, each.content_type, each.inline) for each in sample(name).attachments]

    assert found == expected


def test_answers_between_quoted_lines_keep_the_questions() -> None:
    message = sample("gmail_inline_answers_es")

    assert message.reply_text == message.text.strip()
    assert "> ¿De qué color lo quiere?" in message.reply_text


def test_every_reply_keeps_the_whole_text_beside_it() -> None:
    message = sample("gmail_web_es")

    assert "> Su pedido 4412 ha salido hoy." in message.text
    assert "Reformas López S.L." in message.text
    assert message.html is not None
    assert "gmail_quote" in message.html


def test_threading_headers_and_time_are_read() -> None:
    message = sample("gmail_web_es")

    assert message.external_id == "<CAHk1111aaaa+bbbb=cccc@mail.example.net>"
    assert message.in_reply_to == ("<pedido.4412@example.com>",)
    assert message.references == ("<pedido.4412@example.com>",)
    assert message.sent_at is not None
    assert message.sent_at.isoformat() == "2025-11-03T09:12:23+00:00"


def test_every_sample_is_in_a_table_or_tested_by_name() -> None:
    elsewhere = {"gmail_inline_answers_es", "read_receipt"}
    names = {path.stem for path in MAILS.glob("*.eml") if not path.stem.startswith("bounce_")}

    assert names == set(OWN_WORDS) | elsewhere
