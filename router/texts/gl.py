"""What is said in Galician, with "vostede"."""

from __future__ import annotations

from router.texts.letterhead import Letterhead, Words

GALICIAN = Words(
    acknowledgement=Letterhead(
        subject="Re: {subject} [{key}]",
        body="""{greeting}

Recibimos a súa mensaxe ({date}, {time}) e xa hai unha persoa responsable dela.
O seu número de caso é {key}.

{expectation}

Se quere engadir algo, responda a este correo sen quitar o número do asunto e chegará ao mesmo caso.

{house}

(Acuse de recibo automático. Non fai falta que o conteste.)""",
    ),
    notice=Letterhead(
        subject="[{key}] {customer}: {subject}",
        body="""{who} agarda resposta desde {since} ({waited}).

{due}

{excerpt}

Caso {key} · {channel} · {why}
Velo enteiro: ventanilla show {key}
{answer}""",
    ),
    digest=Letterhead(
        subject="Casos á súa espera: {count}",
        body="Bos días, {name}.\n\nMentres non estaba de quenda:\n\n{lines}\n\n{house}",
    ),
    screened_digest=Letterhead(
        subject="Mensaxes apartadas hoxe: {count}",
        body="Estas mensaxes non abriron ningún caso:\n\n{lines}\n\nDeixar pasar unha: ventanilla release ID\n\n{house}",
    ),
    alert=Letterhead(subject="Ventanilla: {subject}", body="{body}\n\n{house}"),
    announcements={
        "out_of_hours": "Agora mesmo estamos fóra de horario. Volvemos atender {opening}.",
        "needs_information": "Para seguir co seu caso {key} precisamos un dato máis:\n\n{text}",
        "resolved": (
            "Damos por resolto o seu caso {key}. Se quedou algo pendente, responda a esta mensaxe e volverémolo abrir."
        ),
        "reopened": "Volvemos abrir o seu caso {key}. {expectation}",
        "delay": (
            "Seguimos co seu caso {key}, pero tardaremos máis do que lle dixemos. Desculpe a espera: "
            "responderalle unha persoa en canto poida."
        ),
    },
    phrases={
        "greeting": "Ola, {name}:",
        "greeting_nobody": "Ola:",
        "answer_by": "Responderémoslle como moi tarde {when}.",
        "answer_soon": "Responderémoslle canto antes.",
        "due": "Prometido: {when}.",
        "overdue": "Prometido: {when} (xa pasou).",
        "opted_out": "Pediu que non se lle escriba máis (o {day}): o que se lle conteste non sairá.",
        "no_subject": "(sen asunto)",
        "hidden": "(texto non incluído nos avisos)",
        "on_channel": "recibido en {channel}",
        "escalated": "non se puido avisar a {agent}",
        "escalation": "Non se puido avisar a {agent} do caso {key}. Motivo: {reason}.",
        "brake": (
            "Enviáronse máis de {limit} acuses de recibo en {minutes} minutos; os seguintes quedan retidos.\n"
            "Velos: ventanilla outbox --state held\nSoltalos: ventanilla outbox release --all\n"
            "Descartalos: ventanilla outbox drop --all"
        ),
        "brake_subject": "acuses de recibo retidos",
        "beside": "{agent} leva o caso {key} deste mesmo cliente",
        "nobody_else_subject": "caso sen ninguén máis, {key}",
        "nobody_else_declined": (
            "{agent} dixo que o caso {key} non lle toca e non hai ninguén máis que poida atendelo agora. Gárdao {holder}.\n"
            "Ver por que: ventanilla explain {key}\n"
            "Darllo a alguén: ventanilla transfer {key} --to NAME"
        ),
        "nobody_else_acceptance_lapsed": (
            "{agent} non aceptou a tempo o caso {key} e non hai ninguén máis que poida atendelo agora. Gárdao {holder}.\n"
            "Ver por que: ventanilla explain {key}\n"
            "Darllo a alguén: ventanilla transfer {key} --to NAME"
        ),
        "escalation_subject": "aviso sen entregar, caso {key}",
        "edited": (
            "{customer} cambiou unha mensaxe do caso {key}, que xa non agardaba resposta. Agora di:\n\n"
            "{excerpt}\n\nVelo enteiro: ventanilla show {key}"
        ),
        "edited_subject": "mensaxe cambiada despois de contestar, caso {key}",
        "reply_failed": (
            "A resposta do caso {key} a {recipient} non se puido entregar. Motivo: {reason}. O cliente segue "
            "agardando.\n\nO que se escribira:\n\n{text}\n\nPara responder de novo: ventanilla reply {key}"
        ),
        "reply_failed_subject": "unha resposta non chegou ao cliente, caso {key}",
        "reply_unknown": (
            "Non se sabe se a resposta do caso {key} a {recipient} chegou a saír: cortouse no último momento, e non "
            "se repite soa para que o cliente non a reciba dúas veces.\n\nO que se escribira:\n\n{text}\n\n"
            "Se non chegou, envíaa outra vez: ventanilla outbox resend {number}"
        ),
        "reply_unknown_subject": "non se sabe se unha resposta saíu, caso {key}",
        "reply_overtaken": (
            "{agent} contestou mentres tanto o caso {key}, así que a túa resposta a {recipient} quedou retida.\n\n"
            "O que escribiras:\n\n{text}\n\n"
            "Enviala igualmente: ventanilla outbox release {number}\n"
            "Descartala: ventanilla outbox drop {number}"
        ),
        "reply_overtaken_subject": "alguén se adiantou: a túa resposta do caso {key} está retida",
        "reply_to_spam": (
            "{agent} marcou o caso {key} como correo lixo, así que a túa resposta a {recipient} quedou retida.\n\n"
            "O que escribiras:\n\n{text}\n\n"
            "Enviala igualmente: ventanilla outbox release {number}\n"
            "Descartala: ventanilla outbox drop {number}"
        ),
        "reply_to_spam_subject": "marcado como correo lixo: a túa resposta do caso {key} está retida",
        "somebody": "alguén desde a caixa de correo compartida",
        "undelivered": "Non se puido entregar a {recipient} o que se lle escribiu sobre o caso {key}. Motivo: {reason}.",
        "undelivered_subject": "mensaxe sen entregar ao cliente, caso {key}",
        "paused": "A canle {channel} está parada: {problem}\n{cure}\nAs demais canles seguen.",
        "paused_subject": "a canle {channel} está parada",
        "quarantined": (
            "Non se puido ler a mensaxe {inbox_id} da canle {channel}: {reason}\n"
            "Vela: ventanilla inbox --state quarantined\n"
            "Probar outra vez: ventanilla replay {inbox_id}"
        ),
        "quarantined_subject": "unha mensaxe sen ler en {channel}",
        "morning_subject": "Os seus casos de hoxe: {count}",
        "morning_hello": "Bos días, {name}.",
        "morning_broken": "Prometidos e xa fóra de prazo",
        "morning_due": "Vencen hoxe",
        "morning_unseen": "Seus e aínda sen abrir",
        "morning_uncovered": "De quen hoxe non está, sen ninguén no seu lugar",
        "morning_line": "Á espera de que alguén poida atendelos",
        "morning_held": "Respostas retidas",
        "morning_unknown": "Respostas das que non se sabe se saíron",
        "morning_unclassified": "Falan dunha queixa ou reclamación e seguen sendo consultas",
        "morning_more": "… e {count} máis: ventanilla conversations --open",
        "morning_not_opened": "sen abrir",
        "promised_first_response": "primeira resposta",
        "promised_next_response": "resposta",
        "promised_first_resolution": "resolución",
        "promised_legal": "prazo legal",
    },
    reasons={
        "reopened": "levábao e volveuse abrir",
        "split": "separouse doutro caso seu",
        "unmerged": "volveu doutro caso",
        "began": "comezouno",
        "taken_in": "atendeuno en persoa",
        "transfer": "pasoullo unha persoa",
        "taken": "colleuno",
        "declined": "o seu responsable dixo que non lle tocaba",
        "acceptance_lapsed": "o seu responsable non o aceptou a tempo",
        "restricted": "é a única persoa que atende este cliente",
        "same_customer": "xa leva outro caso deste cliente",
        "account_manager": "é quen leva este cliente",
        "rule": "unha regra dá estes casos a esta persoa",
        "last_owner": "atendeu este cliente a última vez",
        "balanced": "quen menos casos tiña para a súa capacidade",
        "round_robin": "tocáballe a quenda",
        "longest_idle": "quen máis tempo levaba libre",
        "duty_present": "ninguén máis podía: está de garda",
        "duty_silent": "ninguén de quenda: garda o caso ata que abra",
        "line": "estaba en espera e agora pode atendelo",
        "owner_off_duty": "o seu responsable rematou a quenda",
        "owner_left": "o seu responsable xa non está",
        "cover": "cobre a quen está fóra",
    },
)
