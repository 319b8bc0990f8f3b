"""What the staff's bot says in Galician."""

from __future__ import annotations

COMMANDS_GL = {
    "available": ("disponible", "aquí estou: podo recibir casos"),
    "pause": ("pausa", "sen casos novos ata a miña próxima quenda; /pausa 30m para media hora"),
    "cases": ("casos", "os meus casos abertos"),
    "help": ("axuda", "que sabe facer este bot"),
}
SAYINGS_GL = {
    "stranger": (
        "Este bot só escribe a quen traballa en {house}. Se é vostede unha desas persoas, pida unha invitación."
    ),
    "welcome": "Ola, {name}. Feito: desde agora os avisos de {house} chéganlle aquí.\n\n{commands}",
    "welcome_again": "Ola, {name}. Esta conta xa estaba ligada: os avisos chéganlle aquí.\n\n{commands}",
    "invitation_unknown": "Non coñezo esta invitación. Abra outra vez a ligazón ou pida unha nova.",
    "invitation_used": "Esta invitación xa se usou, e cada unha serve unha soa vez. Pida outra.",
    "invitation_over": "Esta invitación xa non vale: pasaron 48 horas ou fíxose outra máis nova. Pida outra.",
    "account_taken": (
        "Esta conta de Telegram xa é de {other}. Abra a invitación desde a súa propia conta, ou que {other} ligue antes outra "
        "distinta."
    ),
    "moved_away": "Os avisos de {name} van desde agora a outra conta de Telegram. A esta xa non chega ningún.",
    "help": "Que sabe facer este bot:\n\n{how}\n\n{commands}",
    "unknown_command": "Non coñezo {command}.\n\n{commands}",
    "old_button": "Ese botón xa non fai nada.",
    "available": "Está dispoñible.",
    "available_until": "Está dispoñible. A súa quenda acaba {when}.",
    "available_off": "Xa non está en pausa, pero si fóra de quenda: volverá recibir casos {when}.",
    "available_never": "Xa non está en pausa, pero o seu calendario non ten máis quendas.",
    "paused_until": "En pausa ata a súa próxima quenda, que comeza {when}. Para volver antes: {available}",
    "paused_for": "En pausa; volve {when}. Para volver antes: {available}",
    "paused_open": "En pausa ata que escriba {available}",
    "paused_already": "Xa está en pausa; volve {when}. Para volver antes: {available}",
    "away_already": "Consta como ausente ata que escriba {available}",
    "pause_odd": "Non entendo «{length}». Escriba {pause} a secas, ou cun tempo como 30m ou 2h.",
    "waits_on_you": "Casos seus que agardan resposta: {count}. Mentres non estea, pasan a outra persoa.",
    "no_cases": "Non ten casos abertos.",
    "cases": "Os seus casos abertos: {count}",
    "more_cases": "… e {count} máis: ventanilla conversations --open --agent {agent}",
    "waits_since": "agarda desde {since}",
    "waits_for_customer": "á espera do cliente",
    "due": "prometido {when}",
    "overdue": "prometido {when} (xa pasou)",
    "newest_of": "Mensaxes: {count}. A última:",
    "no_text": "(sen texto)",
    "voicemail": "(mensaxe de voz)",
    "taken_over": "Deste caso responde agora {agent}.",
    "answered_by": "{agent} respondeu {when}.",
    "answered_mailbox": "Respondeuse desde a caixa compartida {when}.",
    "ended_by": "{agent} deuno por resolto {when}.",
    "audio_later": "A gravación aínda non se pode descargar; chegará aquí.",
    "audio": "{key}: a gravación",
    "test_subject": "Ventanilla: aviso de proba",
    "test": "Aviso de proba de {house}. Se pode ler isto, os avisos chéganlle por aquí.",
}
