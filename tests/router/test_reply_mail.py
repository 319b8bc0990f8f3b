"""An answer by mail: to whom it goes, how it hangs on what it answers, what stands under it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.message import read_mail
from router.replies.by_mail import mail_reply
from router.replies.clean_html import clean_html, html_of_text
from router.replies.letter import Composed
from router.replies.quoting import introduction, quotable, quoted_text
from router.replies.thread import subject_of_reply
from router.texts import WORDS
from tests.router.house_for_tests import House, mail
from ventanilla.errors import BadInput
from ventanilla.signing import Purpose, message_id, read_message_id
from ventanilla.store.engine import Store
from ventanilla.store.tables import addresses, conversations, message_refs, messages, outbox

SECRET = f"vn.K7MQ2XVTR.{'5f' * 8}.{'ab' * 10}"


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


def reply(house: House, text: str = "Sale hoy.", *, occasion: str = "1", **more: Any) -> Composed:
    """Ana's answer to the newest case."""
    case = house.rows(conversations)[-1]
    with house.store.write() as connection:
        return mail_reply(connection, house.router.house, case, agent="ana", text=text, occasion=occasion, **more)


def test_an_answer_goes_to_who_wrote_on_the_same_thread_in_her_name(house: House) -> None:
    house.receive(mail(message_id="<1@clientes.example>", headers={"References": "<0@clientes.example>"}))

    answer = reply(house)

    (case,) = house.rows(conversations)
    assert (answer.via, answer.recipient) == ("soporte", "lucia@clientes.example")
    assert answer.payload["recipient_name"] == "Lucía Ejemplo"
    assert answer.payload["from_name"] == "Ana (Ferretería Sol)"
    assert answer.payload["subject"] == "Re: ¿Cuándo llega mi pedido?"
    assert answer.payload["in_reply_to"] == "<1@clientes.example>"
    assert answer.payload["references"] == ["<0@clientes.example>", "<1@clientes.example>"]
    assert "cc" not in answer.payload
    assert "reply_to" not in answer.payload
    assert "html" not in answer.payload
    assert "headers" not in answer.payload
    own = read_message_id(house.router.house.installation.signing_key, answer.message_id or "")
    assert own is not None
    assert (own.purpose, own.case_key) == (Purpose.CUSTOMER, case.key)


def test_what_it_answers_stands_under_it_and_our_own_reader_cuts_that_away(house: House) -> None:
    house.receive(mail(text="Hola:\n\n¿cuándo llega?\n> lo que decían antes\n"))

    text = reply(house, "Sale hoy.").payload["text"]

    assert text == (
        "Sale hoy.\n\nEl 23 nov 2026, Lucía Ejemplo escribió:\n> Hola:\n>\n> ¿cuándo llega?\n>> lo que decían antes\n"
    )


@pytest.mark.parametrize("language", sorted(WORDS))
def test_the_line_above_a_quotation_is_known_to_mail_programs_in_each_language(language: str) -> None:
    at = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    intro = introduction(language, name="Eva", at=at, zone=ZoneInfo("Europe/Madrid"))
    text = quoted_text("Sale hoy.", intro, quotable("¿Cuándo llega?\n\nGracias"))

    read = read_mail(mail(text=text), MailContext())

    assert "22" in intro, "it is the next day in Madrid"
    assert read.reply_text == "Sale hoy."
    assert "> ¿Cuándo llega?" in read.text


def test_each_answer_has_an_id_of_its_own_that_leads_back_to_its_case(house: House) -> None:
    house.receive(mail(message_id="<1@clientes.example>"))

    ids = [reply(house, occasion=occasion).message_id for occasion in ("1", "2", "1")]

    (case,) = house.rows(conversations)
    assert ids[0] == ids[2] != ids[1]
    known = {row.external_id for row in house.rows(message_refs, lambda t: t.c.own) if row.conversation_id == case.id}
    assert set(ids) <= known


@pytest.mark.parametrize("form", [SECRET.replace(".", "%2E"), "\n".join((SECRET[:20], SECRET[20:]))])
def test_a_customer_who_holds_a_token_is_answered_without_a_quotation(house: House, form: str) -> None:
    house.receive(mail(text=f"hola\n{form}\n¿y mi pedido?"))

    assert reply(house, "Ya va.").payload["text"] == "Ya va.\n"


def test_the_customers_answer_to_it_goes_on_in_the_case(house: House) -> None:
    house.receive(mail(message_id="<1@clientes.example>"))
    answer = reply(house)

    house.receive(mail(subject="otra cosa", headers={"In-Reply-To": answer.message_id or ""}))

    assert len(house.rows(conversations)) == 1
    assert len(house.rows(messages)) == 2


def test_reply_to_is_honoured_as_the_customers_own_wish(house: House) -> None:
    house.receive(mail(headers={"Reply-To": "Lucía <lucia@casa.example>, socio@clientes.example"}))

    answer = reply(house)

    assert answer.recipient == "lucia@casa.example"
    assert answer.payload["cc"] == ["socio@clientes.example"]
    assert "recipient_name" not in answer.payload


def test_a_reply_to_that_is_ours_is_no_wish(house: House) -> None:
    house.receive(mail(headers={"Reply-To": "soporte+nada@example.com, ana@example.com"}))

    assert reply(house).recipient == "lucia@clientes.example"


def test_behind_a_web_form_the_customer_is_answered(house: House) -> None:
    house.apply(channel='forms = [{ from = "web@example.com", customer = "reply_to" }]')
    house.receive(mail(sender="Web <web@example.com>", headers={"Reply-To": "Eva <eva@example.org>"}))

    assert reply(house).recipient == "eva@example.org"


def test_whom_the_customer_visibly_wrote_to_keeps_seeing_it_and_none_of_us(house: House) -> None:
    house.receive(
        mail(
            to="soporte@example.com, Socia <Socia@clientes.example>",
            headers={"Cc": "gestor@otra.example, soporte+x@example.com, luis@example.com, lucia@clientes.example"},
        )
    )

    assert reply(house).payload["cc"] == ["socia@clientes.example"]


def test_whoever_is_named_and_never_wrote_gets_no_copy_but_a_few_of_the_senders_own(house: House) -> None:
    victims = ", ".join(f"v{number}@victimas{number}.example" for number in range(20))
    own = ", ".join(f"c{number}@clientes.example" for number in range(9))
    house.receive(mail(to=f"soporte@example.com, {victims}", headers={"Cc": own}))

    assert reply(house).payload["cc"] == [f"c{number}@clientes.example" for number in range(3)]


def test_whoever_has_written_in_the_case_keeps_getting_a_copy(house: House) -> None:
    house.receive(mail(message_id="<1@c.example>", headers={"Cc": "gestor@otra.example"}))
    theirs = {"In-Reply-To": "<1@c.example>", "Cc": "lucia@clientes.example"}
    house.receive(mail(sender="gestor@otra.example", message_id="<2@o.example>", headers=theirs))
    again = {"In-Reply-To": "<2@o.example>", "Cc": "gestor@otra.example"}
    house.receive(mail(message_id="<3@c.example>", headers=again))

    assert len(house.rows(conversations)) == 1
    assert reply(house).payload["cc"] == ["gestor@otra.example"]


@pytest.mark.parametrize(("reply_to", "gets"), [("otra@clientes.example", "otra"), ("victima@otra.example", "lucia")])
def test_a_receipt_goes_to_no_other_domain_than_its_senders(house: House, reply_to: str, gets: str) -> None:
    sender = '"GANE 500 EUR en http://spam.example" <lucia@clientes.example>'
    house.receive(mail(sender=sender, headers={"Reply-To": reply_to}))

    (receipt,) = house.rows(outbox, lambda t: t.c.kind == "acknowledgement")
    assert receipt.recipient == f"{gets}@clientes.example"
    assert receipt.payload["text"].startswith("Hola:\n")
    assert "spam.example" not in receipt.payload["text"]


def test_only_who_takes_part_gets_a_copy(house: House) -> None:
    house.receive(mail(headers={"Cc": "gestor@clientes.example"}))
    with house.store.write() as connection:
        connection.execute(sa.update(messages).values(cc=["gestor@clientes.example", "nadie@clientes.example"]))

    assert reply(house).payload["cc"] == ["gestor@clientes.example"]


def test_a_copy_that_may_not_be_sent_is_left_out(house: House) -> None:
    house.apply(mode="internal", channel='only_to = ["*@clientes.example"]')
    house.receive(mail(headers={"Cc": "gestor@otra.example, madre@clientes.example, padre@clientes.example"}))
    with house.store.write() as connection:
        wish = {"kind": "email", "value": "padre@clientes.example", "contact_id": 1, "opted_out_at": house.now}
        connection.execute(sa.insert(addresses).values(created_at=house.now, **wish))

    assert reply(house).payload["cc"] == ["madre@clientes.example"]


def test_its_author_may_add_copies_and_choose_another_recipient(house: House) -> None:
    house.receive(mail(headers={"Cc": "gestor@otra.example"}))

    added = reply(house, cc=["Perito@seguros.example", "gestor@otra.example"])
    chosen = reply(house, to=" Taller@piezas.example ", cc=["lucia@clientes.example"])

    assert added.payload["cc"] == ["perito@seguros.example", "gestor@otra.example"]
    assert (chosen.recipient, chosen.payload["cc"]) == ("taller@piezas.example", ["lucia@clientes.example"])


@pytest.mark.parametrize("wrong", ["eva", "eva@example.org\r\nBcc: x@y.example", "a@b, c@d", "", "eva@"])
def test_what_is_no_address_is_refused(house: House, wrong: str) -> None:
    house.receive(mail())

    with pytest.raises(BadInput, match="is not a mail address"):
        reply(house, to=wrong)
    with pytest.raises(BadInput, match="is not a mail address"):
        reply(house, cc=[wrong])


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("Pedido 4", "Re: Pedido 4"),
        ("RE: Re:  re[2]: AW: Pedido 4", "Re: Pedido 4"),
        ("Re: Pedido 4 [K7M-Q2X-VTR]", "Re: Pedido 4 [K7M-Q2X-VTR]"),
        ("RV: Pedido", "Re: RV: Pedido"),
        ("Reparación: lavadora", "Re: Reparación: lavadora"),
        ("Pedido\r\nBcc: todos@example.net", "Re: Pedido Bcc: todos@example.net"),
        ("Re:", "Re:"),
        ("x" * 3000, f"Re: {'x' * 400}"),
    ],
)
def test_the_subject_says_re_once(subject: str, answered: str) -> None:
    assert subject_of_reply(subject) == answered


def test_a_mail_without_a_subject_is_answered_in_its_language(house: House) -> None:
    house.receive(mail(subject=""))

    assert reply(house).payload["subject"] == "Re: (sin asunto)"


def test_a_long_thread_keeps_its_beginning_and_its_end(house: House) -> None:
    named = [f"<{number}@clientes.example>" for number in range(300)]
    house.receive(mail(message_id="<now@clientes.example>", headers={"References": " ".join(named)}))

    thread = reply(house).payload["references"]

    assert len(thread) == 21
    assert thread[0] == named[0]
    assert thread[-3:] == [*named[-2:], "<now@clientes.example>"]


def test_what_we_had_sent_before_it_belongs_to_the_thread_and_its_receipt_does_not(house: House) -> None:
    house.receive(mail(message_id="<1@clientes.example>"))
    (receipt,) = house.rows(outbox, lambda t: t.c.kind == "acknowledgement")
    with house.store.write() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.id == receipt.id).values(sent_at=house.later(seconds=5)))

    assert reply(house).payload["references"] == ["<1@clientes.example>"]

    house.later(minutes=5)  # they begin a new mail, with the key in its subject
    house.receive(mail(message_id="<2@clientes.example>", subject=receipt.payload["subject"].removeprefix("Re: ")))
    assert len(house.rows(conversations)) == 1
    assert reply(house).payload["references"] == [receipt.message_id, "<2@clientes.example>"]


def test_ids_that_no_header_may_carry_are_left_out(house: House) -> None:
    house.receive(mail(message_id="<1@clientes.example>"))
    with house.store.write() as connection:
        odd = ["<ñ@x>", "no id", "<a@b>\r\nBcc: x@y", f"<{'a' * 300}@x>", "<good@x>"]
        connection.execute(sa.update(messages).values(refs=odd, external_id="<a b@c>"))

    payload = reply(house).payload

    assert payload["references"] == ["<good@x>"]
    assert "in_reply_to" not in payload


@pytest.mark.parametrize(
    ("settings", "to", "works"),
    [
        ("", "soporte@example.com", False),
        ("plus_address = true", "soporte@example.com", True),
        ("", "soporte+tienda@example.com", True),
        ("plus_address = false", "soporte+tienda@example.com", False),
        ("", "soporte@example.com, otro+cosa@example.org", False),
    ],
)
def test_the_address_that_leads_back_is_given_where_the_mailbox_gets_it(
    house: House, settings: str, to: str, works: bool
) -> None:
    house.apply(channel=settings)
    house.receive(mail(to=to))

    (case,) = house.rows(conversations)
    assert reply(house).payload.get("reply_to") == (f"soporte+{case.key}@example.com" if works else None)


def test_a_customer_who_wrote_html_gets_html_beside_the_text(house: House) -> None:
    raw = mail().replace(b"Content-Type: text/plain", b"Content-Type: text/html")
    raw = raw.replace(b"Hola, ", b"<p>Hola &lt;b&gt;,</p>")
    house.receive(raw)

    html = reply(house, "Sale hoy <ya>.\n\nUn saludo").payload["html"]

    assert html.startswith(
        "<p>Sale hoy &lt;ya&gt;.</p>\n<p>Un saludo</p>\n<p>El 23 nov 2026, Lucía Ejemplo escribió:</p>"
    )
    assert '<blockquote type="cite"' in html
    assert "Hola &lt;b&gt;" in html


def test_html_of_our_own_is_sent_without_what_could_do_harm() -> None:
    html = clean_html(
        '<p onclick="x()">Sale <b>hoy</b> <img src="https://pixel.example/1.gif"><script>alert(1)</script>'
        '<a href="javascript:x()">no</a> <a href="https://example.com/?a=1&amp;b" style="x">sí</a> <i>1 &lt; 2<br/>'
    )

    assert html == (
        '<p>Sale <b>hoy</b> <a>no</a> <a href="https://example.com/?a=1&amp;b">sí</a> <i>1 &lt; 2<br></i></p>'
    )
    assert html_of_text("a\nb\n\n\n<c>") == "<p>a<br>\nb</p>\n<p>&lt;c&gt;</p>"


def test_what_is_for_our_own_people_is_not_quoted_and_a_long_mail_is_cut(house: House) -> None:
    house.receive(mail(text=f"Escríbame a soporte+{SECRET}@example.com o <{SECRET}@example.com>\n" + "línea\n" * 5000))

    text = reply(house).payload["text"]

    assert SECRET not in text
    assert "vn." not in text
    assert len(text.splitlines()) < 210
    assert text.endswith("> […]\n")


def test_the_newest_mail_counts_also_in_a_case_that_was_merged_into_this_one(house: House) -> None:
    house.receive(mail(sender="Otra <otra@clientes.example>", message_id="<a@clientes.example>", subject="vieja"))
    house.later(minutes=5)
    house.receive(mail(message_id="<1@clientes.example>"))
    house.later(minutes=5)
    house.receive(mail(sender="Otra <otra@clientes.example>", message_id="<b@clientes.example>", subject="Otra vez"))
    first, second, third = house.rows(conversations)
    with house.store.write() as connection:
        for old in (first, third):
            merged = {"state": "merged", "owned": None, "waiting_since": None, "merged_into": second.id}
            connection.execute(sa.update(conversations).where(conversations.c.id == old.id).values(merged))
            connection.exec_driver_sql(
                "UPDATE assignments SET is_open = NULL, released_at = assigned_at WHERE conversation_id = ?", (old.id,)
            )
        answer = mail_reply(connection, house.router.house, second, agent="ana", text="Sí.", occasion="1")

    assert answer.recipient == "otra@clientes.example"
    assert answer.payload["in_reply_to"] == "<b@clientes.example>"
    assert "lucia" not in answer.payload["text"].lower()


def test_a_case_that_we_begin_has_a_subject_of_its_own_and_no_thread(house: House) -> None:
    house.receive(mail())
    with house.store.write() as connection:
        connection.execute(sa.update(messages).values(direction="out"))

    answer = reply(house, to="eva@example.org", subject="Su pedido\nllega mañana", html="<p>Llega <b>mañana</b></p>")

    assert (answer.recipient, answer.payload["subject"]) == ("eva@example.org", "Su pedido llega mañana")
    assert answer.payload["text"] == "Sale hoy.\n"
    assert answer.payload["html"] == "<p>Llega <b>mañana</b></p>"
    assert not {"in_reply_to", "references"} & set(answer.payload)


def test_a_signed_id_of_ours_is_ascii_whatever_the_domain() -> None:
    made = message_id(b"k", purpose=Purpose.CUSTOMER, case_key="K7M-Q2X-VTR", nonce="ab" * 8, domain="xn--a.example")

    assert made.isascii()
