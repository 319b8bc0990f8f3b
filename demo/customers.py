"""Plays the script: in each scene somebody writes a mail and hands it in, at human pace."""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from time import monotonic

from demo import letters
from demo.files import invoice, photo
from demo.letters import Stamp, Thread
from demo.memory import Conversation, Memory
from demo.people import CUSTOMERS, CUSTOMERS_DOMAIN, SHOP_DOMAIN, WEB_FORM, Person
from demo.post_office import PostOffice
from demo.questions import complaint
from demo.script import Scene, pause, scenes

FORWARDER = Person(name="Ana", address=f"ana@{SHOP_DOMAIN}", language="es")
WRONG_ADDRESS = Person(name="Buzón Cerrado", address=f"buzon.cerrado@{CUSTOMERS_DOMAIN}", language="es")
_BEFORE_THE_FIRST = 0.5
_WORDS = {
    "es": {
        Scene.PHOTO: "Les mando una foto.",
        Scene.INVOICE: "Adjunto la última factura.",
        Scene.MORE: "¿Hay alguna novedad?",
        Scene.QUOTED: "Gracias por el aviso. Quedo a la espera, que me corre un poco de prisa.",
    },
    "en": {
        Scene.PHOTO: "I attach a photo.",
        Scene.INVOICE: "I attach the last invoice.",
        Scene.MORE: "Is there any news?",
        Scene.QUOTED: "Thank you for letting me know. I look forward to your answer, it is a bit urgent.",
    },
}


class Customers:
    """The people who write. Used by one thread."""

    def __init__(self, office: PostOffice, *, seed: int, clock: Callable[[], datetime]) -> None:
        """`clock` tells the writers' local time."""
        self._office = office
        self._rng = random.Random(seed)
        self._clock = clock
        self._run = secrets.token_hex(4)  # two runs share no Message-ID, whatever their seed
        self._written = 0
        self._memory = Memory(self._rng)
        self._owed: list[Scene] = []
        self._script = scenes(self._rng)
        self._plays: dict[Scene, Callable[[], bool]] = {
            Scene.MORE: self._say_more,
            Scene.ANOTHER: self._ask_another,
            Scene.QUOTED: self._answer_receipt,
            Scene.WEB_FORM: self._fill_in_form,
            Scene.NEWSLETTER: lambda: self._send(letters.newsletter(self._stamp("boletin.example"))),
            Scene.OUT_OF_OFFICE: self._be_out,
            Scene.COMPLAINT: self._complain,
            Scene.WRONG_ADDRESS: lambda: self._ask(Scene.WRONG_ADDRESS, WRONG_ADDRESS),
            Scene.BOUNCE: self._return_receipt,
            Scene.SPAM: lambda: self._send(letters.spam(self._stamp("premios.example"))),
            Scene.BROKEN: self._scan,
            Scene.FORWARD: self._pass_on,
            Scene.COPY: office.copy_newest,
        }

    def live(self, stop: threading.Event) -> None:
        """Write until `stop`. Raises what smtplib and imapclient raise when the mail server is gone."""
        began = monotonic()
        rest = _BEFORE_THE_FIRST
        while not stop.wait(rest):
            self.write_next()
            rest = pause(self._rng, elapsed=monotonic() - began)

    def write_next(self) -> Scene:
        """One mail. A scene whose time has not come (there is no receipt to answer yet) is put off; somebody asks instead."""
        for owed in self._owed:
            if self._play(owed):
                self._owed.remove(owed)
                return owed
        scene = next(self._script)
        if self._play(scene):
            return scene
        self._owed.append(scene)
        self._play(Scene.QUESTION)
        return Scene.QUESTION

    def _play(self, scene: Scene) -> bool:
        play = self._plays.get(scene)
        return self._ask(scene, self._memory.newcomer()) if play is None else play()

    def _ask(self, scene: Scene, person: Person) -> bool:
        asked, stamp = self._memory.question_of(person), self._stamp()
        words = _WORDS[person.language].get(scene)
        text = f"{asked.text}\n\n{words}" if words else asked.text
        write = letters.html_only if scene is Scene.HTML else letters.plain
        mail = self._with_file(scene, write(person, asked.subject, text, stamp))
        self._memory.remember(person, asked, stamp)
        return self._send(mail, person)

    def _with_file(self, scene: Scene, mail: EmailMessage) -> EmailMessage:
        if scene is Scene.PHOTO:
            return letters.with_file(mail, photo(self._rng), content_type="image/png", filename="foto.png")
        if scene is Scene.INVOICE:
            number = f"2026-{self._rng.randint(100, 999)}"
            name = f"factura {number}.pdf"
            return letters.with_file(mail, invoice(number), content_type="application/pdf", filename=name)
        return mail

    def _complain(self) -> bool:
        person = self._memory.newcomer()
        told, stamp = complaint(self._rng, person.language), self._stamp()
        self._memory.remember(person, told, stamp)
        return self._send(letters.plain(person, told.subject, told.text, stamp), person)

    def _say_more(self) -> bool:
        conversation = self._memory.unfinished() or self._memory.anybody()
        if conversation is None:
            return False
        person, stamp = conversation.person, self._stamp()
        text = conversation.more or _WORDS[person.language][Scene.MORE]
        mail = letters.answer(person, conversation.thread, text, stamp, quoting=False)
        self._memory.add(conversation, stamp)
        return self._send(mail, person)

    def _ask_another(self) -> bool:
        known = self._memory.anybody()
        return known is not None and self._ask(Scene.ANOTHER, known.person)

    def _answer_receipt(self) -> bool:
        found = self._receipt_of_somebody()
        if found is None:
            return False
        person, receipt = found
        text = _WORDS[person.language][Scene.QUOTED]
        return self._send(letters.answer(person, receipt, text, self._stamp(), quoting=True), person)

    def _be_out(self) -> bool:
        found = self._receipt_of_somebody()
        return found is not None and self._send(letters.out_of_office(*found, self._stamp()), found[0])

    def _fill_in_form(self) -> bool:
        person = self._memory.newcomer()
        asked, stamp = self._memory.question_of(person), self._stamp(SHOP_DOMAIN)
        self._memory.remember(person, asked, stamp)
        return self._send(letters.web_form(WEB_FORM, person, asked.subject, asked.text, stamp))

    def _pass_on(self) -> bool:
        person = self._memory.newcomer()
        asked = self._memory.question_of(person)
        stamp = self._stamp(SHOP_DOMAIN)
        return self._send(letters.forwarded(FORWARDER, person, asked.subject, asked.text, stamp), FORWARDER)

    def _return_receipt(self) -> bool:
        receipts = self._office.letters_of(CUSTOMERS, to=WRONG_ADDRESS.address)
        if not receipts:
            return False
        return self._send(letters.undeliverable(receipts[-1], WRONG_ADDRESS.address, self._stamp()))

    def _scan(self) -> bool:
        self._office.put_into_mailbox(letters.broken(f"{self._run} {self._written}"))
        return True

    def _receipt_of_somebody(self) -> tuple[Person, Thread] | None:
        """A customer with a receipt of ours to one of their mails, as the thread that an answer to it continues."""
        known = self._memory.anybody()
        if known is None or known.person == WRONG_ADDRESS:
            return None
        receipts = self._office.letters_of(CUSTOMERS, to=known.person.address)
        return (known.person, _thread_of(known, receipts[-1])) if receipts else None

    def _send(self, mail: EmailMessage, person: Person | None = None) -> bool:
        self._office.hand_in(mail, sender=person.address if person else "")
        return True

    def _stamp(self, domain: str = CUSTOMERS_DOMAIN) -> Stamp:
        self._written += 1
        return Stamp(message_id=f"<{self._run}.{self._written}@{domain}>", at=self._clock())


def _thread_of(conversation: Conversation, receipt: EmailMessage) -> Thread:
    body = receipt.get_body(("plain",))
    return Thread(
        ids=[conversation.thread.ids[0], str(receipt["Message-ID"]).strip()],
        subject=str(receipt["Subject"]),
        author=str(receipt["From"]),
        text=str(body.get_content()) if body is not None else "",
    )
