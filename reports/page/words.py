"""How metrics, groups and endings are called, and what else the page says, in Spanish and English. Knows no figure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reports.page.words_en import WORDS as ENGLISH
from reports.page.words_es import WORDS as SPANISH

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
METRICS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "first_response": "First response",
        "next_response": "Later responses",
        "time_to_assign": "Time to assign",
        "time_to_accept": "Time to accept",
        "customer_wait": "Customer’s wait, by owner",
        "first_resolution": "First resolution",
        "full_resolution": "Full resolution",
        "reopened": "Reopened after a resolution",
        "legal": "Legal deadlines",
        "ingest_lag": "The machine’s own delay",
        "waiting_now": "Waiting now",
        "backlog": "Open cases",
    },
    "es": {
        "first_response": "Primera respuesta",
        "next_response": "Respuestas siguientes",
        "time_to_assign": "Tiempo hasta asignar",
        "time_to_accept": "Tiempo hasta aceptar",
        "customer_wait": "Espera del cliente, por responsable",
        "first_resolution": "Primera resolución",
        "full_resolution": "Resolución completa",
        "reopened": "Reabiertos tras una resolución",
        "legal": "Plazos legales",
        "ingest_lag": "Retraso de la propia máquina",
        "waiting_now": "Esperan ahora",
        "backlog": "Casos abiertos",
    },
}
ENDINGS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "unanswered": "closed unanswered",
        "no_reply_needed": "no reply needed",
        "passed_on": "passed on",
        "merged": "merged",
        "split": "split",
        "spam": "spam",
        "released": "released",
    },
    "es": {
        "unanswered": "cerrados sin respuesta",
        "no_reply_needed": "sin necesidad de respuesta",
        "passed_on": "pasados a otra persona",
        "merged": "unidos",
        "split": "separados",
        "spam": "correo basura",
        "released": "soltados",
    },
}
GROUPED: Mapping[str, Mapping[str, str]] = {
    "en": {
        "channel": "Channel",
        "team": "Team",
        "agent": "Person",
        "kind": "Kind",
        "day": "Day",
        "hour": "Hour",
        "weekday": "Weekday",
        "promise": "Promise",
        "priority": "Priority",
        "": "Group",
    },
    "es": {
        "channel": "Canal",
        "team": "Equipo",
        "agent": "Persona",
        "kind": "Tipo",
        "day": "Día",
        "hour": "Hora",
        "weekday": "Día de la semana",
        "promise": "Promesa",
        "priority": "Prioridad",
        "": "Grupo",
    },
}
KINDS: Mapping[str, Mapping[str, str]] = {
    "en": {},
    "es": {
        "query": "consulta",
        "request": "petición",
        "complaint": "queja",
        "claim": "reclamación",
        "suggestion": "sugerencia",
    },
}
WORDS: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "es": SPANISH}


_FIGURE = re.compile(r"[\d.,]+ (s|min|h|d|%)( \d+ (s|min|h))?( \([\d.,]+ ?%\))?")


def say(language: str, code: str, **values: str) -> str:
    """One text, filled in; not yet escaped."""
    return WORDS[language][code].format_map({name: _together(value) for name, value in values.items()})


def _together(value: str) -> str:
    """A figure and its unit stay on one line: `31 d 7 h`, `39 %`."""
    return value.replace(" ", "\u00a0") if _FIGURE.fullmatch(value) else value


def metric_name(metric: str, language: str) -> str:
    """A metric as people call it; one without a name by its own, a legal deadline with its pack (`legal:es-consumidores:claim`)."""
    base, _, rest = metric.partition(":")
    name = METRICS[language].get(base) or base.replace("_", " ").capitalize()
    return f"{name} ({rest})" if rest else name
