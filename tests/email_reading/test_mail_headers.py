"""Header traps: encoded words, addresses, ids and dates as people's programs send them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.imap_email.reading import read_mail
from connectors.imap_email.reading.addresses import read_addresses
from connectors.imap_email.reading.dates import read_date
from connectors.imap_email.reading.encoded_words import decode_words
from connectors.imap_email.reading.message_ids import read_id, read_ids
from connectors.imap_email.reading.parameters import split_parameters
from tests.email_reading.house import HOUSE, mail, raw_mail

WORDS = [
    ("plain", "plain"),
    ("=?UTF-8?Q?Caf=C3=A9_con_leche?=", "Café con leche"),
    ("=?utf-8?b?Q2Fmw6k=?=", "Café"),
    ("=?utf-8?b?Q2Fmw6k?=", "Café"),  # no padding
    ("=?UTF-8?Q?Re=3A?= =?UTF-8?Q?_a?=", "Re: a"),
    ("Re:=?UTF-8?Q?_se=C3=B1or?=fin", "Re: señorfin"),  # glued to text
    ("=?utf-8?Q?a=C3?= =?utf-8?Q?=B1o?=", "año"),  # one character in two words
    ("=?utf-8?B?YcOx?==?utf-8?B?bw==?=", "año"),  # no blank between words
    ("=?utf-8?B?YcO?= =?utf-8?B?xbw==?=", "año"),  # base64 cut between its quartets
    ("=?iso-8859-1?Q?=80_y_=93comillas=94?=", "€ y “comillas”"),  # Windows said to be Latin-1
    ("=?utf-8?Q?Hola mundo?=", "Hola mundo"),  # blanks inside
    ("=?x-nonsense?Q?=F1?=", "ñ"),
    ("=?utf-8*es?Q?ma=C3=B1ana?=", "mañana"),
    ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
    ("=?koi8-r?B?8NLJ18XU?=", "Привет"),
    ("=?gb2312?B?xOO6ww==?=", "你好"),
    ("=?utf-7?Q?+ADw-script+AD4-?=", "+ADw-script+AD4-"),  # refused
    ("=?utf-8?Q?abierta", "=?utf-8?Q?abierta"),
    ("a =?= b ?=", "a =?= b ?="),
]


@pytest.mark.parametrize(("raw", "text"), WORDS)
def test_encoded_words_are_decoded(raw: str, text: str) -> None:
    assert decode_words(raw) == text


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_raw_8_bit_subjects_are_read(charset: str) -> None:
    raw = b"From: a@b.example\nSubject: " + "Reparación ñ".encode(charset) + b"\n\nx"

    assert read_mail(raw, HOUSE).subject == "Reparación ñ"


def test_a_raw_subject_is_read_in_the_charset_of_the_body() -> None:
    raw = (
        b"From: a@b.example\nSubject: " + "Привет".encode("koi8-r") + b"\nContent-Type: text/plain; charset=koi8-r\n\nx"
    )

    assert read_mail(raw, HOUSE).subject == "Привет"


def test_a_folded_subject_is_one_line_and_forges_no_header() -> None:
    message = mail(subject="uno\n dos\n\ttres =?utf-8?Q?=0D=0ABcc:_x@y.example?=")

    assert message.subject == "uno dos tres Bcc: x@y.example"
    assert [party.address for party in message.to] == ["soporte@example.com"]


def test_direction_overrides_and_nul_leave_names_and_subjects() -> None:
    message = mail(from_="=?utf-8?Q?Ana=E2=80=AE_=00gpj?= <ana@example.net>", subject="=?utf-8?Q?a=E2=80=AEb?=")

    assert message.author.name == "Ana gpj"
    assert message.subject == "ab"


ADDRESSES = [
    ("Ana <ana@x.es>", [("ana@x.es", "Ana")]),
    ('"García, Ana" <ANA@X.es>, b@c.example', [("ana@x.es", "García, Ana"), ("b@c.example", "")]),
    ("García, Ana <ana@x.es>", [("ana@x.es", "García, Ana")]),
    ("=?utf-8?Q?Garc=C3=ADa,_Ana?= <a@b.example>", [("a@b.example", "García, Ana")]),
    ("=?utf-8?Q?Ana_(Ventas)?= <a@b.example>", [("a@b.example", "Ana (Ventas)")]),
    ("a@b.example (Ana (la de) Ventas)", [("a@b.example", "Ana (la de) Ventas")]),
    (
        'Equipo: a@b.example, "X Y" <d@e.example>;, g@h.example',
        [("a@b.example", ""), ("d@e.example", "X Y"), ("g@h.example", "")],
    ),
    ("undisclosed-recipients:;", []),
    ("root", [("root", "")]),
    ("Ana García", []),
    ("<>", []),
    ('"ana maria"@x.es', [('"ana maria"@x.es', "")]),
    ('"ana"@x.es', [("ana@x.es", "")]),
    ("<ana@müller.example>", [("ana@xn--mller-kva.example", "")]),
    ('"=?utf-8?Q?a=C3=B1o?=" <m@x.example>', [("m@x.example", "año")]),
    ("<@route.example:ana@x.es>", [("ana@x.es", "")]),
    ("a@b.example; d@e.example", [("a@b.example", ""), ("d@e.example", "")]),
    ('"sin cerrar <a@b.example>', [("a@b.example", "sin cerrar")]),
    ("'Ana' <a@b.example>", [("a@b.example", "Ana")]),
    ("Ana <mailto:a@b.example>", [("a@b.example", "Ana")]),
    ('"jefe@banco.example" <real@x.es>', [("real@x.es", "jefe@banco.example")]),
    ("ana@x.es <ana@x.es>", [("ana@x.es", "")]),
    ("<ana@x.es", [("ana@x.es", "")]),
]


@pytest.mark.parametrize(("value", "parties"), ADDRESSES)
def test_address_lists_are_split_and_made_canonical(value: str, parties: list[tuple[str, str]]) -> None:
    assert [(party.address, party.name) for party in read_addresses(value)] == parties


def test_the_first_of_several_senders_is_the_author() -> None:
    raw = b"From: uno@x.example, dos@x.example\nFrom: tres@x.example\n\nx"

    assert read_mail(raw, HOUSE).author.address == "uno@x.example"


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"from_": None, "sender": "ana@x.example"}, "ana@x.example"),
        ({"from_": "Sin Correo", "reply_to": "ana@x.example"}, "ana@x.example"),
        ({"from_": None, "return_path": "<ana@x.example>"}, "ana@x.example"),
        ({"from_": "<>", "reply_to": "ana@x.example"}, ""),
        ({"from_": None}, ""),
    ],
)
def test_a_mail_without_a_sender_is_still_read(headers: dict[str, str], address: str) -> None:
    assert mail(**headers).author.address == address


IDS = [
    ("<a@b>", ("<a@b>",)),
    ("<a@b> <c@d>\n\t<a@b>", ("<a@b>", "<c@d>")),
    ("<a@b><c@d>", ("<a@b>", "<c@d>")),
    ("<abc\n def@x>", ("<abcdef@x>",)),  # folded in the middle
    ("a@b, c@d", ("<a@b>", "<c@d>")),
    ('Your message of "Mon, 3 Nov" <a@b>', ("<a@b>",)),
    ("<sin-dominio>", ("<sin-dominio>",)),
    ("nothing here", ()),
    ("", ()),
]


@pytest.mark.parametrize(("value", "ids"), IDS)
def test_message_ids_are_found_with_their_brackets(value: str, ids: tuple[str, ...]) -> None:
    assert read_ids(value) == ids


def test_an_own_id_without_form_serves_as_it_is() -> None:
    assert read_id("20251103.ABC") == "<20251103.ABC>"
    assert read_id("  ") is None


def test_references_without_end_keep_the_first_and_the_last() -> None:
    ids = read_ids(" ".join(f"<{number}@x>" for number in range(5000)))

    assert (len(ids), ids[0], ids[-1]) == (200, "<0@x>", "<4999@x>")


DATES = [
    ("Mon, 3 Nov 2025 10:12:33 +0100", datetime(2025, 11, 3, 9, 12, 33, tzinfo=UTC)),
    ("Mon, 3 Nov 2025 10:12:33 +0100 (CET)", datetime(2025, 11, 3, 9, 12, 33, tzinfo=UTC)),
    ("3 Nov 25 10:12 GMT", datetime(2025, 11, 3, 10, 12, tzinfo=UTC)),
    ("lun, 3 nov 2025 10:12:33 +0100", datetime(2025, 11, 3, 9, 12, 33, tzinfo=UTC)),
    ("mié, 3 dic 2025 10:12:33 +0000", datetime(2025, 12, 3, 10, 12, 33, tzinfo=UTC)),
    ("2025-11-03T10:12:33Z", datetime(2025, 11, 3, 10, 12, 33, tzinfo=UTC)),
    ("2025-11-03 10:12:33 +02:00", datetime(2025, 11, 3, 8, 12, 33, tzinfo=UTC)),
    ("Mon, 3 Nov 2025 10:12:33", datetime(2025, 11, 3, 10, 12, 33, tzinfo=UTC)),
    ("Mon, 3 Nov 2025 23:59:60 +0000", datetime(2025, 11, 3, 23, 59, 59, tzinfo=UTC)),
    ("Mon, 3 Nov 2025 10:12:33 +9999", datetime(2025, 11, 3, 10, 12, 33, tzinfo=UTC)),  # no such zone: as none
    ("Mon, 32 Nov 2025 10:12:33 +0000", None),
    ("Thu, 1 Jan 9999 00:00:00 -1200", None),
    ("ayer", None),
    ("", None),
    ("(" * 5000, None),
]


@pytest.mark.parametrize(("value", "moment"), DATES)
def test_dates_are_aware_utc_or_none(value: str, moment: datetime | None) -> None:
    assert read_date(value) == moment


PARAMETERS = [
    ('text/plain; charset="utf-8"', "text/plain", {"charset": "utf-8"}),
    ("TEXT/Plain ; Charset=utf-8 (comment)", "text/plain", {"charset": "utf-8 (comment)"}),
    ("attachment; filename=mi factura.pdf", "attachment", {"filename": "mi factura.pdf"}),
    (r'attachment; filename="C:\Users\ana\foto.jpg"', "attachment", {"filename": r"C:\Users\ana\foto.jpg"}),
    ("attachment; filename*=utf-8''a%C3%B1o%20nuevo.pdf", "attachment", {"filename": "año nuevo.pdf"}),
    ("attachment; filename*0*=utf-8'es'a%C3; filename*1*=%B1o; filename*2=.pdf", "attachment", {"filename": "año.pdf"}),
    ("attachment; filename*1=bc.pdf; filename*0=a", "attachment", {"filename": "abc.pdf"}),
    ("attachment; filename=\"x.pdf\"; filename*=iso-8859-1''%E1.pdf", "attachment", {"filename": "á.pdf"}),
    ('attachment; filename="=?utf-8?Q?a=C3=B1o.pdf?="', "attachment", {"filename": "año.pdf"}),
    ('text/html charset="utf-8"', "text/html", {"charset": "utf-8"}),
    ("", "", {}),
    (";;;", "", {}),
]


@pytest.mark.parametrize(("value", "word", "parameters"), PARAMETERS)
def test_parameters_are_read(value: str, word: str, parameters: dict[str, str]) -> None:
    assert split_parameters(value) == (word, parameters)


def test_damage_in_the_header_does_not_end_it() -> None:
    raw = b"From: a@b.example\nthis line is no field\nSubject: Hola\n\nTexto"

    message = read_mail(raw, HOUSE)

    assert (message.subject, message.text) == ("Hola", "Texto")


def test_a_body_that_follows_without_a_blank_line_is_read() -> None:
    raw = b"From: a@b.example\nSubject: Hola\nTexto sin separar.\nMas texto."

    message = read_mail(raw, HOUSE)

    assert (message.subject, message.text) == ("Hola", "Texto sin separar.\nMas texto.")


@pytest.mark.parametrize(
    "start", [b"From ana@x.example Mon Nov  3 10:12:33 2025\n", b"\xef\xbb\xbf", b"\r\n\r\n", b">From x\n"]
)
def test_what_exports_put_before_a_mail_is_skipped(start: bytes) -> None:
    assert read_mail(start + raw_mail("Texto"), HOUSE).text == "Texto"


def test_old_macintosh_line_ends_are_read() -> None:
    assert read_mail(raw_mail("uno\ndos").replace(b"\n", b"\r"), HOUSE).text == "uno\ndos"


@pytest.mark.parametrize(
    ("headers", "keys"),
    [
        ({"to": "soporte+K7MQ2XVT{check}@example.com"}, 1),
        ({"to": "x@y.example", "delivered_to": "soporte+k7m-q2x-vt{check}@example.com"}, 1),
        ({"subject": "Re: [K7M-Q2X-VT{check}] Mi pedido"}, 1),
        ({"subject": "Re: [K7M-Q2X-VT{wrong}] Mi pedido"}, 0),
    ],
)
def test_case_keys_are_found_in_plus_addresses_and_subjects(headers: dict[str, str], keys: int) -> None:
    from ventanilla.keys import ALPHABET, read_key

    check = next(character for character in ALPHABET if read_key(f"K7MQ2XVT{character}"))
    wrong = next(character for character in ALPHABET if character != check)

    message = mail(**{name: value.format(check=check, wrong=wrong) for name, value in headers.items()})

    assert message.case_keys == (f"K7M-Q2X-VT{check}",) * keys
