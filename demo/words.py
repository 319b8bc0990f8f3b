"""What the demo says, in Spanish and English. Texts only."""

from __future__ import annotations

import os
from collections.abc import Mapping

LANGUAGES = ("es", "en")
_SPEAK_SPANISH = ("es", "ca", "gl", "eu")


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """The language of whoever started this, by their locale: es or en."""
    found = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "es" if found[:2].lower() in _SPEAK_SPANISH else "en"


class Words:
    """The texts of one language. A code without words stands for itself."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._phrases = _PHRASES[language]

    def __call__(self, code: str, **values: object) -> str:
        return self._phrases.get(code, code).format_map(values)

    def number(self, value: float) -> str:
        """Seconds to the hundredth, as the language writes them."""
        text = f"{value:.2f}"
        return text.replace(".", ",") if self.language == "es" else text

    def count(self, code: str, number: int) -> str:
        """`1 caso`, `2 casos`: the phrase has singular and plural, with `|` between."""
        one, _, many = self._phrases[code].partition("|")
        return f"{number} {one if number == 1 else many}"


_PHRASES = {
    "es": {
        "title": "pueblo de muestra",
        "starting": "Abriendo el pueblo…",
        "feed": "Entra",
        "agents": "Personas",
        "line": "En cola: {count}",
        "no_line": "Sin cola · quién espera más",
        "counts": "Cuentas",
        "away": "fuera",
        "waits": "espera",
        "left_over": "plazo",
        "has": "tiene",
        "none_waits": "nadie espera",
        "channel_fine": "{name} al día",
        "channel_quiet": "{name} sin mirar desde hace {ago}",
        "channel_bad": "{name} parado: {problem}",
        "nothing": "nada todavía",
        "closer": "De cerca, en otra terminal:",
        "closing": "El pueblo se va a dormir: se termina lo que está en camino…",
        # the feed
        "screened": "apartado: {what}",
        "duplicate": "repetido: ya se tiene",
        "quarantined": "ilegible: en cuarentena",
        "left": "sale de turno: lo suyo pasa a quien esté",
        "came": "entra de turno y toma lo que espera",
        "handed_on": "{before} no está: pasa a otra persona",
        "nobody": "(sin remitente)",
        "no_subject": "(sin asunto)",
        "continued": "sigue el mismo caso",
        # short reasons, for narrow screens
        "short:same_customer": "mismo cliente",
        "short:account_manager": "lo lleva siempre",
        "short:last_owner": "ya le atendió",
        "short:balanced": "menos carga",
        "short:duty_present": "en cola",
        "short:duty_silent": "en cola",
        "short:line": "sale de la cola",
        "short:owner_off_duty": "{before} no está",
        "short:owner_left": "ya no está",
        "short:continued": "mismo caso",
        "short:screened": "{what}",
        "short:duplicate": "repetido",
        "short:quarantined": "ilegible",
        # verdicts
        "auto_reply": "respuesta automática",
        "bounce": "devuelto",
        "loop": "bucle",
        "list": "boletín",
        "own": "de la casa",
        "blocked": "bloqueado",
        "opted_out": "no quiere mensajes",
        "spam": "spam",
        # counters
        "in": "Entrados {got} de {sent} · con responsable {routed} · repetidos {duplicate} · ilegibles {quarantined}",
        "aside": "Apartados {count}: {verdicts}",
        "no_aside": "Apartados 0",
        "cases": "caso|casos",
        "notices": "aviso a la plantilla|avisos a la plantilla",
        "receipts": "acuse de recibo|acuses de recibo",
        "on_their_way": "{count} en camino",
        "delays": "De llegar a tener responsable: la mitad en {middle} s, como mucho {most} s (desde la bandeja {own} s)",
        "short:delays": "Hasta tener responsable: la mitad en {middle} s, como mucho {most} s",
        # the summary
        "sum_title": "El día del pueblo de muestra",
        "sum_posted": "Correos",
        "sum_posted_is": "{posted} puestos en el buzón, {ledger} en el registro",
        "sum_states": "Qué fue de ellos",
        "sum_states_are": "{routed} a un caso, {screened} apartados, {duplicate} repetidos, {quarantined} en cuarentena",
        "sum_cases": "Casos y responsables",
        "sum_line": "{count} siguen en cola: en esta versión nadie contesta aún a los clientes",
        "sum_audit": "Promesas comprobadas",
        "sum_audit_is": "{checks}, incumplidas {bad}",
        "sum_letters": "{sent} enviados, {found} en los buzones",
        "sum_undelivered": "Sin entregar",
        "sum_slowest": "Los más lentos",
        "sum_good": "Todo lo que se envió está en el registro, una vez cada cosa, y cada caso tiene exactamente un responsable.",
        "sum_bad": "No ha ido bien:",
        "sum_warning": "en el registro de sucesos:",
        "sum_next": "Para seguir mirando:",
        "sum_places": "Datos: {data} · sucesos: {log} · la próxima vez se empieza de cero.",
        "kind:notice": "Avisos a la plantilla",
        "kind:acknowledgement": "Acuses de recibo",
        "kind:reply": "Respuestas",
        "kind:digest": "Resúmenes",
        "kind:alert": "Alertas",
        "bad_trouble": "el pueblo se ha parado: {what}",
        "bad_not_drained": "no todo había llegado a su sitio al cerrar",
        "bad_missing": "faltan {count} correos en el registro",
        "bad_surplus": "{count} correos están más veces de las que se enviaron",
        "bad_promise": "promesa incumplida: {name}, {count} veces",
        "bad_letters": "{kind}: {sent} enviados, pero {found} en los buzones",
        "bad_surprises": "{count} correos en los buzones que nadie apuntó",
        "bad_nothing": "no se envió ningún correo",
        "at": "Datos en {data}; sucesos en {log}. Ctrl-C termina.",
    },
    "en": {
        "title": "demo town",
        "starting": "The town is opening…",
        "feed": "Coming in",
        "agents": "People",
        "line": "Waiting line: {count}",
        "no_line": "No line · who waits longest",
        "counts": "Counts",
        "away": "away",
        "waits": "waits",
        "left_over": "due",
        "has": "owner",
        "none_waits": "nobody is waiting",
        "channel_fine": "{name} up to date",
        "channel_quiet": "{name} not looked at for {ago}",
        "channel_bad": "{name} paused: {problem}",
        "nothing": "nothing yet",
        "closer": "Look closer, in another terminal:",
        "closing": "The town goes to sleep: finishing what is under way…",
        "screened": "screened: {what}",
        "duplicate": "duplicate: we have it",
        "quarantined": "unreadable: in quarantine",
        "left": "goes off duty: others take what was theirs",
        "came": "comes on duty and takes what waits",
        "handed_on": "{before} is away: passed on to somebody else",
        "nobody": "(no sender)",
        "no_subject": "(no subject)",
        "continued": "goes on with the same case",
        "short:same_customer": "same customer",
        "short:account_manager": "their manager",
        "short:last_owner": "helped before",
        "short:balanced": "least busy",
        "short:duty_present": "waits in line",
        "short:duty_silent": "waits in line",
        "short:line": "out of the line",
        "short:owner_off_duty": "{before} went off",
        "short:owner_left": "has left",
        "short:continued": "same case",
        "short:screened": "{what}",
        "short:duplicate": "duplicate",
        "short:quarantined": "unreadable",
        "auto_reply": "automatic reply",
        "bounce": "bounce",
        "loop": "loop",
        "list": "newsletter",
        "own": "our own",
        "blocked": "blocked",
        "opted_out": "opted out",
        "spam": "spam",
        "in": "In {got} of {sent} · with an owner {routed} · duplicates {duplicate} · unreadable {quarantined}",
        "aside": "Screened {count}: {verdicts}",
        "no_aside": "Screened 0",
        "cases": "case|cases",
        "notices": "notice to staff|notices to staff",
        "receipts": "receipt to customers|receipts to customers",
        "on_their_way": "{count} on their way",
        "delays": "From arrival to having an owner: half within {middle} s, at most {most} s (from our inbox {own} s)",
        "short:delays": "Until they had an owner: half within {middle} s, at most {most} s",
        "sum_title": "The demo town's day",
        "sum_posted": "Mails",
        "sum_posted_is": "{posted} put into the mailbox, {ledger} in the ledger",
        "sum_states": "What became of them",
        "sum_states_are": "{routed} into a case, {screened} screened, {duplicate} duplicates, {quarantined} quarantined",
        "sum_cases": "Cases and owners",
        "sum_line": "{count} still wait in line: in this version nobody answers the customers yet",
        "sum_audit": "Promises checked",
        "sum_audit_is": "{checks}, broken {bad}",
        "sum_letters": "{sent} sent, {found} in the mailboxes",
        "sum_undelivered": "Not delivered",
        "sum_slowest": "The slowest",
        "sum_good": "All that was sent is in the ledger, each mail once, and every case has exactly one owner.",
        "sum_bad": "It did not go well:",
        "sum_warning": "in the log:",
        "sum_next": "To look further:",
        "sum_places": "Data: {data} · log: {log} · the next run starts afresh.",
        "kind:notice": "Notices to staff",
        "kind:acknowledgement": "Receipts to customers",
        "kind:reply": "Replies",
        "kind:digest": "Digests",
        "kind:alert": "Alerts",
        "bad_trouble": "the town has stopped: {what}",
        "bad_not_drained": "not everything had arrived when it closed",
        "bad_missing": "{count} mails are missing from the ledger",
        "bad_surplus": "{count} mails are there more often than they were sent",
        "bad_promise": "broken promise: {name}, {count} times",
        "bad_letters": "{kind}: {sent} sent, but {found} in the mailboxes",
        "bad_surprises": "{count} mails in the mailboxes that nobody wrote down",
        "bad_nothing": "no mail was sent",
        "at": "Data in {data}; log in {log}. Ctrl-C ends.",
    },
}
