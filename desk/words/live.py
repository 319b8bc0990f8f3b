"""What is said of the connection, of who else is there, and on the desktop."""

from __future__ import annotations

LIVE: dict[str, dict[str, str]] = {
    "es": {
        "live.away": "Sin conexión: lo que ves puede no ser lo último. Se vuelve a intentar.",
        "live.back": "Conexión recuperada: la página está al día.",
        "live.over": "Tu sesión ha terminado: lo que ves ya no cambia.",
        "live.login": "Entrar otra vez",
        "live.full": "Hay demasiadas páginas abiertas: esta no se actualiza sola por ahora.",
        "live.notice_new": "Nuevo caso para ti: {key}",
        "live.notice_wrote": "Han vuelto a escribir en {key}",
        "live.notice_warned": "{key} está a punto de incumplir su plazo",
        "live.notice_broken": "{key} ha incumplido su plazo",
        "live.notices_on": "Los avisos de escritorio están activados.",
        "live.notices_refused": "El navegador tiene bloqueados los avisos de esta página. Permítelos en sus ajustes.",
        "live.open": "Abrir",
        "live.looking": "{name} está mirando este caso",
        "live.writing": "{name} está escribiendo",
    },
    "en": {
        "live.away": "No connection: what you see may not be the latest. Trying again.",
        "live.back": "Connected again: the page is up to date.",
        "live.over": "Your session is over: what you see no longer changes.",
        "live.login": "Log in again",
        "live.full": "Too many pages are open: this one does not update by itself for now.",
        "live.notice_new": "New case for you: {key}",
        "live.notice_wrote": "The customer wrote again in {key}",
        "live.notice_warned": "{key} is about to break its promise",
        "live.notice_broken": "{key} has broken its promise",
        "live.notices_on": "Desktop notifications are on.",
        "live.notices_refused": "Your browser blocks notifications from this page. Allow them in its settings.",
        "live.open": "Open",
        "live.looking": "{name} is looking at this case",
        "live.writing": "{name} is writing",
    },
}
