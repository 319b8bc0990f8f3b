"""What a writer says now, told from what they quote; in doubt it is theirs."""

from __future__ import annotations

import pytest

from connectors.imap_email.reading.lines import joined, own_lines
from connectors.imap_email.reading.quoting import own_words

INTRODUCTIONS = [
    "El lun, 3 nov 2025 a las 10:12, Ana García (<ana@x.example>) escribió:",
    "El lun, 3 nov 2025 a las 10:12, Ana García de la Torre (<ana.garcia.de.la.torre@x.example>)\nescribió:",
    "El 3 nov 2025, a las 10:12, Ana <ana@x.example> escribió:",
    "El 03/11/2025 a las 10:12, Ana escribió:",
    "El 2025-11-03 10:12, Ana escribió:",
    "El lunes, 3 de noviembre de 2025, 10:12:33 CET, Ana <ana@x.example> escribió:",
    "El 3 de noviembre de 2025 10:12:33 CET, Ana <ana@x.example> escribió:",
    "Ana <ana@x.example> escribió:",
    "On Mon, 3 Nov 2025 at 10:12, Ana García <ana@x.example> wrote:",
    "On Mon, Nov 3, 2025 at 10:12 AM Ana García <\nana@x.example> wrote:",
    "On 03/11/2025 10:12, Ana wrote:",
    "On Nov 3, 2025, at 10:12 AM, Ana <ana@x.example> wrote:",
    "On Monday, November 3rd, 2025 at 10:12 AM, Ana <ana@x.example> wrote:",
    "Missatge de Ana <ana@x.example> del dia dl., 3 de nov. 2025 a les 10:12:",
    "El dl., 3 de nov. 2025 a les 10:12, Ana (<ana@x.example>) va escriure:",
    "O luns, 3 de nov. de 2025 ás 10:12, Ana (<ana@x.example>) escribiu:",
    "Ana (<ana@x.example>) erabiltzaileak hau idatzi du (2025 aza. 3, al. (10:12)):",
    "Le lun. 3 nov. 2025 à 10:12, Ana <ana@x.example> a écrit :",
    "Em seg., 3 de nov. de 2025 às 10:12, Ana <ana@x.example> escreveu:",
    "Am 03.11.2025 um 10:12 schrieb Ana <ana@x.example>:",
    "Am Mo., 3. Nov. 2025 um 10:12 Uhr schrieb Ana <ana@x.example>:",
    "Il giorno lun 3 nov 2025 alle ore 10:12 Ana <ana@x.example> ha scritto:",
    "Op ma 3 nov 2025 om 10:12 schreef Ana <ana@x.example>:",
    "Op 3 nov. 2025 om 10:12 heeft Ana <ana@x.example> het volgende geschreven:",
    "2025-11-03 10:12 GMT+01:00 Ana <ana@x.example>:",
    "---- El lun, 03 nov 2025 10:12:33 +0100 Ana <ana@x.example> escribió ----",
    "-----Mensaje original-----",
    "----- Mensaje original -----",
    "-------- Mensaje original --------",
    "-----Original Message-----",
    "-------- Missatge original --------",
    "-------- Message d'origine --------",
    "-----Ursprüngliche Nachricht-----",
    "-----Mensagem original-----",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
    "De: Ana <ana@x.example>\nEnviado el: lunes, 3 de noviembre de 2025 10:12\nPara: Soporte\nAsunto: Pedido",
    "De: Ana <ana@x.example>\nEnviado: lunes, 3 de noviembre de 2025 10:12\nPara: <s@example.com>\nCC: Luis\nAsunto: P",
    "________________________________\nDe: Ana <ana@x.example>\nEnviado: lunes, 3 de noviembre de 2025 10:12\nPara: S\nAsunto: P",
    "From: Ana <ana@x.example>\nSent: Monday, November 3, 2025 10:12 AM\nTo: Support\nSubject: Order",
    "*From:* Ana <ana@x.example>\n*Sent:* Monday, November 3, 2025 10:12 AM\n*To:* Support\n*Subject:* Order",
    "De : Ana <ana@x.example>\nEnvoyé : lundi 3 novembre 2025 10:12\nÀ : Support\nObjet : Commande",
    "Von: Ana <ana@x.example>\nGesendet: Montag, 3. November 2025 10:12\nAn: Support\nBetreff: Bestellung",
    "Da: Ana <ana@x.example>\nInviato: lunedì 3 novembre 2025 10:12\nA: Assistenza\nOggetto: Ordine",
    "Van: Ana <ana@x.example>\nVerzonden: maandag 3 november 2025 10:12\nAan: Support\nOnderwerp: Bestelling",
    "De: Ana <ana@x.example>\nEnviada em: segunda-feira, 3 de novembro de 2025 10:12\nPara: Suporte\nAssunto: Pedido",
    "##- Por favor, escriba por encima de esta línea -##",
]
TOP = "Gracias, lo he recibido.\n\nPero falta una pieza: la número 12."


def read(text: str, subject: str = "Re: Pedido") -> str:
    lines = own_lines(text)
    return own_words(lines, whole=joined(lines), subject=subject)


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("mark", ["> ", ""], ids=["marked", "unmarked"])
def test_what_follows_an_introduction_is_quoted(introduction: str, mark: str) -> None:
    quoted = "\n".join(mark + line for line in ("Hola:", "", "Le hemos enviado el pedido."))

    assert read(f"{TOP}\n\n{introduction}\n\n{quoted}\n") == TOP


KEPT_WHOLE = [
    "El técnico me escribió:\nno hay repuesto.\n¿Es verdad?",
    "El 3/11/2025 Ana García me escribió:\nle devolvemos el dinero\nY no ha sido así.",
    "On the box somebody wrote:\nfragile\nand it was broken.",
    "Mi marido escribió:\nvenga usted",
    "Datos:\nDe: Madrid\nPara: Sevilla\nBultos: 3",
    "Asunto: quiero un reembolso\nFecha: mañana\nGracias",
    "Nombre: Ana\nAsunto: Horario\nMensaje: ¿Abren?",
    "Tengo dos opciones:\n-----\nuna\n-----\notra\n¿Cuál me recomienda?",
    "Pago -- si no me equivoco -- el lunes.",
    "Le escribí a <x@y.example> el lunes a las 10:12 y nada:\nsigue igual.",
    "Hola,\n--\n¿Puede ser el lunes?",
    "Enviado desde Madrid el lunes, y sin noticias.",
    "El paquete lo ha enviado el vendedor con correo certificado",
    "Hola:\nEnviado por correo desde Madrid el lunes.",
    "Hello,\nSent from the post office by registered mail.",
    "Aviso legal: su web no lo tiene.",
    "Así queda:\n====================\nTuerca de 12. Ver www.x.example\n====================\nLo envío en https://x.example",
    "Vi su web.\n---\n[1] https://x.example/precios",
    "Dos cosas.\n---\nLlámenme al 600 000 000, por favor.",
]


@pytest.mark.parametrize("text", KEPT_WHOLE)
def test_a_customers_own_words_are_never_taken_for_a_quote_or_signature(text: str) -> None:
    assert read(text) == text


def test_an_answer_below_the_quote_is_kept_without_it() -> None:
    assert read("El 3/11/2025 a las 10:12, Ana escribió:\n> ¿Cuándo?\n> Saludos\n\nEl martes.") == "El martes."


def test_words_above_and_below_one_quote_are_both_kept() -> None:
    text = "Hola:\n\nEl 3/11/2025 a las 10:12, Ana escribió:\n> ¿Cuándo?\n\nEl martes."

    assert read(text) == "Hola:\n\nEl martes."


@pytest.mark.parametrize(
    "text",
    [
        "El 3/11/2025 a las 10:12, Ana escribió:\n> ¿Color?\nRojo\n> ¿Talla?\nM",
        "Contesto abajo\n\n> ¿Color?\n\nRojo\n\n> ¿Talla?\n\nM",
        "> ¿Color?\nRojo\n> ¿Talla?\nM\n> Gracias",
        "Sobre esto:\n> ¿Talla?\nLa M.",
        "Respondo en rojo más abajo.\n\nDe: Ana <a@x.example>\nEnviado: lun 3/11/2025 10:12\nPara: S\nAsunto: P\n\n¿Color? Rojo.",
        "See my answers below.\n\nFrom: Ana <a@x.example>\nSent: Monday, November 3, 2025 10:12\nTo: S\nSubject: P\n\nColour? Red.",
    ],
)
def test_answers_inside_the_quote_keep_everything(text: str) -> None:
    assert read(text) == text


def test_nested_quotes_go_with_their_introductions() -> None:
    text = (
        "Vale.\n\nEl 4/11/2025 a las 9:00, Ana escribió:\n> De acuerdo.\n>\n> El 3/11/2025 a las 10:12, Luis escribió:\n>> ¿Sí?\n"
        "\nOn Sun, Nov 2, 2025 at 9:00 AM Eva <eva@x.example> wrote:\n>>> ¿Cómo?\n"
    )

    assert read(text) == "Vale."


def test_a_quote_without_introduction_below_the_words_is_cut() -> None:
    assert read("Sí, gracias.\n\n> ¿Lo quiere?\n> Un saludo") == "Sí, gracias."


@pytest.mark.parametrize(
    "text",
    [
        "> solo una cita\n> y nada más",
        "El 3/11/2025 a las 10:12, Ana escribió:\n> ¿Lo quiere?",
        "-----Mensaje original-----\nDe: Ana\nAsunto: x\n\nHola",
    ],
)
def test_a_mail_that_only_quotes_is_kept_whole(text: str) -> None:
    assert read(text) == text


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Fwd: Queja",
            "Miren esto\n\n---------- Forwarded message ---------\nDe: Ana <a@x.example>\nDate: lun, 3 nov\n\nQueja",
        ),
        (
            "RV: Queja",
            "Miren esto\n\nDe: Ana <a@x.example>\nEnviado: lunes, 3 de noviembre de 2025 10:12\nPara: S\nAsunto: Q\n\nQueja",
        ),
        ("Queja", "Miren\n\nInicio del mensaje reenviado:\n\n> De: Ana <a@x.example>\n> Asunto: Queja\n>\n> Queja"),
        ("Queja", "Miren\n\n-------- Mensaje reenviado --------\nAsunto: Queja\nDe: Ana <a@x.example>\n\nQueja"),
    ],
)
def test_what_a_customer_forwards_is_what_they_have_to_say(subject: str, text: str) -> None:
    assert read(text, subject) == text


def test_a_forward_inside_an_answer_is_quoted() -> None:
    text = "Vale.\n\n-----Mensaje original-----\nDe: Ana\n\n---------- Forwarded message ---------\nDe: Eva\n\nHola"

    assert read(text, "Re: Fwd: Hola") == "Vale."


SIGNATURES = [
    "-- \nAna López\nVentas",
    "--\nAna López\nTel. 600 000 000",
    "—\nAna",
    "---\nAna López\n+34 600 000 000",
    "_______________\nAna López\nana@x.example\nwww.x.example",
    "Enviado desde mi iPhone",
    "Enviado desde mi Samsung Mobile de Claro",
    "Enviado desde Yahoo Mail para iPhone",
    "Enviado con el correo seguro de Proton Mail.",
    "Enviat des del meu iPhone",
    "Nire iPhonetik bidalita",
    "Sent from my iPhone",
    "Sent from my Galaxy",
    "Sent from Outlook for Android",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Obtener Outlook para Android (https://aka.ms/AAb9ysg)",
    "Envoyé de mon iPhone",
    "Von meinem iPhone gesendet",
    "Inviato da iPhone",
    "Enviado do meu iPhone",
    "-- \nAna\nEnviado desde mi iPhone",
    "-- \nEnviado desde mi dispositivo Android con K-9 Mail.",
    "AVISO LEGAL: " + "Este mensaje va dirigido a su destinatario y puede contener información confidencial. " * 3,
    "Aviso de confidencialidad\n"
    + "Este mensaje va dirigido a su destinatario y puede contener información confidencial. " * 3,
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_signatures_and_footers_are_left_out(signature: str) -> None:
    assert read(f"{TOP}\n\n{signature}\n") == TOP


def test_a_mail_that_is_only_a_signature_is_kept() -> None:
    assert read("-- \nAna López") == "-- \nAna López"
    assert read("Enviado desde mi iPhone") == "Enviado desde mi iPhone"


def test_a_long_text_below_a_dash_is_no_signature() -> None:
    text = "Hola:\n--\n" + "\n".join(f"{number}. Falta la pieza {number}." for number in range(40))

    assert read(text) == text
