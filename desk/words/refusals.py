"""Why a move cannot be, in the desk's own terms: every code of router/moves/refusals.py with the same names in braces. Pure."""

from __future__ import annotations

REFUSED: dict[str, dict[str, str]] = {
    "es": {
        "refused.no_such_agent": "{agent} no es una persona de la casa. Están: {agents}.",
        "refused.only_looks": "{agent} es de auditoría: puede mirarlo todo y no tocar nada.",
        "refused.no_key": "«{key}» no es la clave de un caso: una clave es como K7M-Q2X-VTR.",
        "refused.no_such_case": "No hay ningún caso {key}. Búscalo en la lista de casos.",
        "refused.not_open": "{key} está {state}: ábrelo antes otra vez, o empieza otro caso.",
        "refused.merged": "{key} se fusionó con {into}: sigue en ese.",
        "refused.not_yours": "{key} es de {owner}: pregúntale, pide que te lo pasen, o deja una nota.",
        "refused.no_text": "No hay nada que enviar: escribe la respuesta o adjunta un archivo.",
        "refused.is_a_note": (
            "Lo que empieza por // es una nota y no sale de la casa: guárdalo como nota, o quita las //."
        ),
        "refused.holds_token": (
            "El texto lleva una dirección o un número que solo puede ver nuestra gente ({found}): quítalo y "
            "envíalo otra vez."
        ),
        "refused.already_answered": (
            "{agent} contestó {key} {when}, después de lo que tú habías leído. Léelo antes de enviar lo tuyo."
        ),
        "refused.being_answered": "La respuesta de {agent} a {key} está saliendo ahora. Léela antes de enviar la tuya.",
        "refused.newer_message": (
            "El cliente ha vuelto a escribir en {key} mientras contestabas. Léelo antes de enviar."
        ),
        "refused.cannot_be_written_to": "No se puede enviar nada al cliente de {key}: {reason}.",
        "refused.nothing_to_withdraw": "No hay ninguna respuesta tuya que retirar.",
        "refused.too_late": "Ya no se puede: ha salido.",
        "refused.moved_on": "{key} ha cambiado mientras tanto: ahora es de {owner}.",
        "refused.no_receiver": "A {agent} no se le pueden dar casos. Pueden recibirlos: {agents}.",
        "refused.not_owner": (
            "{key} es de {owner} y solo esa persona puede decirlo. Para que {agent} pueda, tiene que cogerlo antes."
        ),
        "refused.no_restriction_reason": "Di por qué: quien la quite algún día tiene que saberlo.",
        "refused.no_hold_reason": "Di por qué se conserva: quien lo levante algún día tiene que saberlo.",
        "refused.only_supervisors": "{agent} no supervisa: pídeselo a quien supervise.",
        "refused.not_your_customer": (
            "{agent} no lleva ningún caso de este cliente: pídeselo a quien lo lleve o a quien supervise."
        ),
        "refused.already_past": "Ese día ya ha pasado: elige otro posterior.",
        "refused.no_reason": "Di por qué no te toca: lo leerá quien lo reciba.",
        "refused.unanswered": (
            "El cliente de {key} espera desde {when} y nadie le ha contestado: contéstale, di que no hace falta "
            "respuesta, o da el motivo."
        ),
        "refused.needs_reason": "{key} es una {kind} y no termina sin un motivo: escríbelo.",
        "refused.other_chat": (
            "{key} no se puede abrir otra vez: la misma conversación sigue en {other}. Sigue en ese, o fusiónalos."
        ),
        "refused.no_note": "La nota está vacía.",
        "refused.in_the_future": "{when} todavía no ha llegado: di cuándo ocurrió.",
        "refused.same_case": "{key} es este mismo caso: di otro.",
        "refused.merge_the_other_way": (
            "{into} está {state} y {key} no: abre antes {into}, o fusiónalo con {key} al revés."
        ),
        "refused.other_customers": (
            "{key} y {into} son de dos clientes distintos. Enlaza antes a los clientes, o confirma que quieres "
            "juntarlos así."
        ),
        "refused.came_merged": "El mensaje {message} vino con {other}, que se fusionó con {key}: sepáralo entero.",
        "refused.no_such_message": "{key} no tiene ningún mensaje {message} de su cliente.",
        "refused.only_message": "No quedaría nada de {key}: son todos los mensajes de su cliente.",
        "refused.not_the_same_customer": (
            "{key} y {other} son de dos clientes: lo contestado en uno no contesta el otro."
        ),
        "refused.nothing_waits": "En {key} nadie espera respuesta.",
        "refused.no_answer_there": (
            "En {other} no ha salido nada desde que espera el cliente de {key}: contesta allí, o aquí."
        ),
        "refused.in_the_past": "{when} ya ha pasado: elige una fecha por venir.",
        "refused.chat_open": "{address} tiene allí un caso abierto, {other}: escríbele en ese.",
        "refused.no_such_address": "{channel} no puede escribir a «{address}»: hace falta {sort}.",
        "refused.no_such_channel": "Por «{channel}» no se puede escribir. Canales que sí: {channels}.",
        "refused.not_written_to_bot": (
            "Un bot solo puede escribir a quien le ha escrito, y «{address}» no lo ha hecho: escríbele por otro medio."
        ),
        "refused.nobody_to_know_by": "Di quién era: un nombre, un teléfono o un correo.",
        "refused.odd_address": "«{address}» no es una dirección válida ({sort}).",
        "refused.owed_answer": (
            "{key} es una {kind} y {law} exige contestarla: contesta antes; si no lo es, cambia de qué tipo es."
        ),
        "refused.needs_outcome": (
            "{key} es una {kind} según {law}: al resolverla di si el cliente tenía razón y por qué. La "
            "respuesta puede estar aún saliendo."
        ),
        "refused.name_bodies": (
            "La respuesta de {key} no dice adónde puede acudir ahora el cliente, y {law} lo exige. Envíala con "
            "este texto: {bodies}. Si ya se le dijo de otro modo, márcalo al resolver."
        ),
        "refused.time_to_complete": (
            "Se pidió al cliente de {key} lo que falta y puede enviarlo hasta {when}: no termina antes."
        ),
        "refused.no_receipt_wanted": (
            "Ninguna ley pide un justificante de {key}, que es una {kind}. Si es otra cosa, cambia el tipo."
        ),
        "refused.receipt_by_hand": (
            "El justificante de {key} no puede salir: dalo en papel o por carta y anota aquí cómo."
        ),
        "refused.odd_tag": "«{tag}» no vale como etiqueta: hasta {longest} letras, cifras y signos.",
        "refused.too_many_tags": "{key} tendría más de {most} etiquetas: quita alguna.",
        "refused.key_used": "Este formulario ya se usó para otra cosa ({key}, {idempotency_key}): recarga la página.",
    },
    "en": {
        "refused.no_such_agent": "{agent} is not one of us. There are: {agents}.",
        "refused.only_looks": "{agent} is an auditor, who may look at everything and do nothing.",
        "refused.no_key": "“{key}” is no case key: one looks like K7M-Q2X-VTR.",
        "refused.no_such_case": "There is no case {key}. Look for it in the list of cases.",
        "refused.not_open": "{key} is {state}: open it again first, or begin another case.",
        "refused.merged": "{key} was merged into {into}: go on there.",
        "refused.not_yours": "{key} is {owner}’s: ask them, have it handed over to you, or leave a note.",
        "refused.no_text": "There is nothing to send: write the answer or attach a file.",
        "refused.is_a_note": (
            "What begins with // is a note and goes to nobody outside: save it as a note, or take the // away."
        ),
        "refused.holds_token": (
            "The text holds an address or number that only our own people may see ({found}): take it out and "
            "send it again."
        ),
        "refused.already_answered": (
            "{agent} answered {key} {when}, after what you had read. Read that before you send yours."
        ),
        "refused.being_answered": "{agent}’s answer to {key} is on its way just now. Read it before you send yours.",
        "refused.newer_message": (
            "The customer wrote again in {key} while you were answering. Read that before you send."
        ),
        "refused.cannot_be_written_to": "Nothing can be sent to the customer of {key}: {reason}.",
        "refused.nothing_to_withdraw": "There is no answer of yours to take back.",
        "refused.too_late": "It is too late: it has gone out.",
        "refused.moved_on": "{key} has moved on: it is {owner}’s now.",
        "refused.no_receiver": "{agent} cannot be given cases. Who can: {agents}.",
        "refused.not_owner": "{key} is {owner}’s and only they can say so. Before {agent} can, they must take it.",
        "refused.no_restriction_reason": "Say why: whoever lifts it one day must know.",
        "refused.no_hold_reason": "Say why it is held: whoever ends it one day must know.",
        "refused.only_supervisors": "{agent} is no supervisor: ask one.",
        "refused.not_your_customer": "{agent} has no case of this customer: ask whoever has one, or a supervisor.",
        "refused.already_past": "That day is over: choose a later one.",
        "refused.no_reason": "Say why it is not yours: whoever gets it will read that.",
        "refused.unanswered": (
            "The customer of {key} has been waiting since {when} and nobody has answered: answer, say that no "
            "reply is needed, or give the reason."
        ),
        "refused.needs_reason": "{key} is a {kind} and does not end without a reason: write it.",
        "refused.other_chat": (
            "{key} cannot be opened again: the same chat goes on in {other}. Use that one, or merge them."
        ),
        "refused.no_note": "The note is empty.",
        "refused.in_the_future": "{when} is still to come: give the time when it happened.",
        "refused.same_case": "{key} is this very case: name another.",
        "refused.merge_the_other_way": (
            "{into} is {state} and {key} is not: open {into} again first, or merge it into {key} instead."
        ),
        "refused.other_customers": (
            "{key} and {into} are two customers’ cases. Link the customers first, or confirm that you want them "
            "together all the same."
        ),
        "refused.came_merged": (
            "Message {message} came with {other}, which was merged into {key}: part that case as a whole."
        ),
        "refused.no_such_message": "{key} has no message {message} of its customer’s.",
        "refused.only_message": "Nothing would be left of {key}: these are all the messages of its customer.",
        "refused.not_the_same_customer": (
            "{key} and {other} are two customers’ cases, so an answer in one answers nothing in the other."
        ),
        "refused.nothing_waits": "Nobody waits for an answer in {key}.",
        "refused.no_answer_there": (
            "Nothing went out in {other} since the customer of {key} has been waiting: answer there, or here."
        ),
        "refused.in_the_past": "{when} is over: choose a date that is still to come.",
        "refused.chat_open": "{address} has an open case there, {other}: write to them in that one.",
        "refused.no_such_address": "{channel} cannot write to “{address}”: it needs {sort}.",
        "refused.no_such_channel": "One cannot write by “{channel}”. Channels for that: {channels}.",
        "refused.not_written_to_bot": (
            "A bot can write only to whoever has written to it, and “{address}” has not: write to them another way."
        ),
        "refused.nobody_to_know_by": "Say who it was: a name, a phone number or a mail address.",
        "refused.odd_address": "“{address}” is no {sort}.",
        "refused.owed_answer": (
            "{key} is a {kind} and {law} wants an answer to it: answer first; if it is none, change what kind it is."
        ),
        "refused.needs_outcome": (
            "{key} is a {kind} under {law}: when you resolve it, say whether its customer was right, and why. "
            "The answer may still be on its way."
        ),
        "refused.name_bodies": (
            "The answer of {key} does not name where its customer can turn now, which {law} wants. Send it with "
            "this text: {bodies}. If they were told another way, tick that when you resolve."
        ),
        "refused.time_to_complete": (
            "The customer of {key} was asked for what is missing and may send it until {when}: it does not end "
            "before that."
        ),
        "refused.no_receipt_wanted": (
            "No law wants a receipt for {key}, a {kind}. If it is something else, change its kind."
        ),
        "refused.receipt_by_hand": (
            "The receipt of {key} cannot go out: give it on paper or by letter and write down here how."
        ),
        "refused.odd_tag": "“{tag}” is no tag: up to {longest} letters, digits and signs.",
        "refused.too_many_tags": "{key} would have more than {most} tags: take some off.",
        "refused.key_used": (
            "This form was used for something else already ({key}, {idempotency_key}): load the page again."
        ),
    },
}
