"""What the workbook's columns and sheets are called, in Spanish and English. Texts alone."""

from __future__ import annotations

from reports.page.words import ENDINGS, METRICS, WEEKDAYS

_PARTS: dict[str, str | tuple[str, str]] = {
    "p50": "p50",
    "p90": "p90",
    "p95": "p95",
    "max": ("maximum", "máximo"),
    "mean": ("mean", "media"),
}
_PREFIXES = {
    "": ("", ""),
    "open_": (", age of the open ones", ", edad de los abiertos"),
    "business_": (", opening hours", ", en horario"),
    "net_": (", less waiting on the customer", ", sin la espera del cliente"),
}
_HEADINGS: dict[str, tuple[str, str]] = {
    "": ("Group", "Grupo"),
    "group": ("Group", "Grupo"),
    "channel": ("Channel", "Canal"),
    "team": ("Team", "Equipo"),
    "agent": ("Person", "Persona"),
    "kind": ("Kind", "Tipo"),
    "day": ("Day", "Día"),
    "hour": ("Hour", "Hora"),
    "priority": ("Priority", "Prioridad"),
    "promise": ("Promise", "Promesa"),
    "weekday": ("Weekday", "Día de la semana"),
    "metric": ("Metric", "Medida"),
    "count": ("Count", "Número"),
    "elapsed": ("Elapsed", "Tiempo total"),
    "business": ("Opening hours", "En horario"),
    "within_target": ("Within target", "A tiempo"),
    "promised": ("Promised", "Con promesa"),
    "still_open": ("Still open", "Abiertos"),
    "overdue": ("Overdue", "Vencidos"),
    "out_of": ("Out of", "De un total de"),
    "share": ("Share", "Proporción"),
    "target": ("Target", "Objetivo"),
    "within": ("Within", "En menos de"),
    "normal": ("Really reached", "Nivel real"),
    "key": ("Case", "Caso"),
    "started_on": ("Began on", "Empezó el"),
    "due_missed_by": ("Late by", "Retraso"),
    "up_to": ("Up to", "Hasta"),
    "messages": ("Messages", "Mensajes"),
    "age": ("Age", "Edad"),
    "reopened_later": ("Reopened later", "Reabiertos después"),
    "figures": ("Figures", "Cifras"),
    "before": ("Before", "Antes"),
    "levels": ("Levels", "Niveles"),
    "slowest": ("Slowest", "Más lentos"),
    "trend": ("Trend", "Evolución"),
    "distribution": ("Distribution", "Distribución"),
    "arrivals": ("Arrivals", "Llegadas"),
    "backlog": ("Backlog", "Pendientes"),
}
_VALUES = {"yes": ("yes", "sí"), "no": ("no", "no"), "backlog": ("Backlog", "Pendientes")}


def heading(name: str, language: str) -> str:
    """What a column or a sheet is called."""
    if name in _HEADINGS:
        return _in(_HEADINGS[name], language)
    if name in ENDINGS[_known(language)]:
        return ENDINGS[_known(language)][name]
    for prefix, words in _PREFIXES.items():
        part = name.removeprefix(prefix)
        if part in _PARTS and name.startswith(prefix):
            return _in(_PARTS[part], language) + _in(words, language)
    return name


def named(column: str, value: str, language: str) -> str:
    """A value as it is read: a metric's name, a weekday; anything else as it is."""
    if column == "metric":
        return METRICS[_known(language)].get(value) or _in(_VALUES.get(value, value), language)
    if column == "weekday" and value.isdigit():
        return WEEKDAYS[_known(language)][int(value)]
    return _in(_VALUES.get(value, value), language) if column == "still_open" else value


def _in(words: str | tuple[str, str], language: str) -> str:
    return words if isinstance(words, str) else words[_known(language) == "es"]


def _known(language: str) -> str:
    return "es" if language == "es" else "en"
