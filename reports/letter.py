"""The letter that a report comes with: its key figures as plain text, for a mail or a chat. Knows no store."""

from __future__ import annotations

from reports.figures import Report, Slow
from reports.page.markup import plain
from reports.page.summary import overall, sentences
from reports.page.whole import only, period, sentence_case
from reports.page.words import metric_name, say
from reports.spans import NONE, span
from router.house import House

SHOWN = 10
_WORDS = {
    "en": {
        "subject": "Response times, {period} · {house}",
        "worst": "The ten worst cases",
        "late": "{much} late",
        "attached": "Attached: {files}.",
        "ask": "See a case: ventanilla show KEY",
    },
    "es": {
        "subject": "Tiempos de respuesta, {period} · {house}",
        "worst": "Los diez peores casos",
        "late": "{much} de retraso",
        "attached": "Se adjunta: {files}.",
        "ask": "Ver un caso: ventanilla show CLAVE",
    },
}


def subject(report: Report, house: House, language: str) -> str:
    """One line."""
    days = period(report, language)
    return _WORDS[language]["subject"].format(period=days[:1].lower() + days[1:], house=house.config.service.name)


def body(report: Report, house: House, language: str, *, files: tuple[str, ...] = ()) -> str:
    """The key figures with the period before beside them, the ten worst cases, and what is attached."""
    words = _WORDS[language]
    head = f"{house.config.service.name} · {sentence_case(period(report, language))}"
    parts = [f"{head}\n{only(report, language)}" if report.only else head, *_figures(report, language)]
    if report.worst:
        lines = [f"{place}. {_slow(one, language)}" for place, one in enumerate(report.worst[:SHOWN], start=1)]
        parts.append("\n".join([words["worst"], *lines, words["ask"]]))
    if files:
        parts.append(words["attached"].format(files=", ".join(files)))
    return "\n\n".join(parts) + "\n"


def _figures(report: Report, language: str) -> list[str]:
    if not any(one.count or one.still_open or one.otherwise for one in report.figures):
        return [say(language, "empty")]
    before = {one.metric: one for one in overall(report.before)}
    return [
        "\n".join(
            [
                metric_name(one.metric, language),
                *(f"  {plain(told)}" for told in sentences(one, before.get(one.metric), language) if plain(told)),
            ]
        )
        for one in overall(report.figures)
    ]


def _slow(one: Slow, language: str) -> str:
    late = (
        None if one.due_missed_by is None else _WORDS[language]["late"].format(much=span(one.due_missed_by, language))
    )
    state = say(language, "open" if one.still_open else "closed")
    where = (one.channel, one.team, one.owner)
    told = (one.key, metric_name(one.metric, language), *where, span(one.seconds, language), late, state)
    return " · ".join(part for part in told if part and part != NONE)
