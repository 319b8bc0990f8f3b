"""Plays what happens by chat and telephone, at human pace: people who go on by another way, send files, correct themselves."""

from __future__ import annotations

import base64
import random
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Any

from demo import letters
from demo.files import photo
from demo.ledger import WITHHELD
from demo.letters import Stamp
from demo.people import CUSTOMERS_DOMAIN
from demo.phone_people import ALBA, DIEGO, HARRY, NURIA, OLIVIA, ROSA, TOMAS, PhonePerson, newcomer
from demo.phone_script import Beat, beats, rest
from demo.phone_words import PHRASES
from demo.phones import Phones
from demo.post_office import PostOffice
from demo.questions import question
from demo.sounds import silence_mp3, silence_opus

_BEFORE_THE_FIRST = 0.3
_PICTURE = {"width": 320, "height": 240}
_GOES_ON = ("more", "still", "thanks")


class PhoneCustomers:
    """The people who chat and call. Used by one thread."""

    def __init__(self, phones: Phones, office: PostOffice, *, seed: int, clock: Callable[[], datetime]) -> None:
        """`office` is for those who write a mail first; `clock` tells the writers' local time."""
        self._phones = phones
        self._office = office
        self._rng = random.Random(f"phones {seed}")
        self._clock = clock
        self._script = beats(self._rng)
        self._asked: Counter[str] = Counter()
        self._newcomers = 0
        self._sent: Counter[str] = Counter()
        self._last_word = 0
        self._talks: dict[str, tuple[PhonePerson, Callable[[PhonePerson, str], object]]] = {}
        self._plays: dict[Beat, Callable[[], object]] = {
            Beat.START: lambda: self._chat(ALBA, "/start"),
            Beat.ASK: self._ask,
            Beat.CORRECT: self._correct,
            Beat.VOICEMAIL: lambda: self._phones.call(TOMAS.phone, voicemail=silence_mp3(6), seconds=6),
            Beat.SMS_AFTER_CALL: lambda: self._text(TOMAS, _words(TOMAS, "called")),
            Beat.MAIL_FIRST: self._mail,
            Beat.WHATSAPP_AFTER_MAIL: lambda: self._whatsapp(ROSA, _words(ROSA, "wrote_a_mail")),
            Beat.PHOTO: lambda: self._send_photo(ALBA, self._once_more("photo")),
            Beat.MISSED_CALL: lambda: self._phones.call(NURIA.phone),
            Beat.CALL_AGAIN: lambda: self._phones.call(NURIA.phone),
            Beat.ALBUM: self._album,
            Beat.VOICE: self._speak,
            Beat.TELEGRAM_TOO: lambda: self._chat(TOMAS, _words(TOMAS, "here_too")),
            Beat.SHARE_PHONE: self._share_phone,
            Beat.WHATSAPP_PHOTO: self._whatsapp_photo,
            Beat.SMS: lambda: self._phones.text(DIEGO, _words(DIEGO, "sms")),
            Beat.STOP: lambda: self._phones.text(DIEGO, _words(DIEGO, "stop")),
            Beat.WITHHELD: lambda: self._phones.call(WITHHELD),
            Beat.PLACE: lambda: self._phones.chat(OLIVIA, location={"latitude": 40.4168, "longitude": -3.7038}),
            Beat.MORE: self._go_on,
            Beat.NEWCOMER: self._ask_anew,
        }

    def live(self, stop: threading.Event) -> None:
        """Go on until `stop`. Raises OSError when a provider's server is gone."""
        began = monotonic()
        pause = _BEFORE_THE_FIRST
        while not stop.wait(pause):
            self.do_next()
            pause = rest(self._rng, elapsed=monotonic() - began)

    def do_next(self) -> Beat:
        """The next thing that somebody does."""
        beat = next(self._script)
        self._plays[beat]()
        return beat

    def _chat(self, person: PhonePerson, text: str) -> int:
        self._talks[person.name] = (person, self._chat)
        return self._phones.chat(person, text=text)

    def _text(self, person: PhonePerson, text: str) -> None:
        self._talks[person.name] = (person, self._text)
        self._phones.text(person, text)

    def _whatsapp(self, person: PhonePerson, text: str) -> None:
        self._talks[person.name] = (person, self._whatsapp)
        self._phones.text(person, text, whatsapp=True)

    def _ask(self) -> None:
        self._last_word = self._chat(ALBA, _words(ALBA, "ask"))

    def _correct(self) -> None:
        self._phones.chat(ALBA, do="edit", message_id=self._last_word, text=_words(ALBA, "corrected"))

    def _mail(self) -> None:
        stamp = Stamp(message_id=f"<{secrets.token_hex(8)}@{CUSTOMERS_DOMAIN}>", at=self._clock())
        mail = letters.plain(ROSA.writer, _words(ROSA, "invoice_subject"), _words(ROSA, "invoice"), stamp)
        self._office.hand_in(mail, sender=ROSA.address)

    def _send_photo(self, person: PhonePerson, words: str, *, album: str = "") -> None:
        caption = {"caption": _words(person, words)} if words else {}
        self._phones.chat(person, photo={"content": self._picture(), **_PICTURE}, **caption, **_if(album=album))

    def _album(self) -> None:
        """Several messages with one mark; the words stand under the first."""
        album = str(self._rng.getrandbits(40))
        for words in ("album", "", ""):
            self._send_photo(OLIVIA, words, album=album)
        self._talks[OLIVIA.name] = (OLIVIA, self._chat)

    def _speak(self) -> None:
        content = base64.b64encode(silence_opus(4)).decode()
        voice = {"content": content, "duration": 4, "mime_type": "audio/ogg", "suffix": ".oga"}
        self._phones.chat(OLIVIA, voice=voice)

    def _share_phone(self) -> None:
        contact = {"phone_number": TOMAS.phone.removeprefix("+"), "first_name": "Tomás", "user_id": TOMAS.telegram}
        self._phones.chat(TOMAS, contact=contact)

    def _whatsapp_photo(self) -> None:
        self._talks[HARRY.name] = (HARRY, self._whatsapp)
        picture = photo(self._rng)
        words = _words(HARRY, self._once_more("whatsapp_photo"))
        self._phones.text(HARRY, words, whatsapp=True, media=[picture])

    def _once_more(self, what: str) -> str:
        """The first time this, then another."""
        self._sent[what] += 1
        return "photo" if self._sent[what] == 1 else "photo_again"

    def _go_on(self) -> None:
        """Somebody who has written says a little more, the same way."""
        if not self._talks:
            self._ask_anew()
            return
        person, write = self._rng.choice(list(self._talks.values()))
        write(person, _words(person, self._rng.choice(_GOES_ON)))

    def _ask_anew(self) -> None:
        self._newcomers += 1
        person = newcomer(self._rng, number=self._newcomers)
        asked = question(self._rng, person.language, asked=self._asked)
        self._rng.choice([self._chat, self._text, self._whatsapp])(person, " ".join(asked.text.split()))

    def _picture(self) -> str:
        return base64.b64encode(photo(self._rng)).decode()


def _words(person: PhonePerson, code: str) -> str:
    return PHRASES[person.language][code]


def _if(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
