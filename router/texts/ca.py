"""What is said in Catalan, with "vostè"."""

from __future__ import annotations

from router.texts.letterhead import Letterhead, Words

CATALAN = Words(
    acknowledgement=Letterhead(
        subject="Re: {subject} [{key}]",
        body="""{greeting}

Hem rebut el seu missatge ({date}, {time}) i ja hi ha una persona que se'n fa responsable.
El seu número de cas és {key}.

{expectation}

Si hi vol afegir res, respongui aquest correu sense treure el número de l'assumpte i arribarà al mateix cas.

{house}

(Justificant de recepció automàtic. No cal que el contesti.)""",
    ),
    notice=Letterhead(
        subject="[{key}] {customer}: {subject}",
        body="""{who} espera resposta des de {since} ({waited}).

{due}

{excerpt}

Cas {key} · {channel} · {why}
Veure'l sencer: ventanilla show {key}
{answer}""",
    ),
    digest=Letterhead(
        subject="Casos que l'esperen: {count}",
        body="Bon dia, {name}.\n\nMentre no estava de torn:\n\n{lines}\n\n{house}",
    ),
    screened_digest=Letterhead(
        subject="Missatges apartats avui: {count}",
        body="Aquests missatges no han obert cap cas:\n\n{lines}\n\nDeixar-ne passar un: ventanilla release ID\n\n{house}",
    ),
    alert=Letterhead(subject="Ventanilla: {subject}", body="{body}\n\n{house}"),
    announcements={
        "out_of_hours": "Ara mateix som fora d'horari. Tornem a atendre {opening}.",
        "needs_information": "Per continuar amb el seu cas {key} necessitem una dada més:\n\n{text}",
        "resolved": (
            "Donem per resolt el seu cas {key}. Si ha quedat res pendent, respongui a aquest missatge i el reobrirem."
        ),
        "reopened": "Hem tornat a obrir el seu cas {key}. {expectation}",
        "delay": (
            "Continuem amb el seu cas {key}, però trigarem més del que li vam dir. Disculpi l'espera: li "
            "respondrà una persona tan aviat com pugui."
        ),
    },
    phrases={
        "greeting": "Hola, {name}:",
        "greeting_nobody": "Hola:",
        "answer_by": "Li respondrem com a molt tard {when}.",
        "answer_soon": "Li respondrem tan aviat com sigui possible.",
        "due": "Promès: {when}.",
        "overdue": "Promès: {when} (ja ha passat).",
        "opted_out": "Ha demanat que no se li escrigui més (el {day}): el que se li respongui no sortirà.",
        "no_subject": "(sense assumpte)",
        "hidden": "(text no inclòs als avisos)",
        "on_channel": "rebut a {channel}",
        "escalated": "no s'ha pogut avisar {agent}",
        "escalation": "No s'ha pogut avisar {agent} del cas {key}. Motiu: {reason}.",
        "brake": (
            "S'han enviat més de {limit} justificants de recepció en {minutes} minuts; els següents queden retinguts.\n"
            "Veure'ls: ventanilla outbox --state held\nDeixar-los anar: ventanilla outbox release --all\n"
            "Descartar-los: ventanilla outbox drop --all"
        ),
        "brake_subject": "justificants de recepció retinguts",
        "beside": "{agent} porta el cas {key} d'aquest mateix client",
        "nobody_else_subject": "cas sense ningú més, {key}",
        "nobody_else_declined": (
            "{agent} ha dit que el cas {key} no li toca i no hi ha ningú més que el pugui atendre ara. El guarda {holder}.\n"
            "Veure per què: ventanilla explain {key}\n"
            "Donar-lo a algú: ventanilla transfer {key} --to NAME"
        ),
        "nobody_else_acceptance_lapsed": (
            "{agent} no ha acceptat a temps el cas {key} i no hi ha ningú més que el pugui atendre ara. El guarda {holder}.\n"
            "Veure per què: ventanilla explain {key}\n"
            "Donar-lo a algú: ventanilla transfer {key} --to NAME"
        ),
        "escalation_subject": "avís sense lliurar, cas {key}",
        "edited": (
            "{customer} ha canviat un missatge del cas {key}, que ja no esperava resposta. Ara diu:\n\n"
            "{excerpt}\n\nVeure'l sencer: ventanilla show {key}"
        ),
        "edited_subject": "missatge canviat després de respondre, cas {key}",
        "reply_failed": (
            "La resposta del cas {key} a {recipient} no s'ha pogut lliurar. Motiu: {reason}. El client encara "
            "espera.\n\nEl que s'havia escrit:\n\n{text}\n\nPer respondre de nou: ventanilla reply {key}"
        ),
        "reply_failed_subject": "una resposta no va arribar al client, cas {key}",
        "reply_unknown": (
            "No se sap si la resposta del cas {key} a {recipient} va arribar a sortir: es va tallar a l'últim moment, "
            "i no es repeteix sola perquè el client no la rebi dues vegades.\n\nEl que s'havia escrit:\n\n{text}\n\n"
            "Si no va arribar, torneu-la a enviar: ventanilla outbox resend {number}"
        ),
        "reply_unknown_subject": "no se sap si una resposta va sortir, cas {key}",
        "reply_overtaken": (
            "{agent} ha contestat mentrestant el cas {key}, així que la teva resposta a {recipient} s'ha retingut.\n\n"
            "El que havies escrit:\n\n{text}\n\n"
            "Enviar-la igualment: ventanilla outbox release {number}\n"
            "Descartar-la: ventanilla outbox drop {number}"
        ),
        "reply_overtaken_subject": "algú s'ha avançat: la teva resposta del cas {key} està retinguda",
        "reply_to_spam": (
            "{agent} ha marcat el cas {key} com a correu brossa, així que la teva resposta a {recipient} s'ha retingut.\n\n"
            "El que havies escrit:\n\n{text}\n\n"
            "Enviar-la igualment: ventanilla outbox release {number}\n"
            "Descartar-la: ventanilla outbox drop {number}"
        ),
        "reply_to_spam_subject": "marcat com a correu brossa: la teva resposta del cas {key} està retinguda",
        "somebody": "algú des de la bústia compartida",
        "undelivered": "No s'ha pogut lliurar a {recipient} el que se li va escriure sobre el cas {key}. Motiu: {reason}.",
        "undelivered_subject": "missatge sense lliurar al client, cas {key}",
        "paused": "El canal {channel} està aturat: {problem}\n{cure}\nEls altres canals continuen.",
        "paused_subject": "el canal {channel} està aturat",
        "quarantined": (
            "No s'ha pogut llegir el missatge {inbox_id} del canal {channel}: {reason}\n"
            "Veure'l: ventanilla inbox --state quarantined\n"
            "Tornar-ho a provar: ventanilla replay {inbox_id}"
        ),
        "quarantined_subject": "un missatge sense llegir a {channel}",
        "morning_subject": "Els seus casos d’avui: {count}",
        "morning_hello": "Bon dia, {name}.",
        "morning_broken": "Promesos i ja fora de termini",
        "morning_due": "Vencen avui",
        "morning_unseen": "Seus i encara sense obrir",
        "morning_uncovered": "De qui avui no hi és, sense ningú al seu lloc",
        "morning_line": "A l’espera que algú els pugui atendre",
        "morning_held": "Respostes retingudes",
        "morning_unknown": "Respostes de les quals no se sap si van sortir",
        "morning_unclassified": "Parlen d’una queixa o reclamació i encara són consultes",
        "morning_more": "… i {count} més: ventanilla conversations --open",
        "morning_not_opened": "sense obrir",
        "promised_first_response": "primera resposta",
        "promised_next_response": "resposta",
        "promised_first_resolution": "resolució",
        "promised_legal": "termini legal",
    },
    reasons={
        "reopened": "el portava i s'ha tornat a obrir",
        "split": "s'ha separat d'un altre cas seu",
        "unmerged": "ha tornat d'un altre cas",
        "began": "l'ha començat",
        "taken_in": "el va atendre en persona",
        "transfer": "l'hi ha passat una persona",
        "taken": "l'ha agafat",
        "declined": "el seu responsable va dir que no li tocava",
        "acceptance_lapsed": "el seu responsable no el va acceptar a temps",
        "restricted": "és l'única persona que atén aquest client",
        "same_customer": "ja porta un altre cas d'aquest client",
        "account_manager": "és qui porta aquest client",
        "rule": "una regla dona aquests casos a aquesta persona",
        "last_owner": "va atendre aquest client l'última vegada",
        "balanced": "qui tenia menys casos per a la seva capacitat",
        "round_robin": "li tocava el torn",
        "longest_idle": "qui feia més temps que estava lliure",
        "duty_present": "ningú més no podia: està de guàrdia",
        "duty_silent": "ningú de torn: guarda el cas fins que s'obri",
        "line": "estava en espera i ara el pot atendre",
        "owner_off_duty": "el seu responsable ha acabat el torn",
        "owner_left": "el seu responsable ja no hi és",
        "cover": "cobreix qui és fora",
    },
)
