"""What is said in Spanish, with "usted" and without anybody's gender."""

from __future__ import annotations

from router.texts.letterhead import Letterhead, Words

SPANISH = Words(
    acknowledgement=Letterhead(
        subject="Re: {subject} [{key}]",
        body="""{greeting}

Hemos recibido su mensaje el {date} a las {time} y ya hay una persona responsable de él.
Su número de caso es {key}.

{expectation}

Si quiere añadir algo, responda a este correo sin quitar el número del asunto y llegará al mismo caso.

{house}

(Acuse de recibo automático. No hace falta que lo conteste.)""",
    ),
    notice=Letterhead(
        subject="[{key}] {customer}: {subject}",
        body="""{who} espera respuesta desde {since} ({waited}).

{due}

{excerpt}

Caso {key} · {channel} · {why}
Verlo entero: ventanilla show {key}
{answer}""",
    ),
    digest=Letterhead(
        subject="Casos que le esperan: {count}",
        body="Buenos días, {name}.\n\nMientras no estaba de turno:\n\n{lines}\n\n{house}",
    ),
    screened_digest=Letterhead(
        subject="Mensajes apartados hoy: {count}",
        body="Estos mensajes no han abierto ningún caso:\n\n{lines}\n\nDejar pasar uno: ventanilla release ID\n\n{house}",
    ),
    alert=Letterhead(subject="Ventanilla: {subject}", body="{body}\n\n{house}"),
    announcements={
        "out_of_hours": "Ahora mismo estamos fuera de horario. Volvemos a atender {opening}.",
        "needs_information": "Para seguir con su caso {key} necesitamos un dato más:\n\n{text}",
        "resolved": (
            "Damos por resuelto su caso {key}. Si algo quedó pendiente, responda a este mensaje y lo reabriremos."
        ),
        "reopened": "Hemos vuelto a abrir su caso {key}. {expectation}",
        "delay": (
            "Seguimos con su caso {key}, pero tardaremos más de lo que le dijimos. Perdone la espera: le "
            "responderá una persona en cuanto pueda."
        ),
    },
    phrases={
        "greeting": "Hola, {name}:",
        "greeting_nobody": "Hola:",
        "answer_by": "Le responderemos como muy tarde {when}.",
        "answer_soon": "Le responderemos lo antes posible.",
        "due": "Prometido: {when}.",
        "overdue": "Prometido: {when} (ya ha pasado).",
        "opted_out": "Ha pedido que no se le escriba más (el {day}): lo que se le conteste no saldrá.",
        "no_subject": "(sin asunto)",
        "hidden": "(texto no incluido en los avisos)",
        "on_channel": "recibido en {channel}",
        "escalated": "no se ha podido avisar a {agent}",
        "escalation": "No se ha podido avisar a {agent} del caso {key}. Motivo: {reason}.",
        "brake": (
            "Se han enviado más de {limit} acuses de recibo en {minutes} minutos; los siguientes quedan retenidos.\n"
            "Verlos: ventanilla outbox --state held\nSoltarlos: ventanilla outbox release --all\n"
            "Descartarlos: ventanilla outbox drop --all"
        ),
        "brake_subject": "acuses de recibo retenidos",
        "beside": "{agent} lleva el caso {key} de este mismo cliente",
        "nobody_else_subject": "caso sin nadie más, {key}",
        "nobody_else_declined": (
            "{agent} ha dicho que el caso {key} no le toca y no hay nadie más que pueda atenderlo ahora. Lo guarda {holder}.\n"
            "Ver por qué: ventanilla explain {key}\n"
            "Dárselo a alguien: ventanilla transfer {key} --to NAME"
        ),
        "nobody_else_acceptance_lapsed": (
            "{agent} no ha aceptado a tiempo el caso {key} y no hay nadie más que pueda atenderlo ahora. Lo guarda {holder}.\n"
            "Ver por qué: ventanilla explain {key}\n"
            "Dárselo a alguien: ventanilla transfer {key} --to NAME"
        ),
        "escalation_subject": "aviso sin entregar, caso {key}",
        "edited": (
            "{customer} ha cambiado un mensaje del caso {key}, que ya no esperaba respuesta. Ahora dice:\n\n"
            "{excerpt}\n\nVerlo entero: ventanilla show {key}"
        ),
        "edited_subject": "mensaje cambiado después de contestar, caso {key}",
        "reply_failed": (
            "Tu respuesta del caso {key} a {recipient} no se pudo entregar. Motivo: {reason}. El cliente sigue "
            "esperando.\n\nLo que se había escrito:\n\n{text}\n\nPara contestar de nuevo: ventanilla reply {key}"
        ),
        "reply_failed_subject": "una respuesta no llegó al cliente, caso {key}",
        "reply_unknown": (
            "No se sabe si la respuesta del caso {key} a {recipient} llegó a salir: se cortó en el último momento, y "
            "no se repite sola para que el cliente no la reciba dos veces.\n\nLo que se había escrito:\n\n{text}\n\n"
            "Si no llegó, envíala otra vez: ventanilla outbox resend {number}"
        ),
        "reply_unknown_subject": "no se sabe si una respuesta salió, caso {key}",
        "reply_overtaken": (
            "{agent} ha contestado entretanto el caso {key}, así que tu respuesta a {recipient} se ha retenido.\n\n"
            "Lo que habías escrito:\n\n{text}\n\n"
            "Enviarla de todos modos: ventanilla outbox release {number}\n"
            "Descartarla: ventanilla outbox drop {number}"
        ),
        "reply_overtaken_subject": "alguien se adelantó: tu respuesta del caso {key} está retenida",
        "reply_to_spam": (
            "{agent} ha marcado el caso {key} como correo basura, así que tu respuesta a {recipient} se ha retenido.\n\n"
            "Lo que habías escrito:\n\n{text}\n\n"
            "Enviarla de todos modos: ventanilla outbox release {number}\n"
            "Descartarla: ventanilla outbox drop {number}"
        ),
        "reply_to_spam_subject": "marcado como correo basura: tu respuesta del caso {key} está retenida",
        "somebody": "alguien desde el buzón compartido",
        "undelivered": "No se ha podido entregar a {recipient} lo que se le escribió sobre el caso {key}. Motivo: {reason}.",
        "undelivered_subject": "mensaje sin entregar al cliente, caso {key}",
        "paused": "El canal {channel} está parado: {problem}\n{cure}\nLos demás canales siguen.",
        "paused_subject": "el canal {channel} está parado",
        "quarantined": (
            "No se ha podido leer el mensaje {inbox_id} del canal {channel}: {reason}\n"
            "Verlo: ventanilla inbox --state quarantined\n"
            "Probar otra vez: ventanilla replay {inbox_id}"
        ),
        "quarantined_subject": "un mensaje sin leer en {channel}",
        "morning_subject": "Sus casos de hoy: {count}",
        "morning_hello": "Buenos días, {name}.",
        "morning_broken": "Prometidos y ya fuera de plazo",
        "morning_due": "Vencen hoy",
        "morning_unseen": "Suyos y todavía sin abrir",
        "morning_uncovered": "De quien hoy no está, sin nadie en su lugar",
        "morning_line": "En espera de que alguien pueda atenderlos",
        "morning_held": "Respuestas retenidas",
        "morning_unknown": "Respuestas de las que no se sabe si salieron",
        "morning_unclassified": "Hablan de una queja o reclamación y siguen siendo consultas",
        "morning_more": "… y {count} más: ventanilla conversations --open",
        "morning_not_opened": "sin abrir",
        "promised_first_response": "primera respuesta",
        "promised_next_response": "respuesta",
        "promised_first_resolution": "resolución",
        "promised_legal": "plazo legal",
    },
    reasons={
        "reopened": "lo llevaba y se ha vuelto a abrir",
        "split": "se ha separado de otro caso suyo",
        "unmerged": "ha vuelto de otro caso",
        "began": "lo ha empezado",
        "taken_in": "lo atendió en persona",
        "transfer": "se lo ha pasado una persona",
        "taken": "lo ha cogido",
        "declined": "su responsable dijo que no le tocaba",
        "acceptance_lapsed": "su responsable no lo aceptó a tiempo",
        "restricted": "es la única persona que atiende a este cliente",
        "same_customer": "ya lleva otro caso de este cliente",
        "account_manager": "es quien lleva a este cliente",
        "rule": "una regla da estos casos a esta persona",
        "last_owner": "atendió a este cliente la última vez",
        "balanced": "quien menos casos tenía para su capacidad",
        "round_robin": "le tocaba el turno",
        "longest_idle": "quien más tiempo llevaba libre",
        "duty_present": "nadie más podía: está de guardia",
        "duty_silent": "nadie de turno: guarda el caso hasta que abra",
        "line": "estaba en espera y ahora puede atenderlo",
        "owner_off_duty": "su responsable ha terminado el turno",
        "owner_left": "su responsable ya no está",
        "cover": "cubre a quien está fuera",
    },
)
