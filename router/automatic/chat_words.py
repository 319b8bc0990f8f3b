"""What is said to customers in chat and by SMS, where every letter counts: receipts and greetings in five languages. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from babel.dates import get_day_names

from router.texts import phrase, spoken_language
from ventanilla.clocks.calendar import Calendar
from ventanilla.clocks.hours import DAY, Windows

CALLS = ("call", "voicemail")
_RECEIVED = {
    "es": "Hemos recibido su mensaje. Su caso es {key}.",
    "en": "We have your message. Your case is {key}.",
    "ca": "Hem rebut el seu missatge. El seu cas és {key}.",
    "gl": "Recibimos a súa mensaxe. O seu caso é {key}.",
    "eu": "Zure mezua jaso dugu. Zure kasua {key} da.",
}
_CALLED = {
    "es": "Hemos visto su llamada. Su caso es {key}.",
    "en": "We saw that you called. Your case is {key}.",
    "ca": "Hem vist la seva trucada. El seu cas és {key}.",
    "gl": "Vimos a súa chamada. O seu caso é {key}.",
    "eu": "Zure deia ikusi dugu. Zure kasua {key} da.",
}
_GREETING = {
    "es": "Hola: esto es {house}. Escríbanos aquí lo que necesita y le contestará una persona.",
    "en": "Hello, this is {house}. Write here what you need, and a person will answer you.",
    "ca": "Hola, això és {house}. Escrigui'ns aquí el que necessita i li respondrà una persona.",
    "gl": "Ola, isto é {house}. Escríbanos aquí o que precisa e responderalle unha persoa.",
    "eu": "Kaixo, hau {house} da. Idatzi hemen behar duzuna, eta pertsona batek erantzungo dizu.",
}
_HOURS = {"es": "Horario", "en": "Opening hours", "ca": "Horari", "gl": "Horario", "eu": "Ordutegia"}
_ALWAYS = {
    "es": "a todas horas",
    "en": "around the clock",
    "ca": "a totes hores",
    "gl": "a todas horas",
    "eu": "ordu guztietan",
}


def chat_receipt(language: str, *, key: str, when: str, house: str, medium: str, closed: str = "") -> str:
    """The receipt for a new case; `when` is by when there will be an answer, in words, or nothing; `closed` that nobody is there
    just now, if so."""
    words = _CALLED if medium in CALLS else _RECEIVED
    code = spoken_language(language)
    expectation = phrase(code, "answer_by", when=when) if when else phrase(code, "answer_soon")
    told = " ".join(filter(None, (words[code].format(key=key), closed, expectation)))
    return f"{told}\n{house}"


def greeting(language: str, *, house: str, hours: str) -> str:
    """What somebody is told who presses a bot's start button; `hours` as `opening_hours` words them, or nothing."""
    code = spoken_language(language)
    told = _GREETING[code].format(house=house)
    return f"{told}\n{_HOURS[code]}: {hours}." if hours else told


def opening_hours(calendar: Calendar, language: str, *, today: date) -> str:
    """The usual hours of this week: "lunes-jueves 9:00-14:00, 15:00-18:00; viernes 9:00-15:00". Nothing for a week without."""
    code = spoken_language(language)
    monday = today - timedelta(days=today.weekday())
    week = [calendar.usual_windows(monday + timedelta(days=day)) for day in range(7)]
    if calendar.is_always_open:
        return _ALWAYS[code]
    names = get_day_names("wide", context="stand-alone", locale=code)
    runs: list[tuple[int, int]] = []
    for day in range(7):
        if runs and week[runs[-1][0]] == week[day]:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return "; ".join(
        f"{names[first] if first == last else f'{names[first]}-{names[last]}'} {_spans(week[first])}"
        for first, last in runs
        if week[first]
    )


def _spans(windows: Windows) -> str:
    return ", ".join(f"{_clock(window.start)}-{_clock(window.end)}" for window in windows)


def _clock(seconds: int) -> str:
    hour, rest = divmod(seconds if seconds <= DAY else seconds - DAY, 3600)
    return f"{hour}:{rest // 60:02}"
