"""What the staff's bot says in Catalan."""

from __future__ import annotations

COMMANDS_CA = {
    "available": ("disponible", "soc aquí: puc rebre casos"),
    "pause": ("pausa", "sense casos nous fins al meu pròxim torn; /pausa 30m per a mitja hora"),
    "cases": ("casos", "els meus casos oberts"),
    "help": ("ajuda", "què sap fer aquest bot"),
}
SAYINGS_CA = {
    "stranger": (
        "Aquest bot només escriu a qui treballa a {house}. Si vostè és una d'aquestes persones, demani una invitació."
    ),
    "welcome": "Hola, {name}. Fet: des d'ara els avisos de {house} li arriben aquí.\n\n{commands}",
    "welcome_again": "Hola, {name}. Aquest compte ja estava enllaçat: els avisos li arriben aquí.\n\n{commands}",
    "invitation_unknown": "No conec aquesta invitació. Obri un altre cop l'enllaç o demani'n un de nou.",
    "invitation_used": "Aquesta invitació ja s'ha fet servir, i cadascuna val un sol cop. Demani'n una altra.",
    "invitation_over": "Aquesta invitació ja no val: han passat 48 hores o se'n va fer una de més nova. Demani'n una altra.",
    "account_taken": (
        "Aquest compte de Telegram ja és de {other}. Obri la invitació des del seu propi compte, o que {other} n'enllaci "
        "abans un altre."
    ),
    "moved_away": "Els avisos de {name} van des d'ara a un altre compte de Telegram. A aquest ja no n'arriba cap.",
    "help": "Què sap fer aquest bot:\n\n{how}\n\n{commands}",
    "unknown_command": "No conec {command}.\n\n{commands}",
    "old_button": "Aquest botó ja no fa res.",
    "available": "Està disponible.",
    "available_until": "Està disponible. El seu torn s'acaba {when}.",
    "available_off": "Ja no està en pausa, però sí fora de torn: tornarà a rebre casos {when}.",
    "available_never": "Ja no està en pausa, però el seu calendari no té més torns.",
    "paused_until": "En pausa fins al seu pròxim torn, que comença {when}. Per tornar abans: {available}",
    "paused_for": "En pausa; torna {when}. Per tornar abans: {available}",
    "paused_open": "En pausa fins que escrigui {available}",
    "paused_already": "Ja està en pausa; torna {when}. Per tornar abans: {available}",
    "away_already": "Consta com a absent fins que escrigui {available}",
    "pause_odd": "No entenc «{length}». Escrigui {pause} sol, o amb un temps com 30m o 2h.",
    "waits_on_you": "Casos seus que esperen resposta: {count}. Mentre no hi sigui, passen a una altra persona.",
    "no_cases": "No té casos oberts.",
    "cases": "Els seus casos oberts: {count}",
    "more_cases": "… i {count} més: ventanilla conversations --open --agent {agent}",
    "waits_since": "espera des de {since}",
    "waits_for_customer": "a l'espera del client",
    "due": "promès {when}",
    "overdue": "promès {when} (ja ha passat)",
    "newest_of": "Missatges: {count}. L'últim:",
    "no_text": "(sense text)",
    "voicemail": "(missatge de veu)",
    "taken_over": "D'aquest cas ara en respon {agent}.",
    "answered_by": "{agent} va respondre {when}.",
    "answered_mailbox": "Es va respondre des de la bústia compartida {when}.",
    "ended_by": "{agent} el va donar per resolt {when}.",
    "audio_later": "La gravació encara no es pot descarregar; arribarà aquí.",
    "audio": "{key}: la gravació",
    "test_subject": "Ventanilla: avís de prova",
    "test": "Avís de prova de {house}. Si pot llegir això, els avisos li arriben per aquí.",
}
