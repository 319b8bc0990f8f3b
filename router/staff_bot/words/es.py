"""What the staff's bot says in Spanish."""

from __future__ import annotations

COMMANDS_ES = {
    "available": ("disponible", "aquí estoy: puedo recibir casos"),
    "pause": ("pausa", "sin casos nuevos hasta mi próximo turno; /pausa 30m para media hora"),
    "cases": ("casos", "mis casos abiertos"),
    "help": ("ayuda", "qué sabe hacer este bot"),
}
SAYINGS_ES = {
    "stranger": (
        "Este bot solo escribe a quienes trabajan en {house}. Si es usted una de esas personas, pida una invitación."
    ),
    "welcome": "Hola, {name}. Listo: desde ahora los avisos de {house} le llegan aquí.\n\n{commands}",
    "welcome_again": "Hola, {name}. Esta cuenta ya estaba enlazada: los avisos le llegan aquí.\n\n{commands}",
    "invitation_unknown": "No conozco esta invitación. Abra otra vez el enlace o pida uno nuevo.",
    "invitation_used": "Esta invitación ya se ha usado, y cada una sirve una sola vez. Pida otra.",
    "invitation_over": "Esta invitación ya no vale: han pasado 48 horas o se hizo otra más nueva. Pida otra.",
    "account_taken": (
        "Esta cuenta de Telegram ya es de {other}. Abra la invitación desde su propia cuenta, o que {other} enlace antes "
        "otra distinta."
    ),
    "moved_away": "Los avisos de {name} van desde ahora a otra cuenta de Telegram. A esta ya no llega ninguno.",
    "help": "Qué sabe hacer este bot:\n\n{how}\n\n{commands}",
    "unknown_command": "No conozco {command}.\n\n{commands}",
    "old_button": "Ese botón ya no hace nada.",
    "available": "Está disponible.",
    "available_until": "Está disponible. Su turno acaba {when}.",
    "available_off": "Ya no está en pausa, pero sí fuera de turno: volverá a recibir casos {when}.",
    "available_never": "Ya no está en pausa, pero su calendario no tiene más turnos.",
    "paused_until": "En pausa hasta su próximo turno, que empieza {when}. Para volver antes: {available}",
    "paused_for": "En pausa; vuelve {when}. Para volver antes: {available}",
    "paused_open": "En pausa hasta que escriba {available}",
    "paused_already": "Ya está en pausa; vuelve {when}. Para volver antes: {available}",
    "away_already": "Consta como ausente hasta que escriba {available}",
    "pause_odd": "No entiendo «{length}». Escriba {pause} a secas, o con un tiempo como 30m o 2h.",
    "waits_on_you": "Casos suyos que esperan respuesta: {count}. Mientras no esté, pasan a otra persona.",
    "no_cases": "No tiene casos abiertos.",
    "cases": "Sus casos abiertos: {count}",
    "more_cases": "… y {count} más: ventanilla conversations --open --agent {agent}",
    "waits_since": "espera desde {since}",
    "waits_for_customer": "a la espera del cliente",
    "due": "prometido {when}",
    "overdue": "prometido {when} (ya ha pasado)",
    "newest_of": "Mensajes: {count}. El último:",
    "no_text": "(sin texto)",
    "voicemail": "(mensaje de voz)",
    "taken_over": "De este caso responde ahora {agent}.",
    "answered_by": "{agent} contestó {when}.",
    "answered_mailbox": "Se contestó desde el buzón compartido {when}.",
    "ended_by": "{agent} lo dio por resuelto {when}.",
    "audio_later": "La grabación aún no se puede descargar; llegará aquí.",
    "audio": "{key}: la grabación",
    "test_subject": "Ventanilla: aviso de prueba",
    "test": "Aviso de prueba de {house}. Si puede leer esto, los avisos le llegan por aquí.",
}
