"""What a receipt by law says to customers, and our people about one that could not be sent, in five languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from router.texts import spoken_language

RECEIPT_WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "query": "su consulta",
        "request": "su solicitud",
        "complaint": "su queja",
        "claim": "su reclamación",
        "suggestion": "su sugerencia",
        "subject": "Justificante de {what} [{key}]",
        "opening": "Este es el justificante de {what}. Guárdelo.",
        "key": "Clave: {key}",
        "received": "Recibido: {date} a las {time} ({zone})",
        "last_day": "Último día para responderle: {day}",
        "by": "Le informaremos como muy tarde {when}",
        "follow_mail": "Para seguir el caso o añadir algo, responda a este correo sin quitar la clave del asunto.",
        "follow_chat": "Para seguir el caso o añadir algo, escriba aquí mismo.",
        "follow_phone": "Para seguir el caso o añadir algo, responda a este mensaje o llámenos y diga la clave.",
        "content": "Contenido recibido:",
        "no_text": "(sin texto)",
        "cut": "(sigue; lo conservamos entero)",
        "files": "(archivos: {count})",
        "automatic": "(Justificante automático.)",
        "late": (
            "Le escribimos por {what}, caso {key}. El plazo para responderle acaba el {day} y no llegaremos a tiempo: "
            "seguimos trabajando en ella. Le responderá una persona en cuanto tengamos la respuesta; su caso sigue abierto."
        ),
        "late_unsent_subject": "un cliente sin avisar de su retraso, caso {key}",
        "late_unsent": (
            "El plazo legal del caso {key} acaba el {day}, nadie ha contestado, y la ley quiere que el cliente lo sepa antes. "
            "No se le ha podido escribir. Motivo: {reason}."
        ),
        "complete": "Tiene hasta el {day} para completarlo; el plazo para responderle cuenta desde entonces.",
        "by_hand_subject": "un justificante por dar a mano, caso {key}",
        "by_hand": (
            "En el caso {key} la ley quiere un justificante ({law}) y no se ha podido enviar. Motivo: {reason}.\n"
            "Déselo por otro medio duradero (papel, correo) y anótelo: "
            'ventanilla receipt {key} --given-by-hand "cómo"\n'
            "Probar otra vez a enviarlo: ventanilla receipt {key}"
        ),
        "held_subject": "justificantes por ley retenidos",
        "held": (
            "El freno retiene justificantes que la ley quiere que salgan (el primero, del caso {key}).\n"
            "Verlos: ventanilla outbox --state held\nSoltarlos: ventanilla outbox release --all"
        ),
    },
    "en": {
        "query": "your query",
        "request": "your request",
        "complaint": "your complaint",
        "claim": "your claim",
        "suggestion": "your suggestion",
        "subject": "Receipt for {what} [{key}]",
        "opening": "This is the receipt for {what}. Please keep it.",
        "key": "Key: {key}",
        "received": "Received: {date} at {time} ({zone})",
        "last_day": "Last day for our answer: {day}",
        "by": "We will inform you {when} at the latest",
        "follow_mail": "To follow the case or to add something, answer this mail and leave the key in its subject.",
        "follow_chat": "To follow the case or to add something, write here.",
        "follow_phone": "To follow the case or to add something, answer this message, or call us and tell the key.",
        "content": "What we received:",
        "no_text": "(no text)",
        "cut": "(it goes on; we keep all of it)",
        "files": "(files: {count})",
        "automatic": "(Automatic receipt.)",
        "late": (
            "We write about {what}, case {key}. The time to answer you ends on {day}, and we will not be done by then: we are "
            "still working on it. A person will answer as soon as we have the answer; your case stays open."
        ),
        "late_unsent_subject": "a customer not told of a delay, case {key}",
        "late_unsent": (
            "The legal term of case {key} ends on {day}, nobody has answered, and the law wants its customer told before. "
            "They could not be written to. Reason: {reason}."
        ),
        "complete": "You have until {day} to complete it; the time to answer you counts from then.",
        "by_hand_subject": "a receipt to be given by hand, case {key}",
        "by_hand": (
            "In case {key} the law wants a receipt ({law}), and it could not be sent. Reason: {reason}.\n"
            "Give it on another durable medium (paper, mail) and write that down: "
            'ventanilla receipt {key} --given-by-hand "how"\n'
            "To try to send it again: ventanilla receipt {key}"
        ),
        "held_subject": "receipts by law are held",
        "held": (
            "The brake holds receipts that the law wants sent (the first one of case {key}).\n"
            "See them: ventanilla outbox --state held\nLet them go: ventanilla outbox release --all"
        ),
    },
    "ca": {
        "query": "la seva consulta",
        "request": "la seva sol·licitud",
        "complaint": "la seva queixa",
        "claim": "la seva reclamació",
        "suggestion": "el seu suggeriment",
        "subject": "Justificant de {what} [{key}]",
        "opening": "Aquest és el justificant de {what}. Desi'l.",
        "key": "Clau: {key}",
        "received": "Rebut: {date} a les {time} ({zone})",
        "last_day": "Últim dia per respondre-li: {day}",
        "by": "L'informarem com a molt tard {when}",
        "follow_mail": "Per seguir el cas o afegir-hi res, respongui a aquest correu sense treure la clau de l'assumpte.",
        "follow_chat": "Per seguir el cas o afegir-hi res, escrigui aquí mateix.",
        "follow_phone": "Per seguir el cas o afegir-hi res, respongui a aquest missatge o truqui'ns i digui la clau.",
        "content": "Contingut rebut:",
        "no_text": "(sense text)",
        "cut": "(continua; el conservem sencer)",
        "files": "(fitxers: {count})",
        "automatic": "(Justificant automàtic.)",
        "late": (
            "Li escrivim per {what}, cas {key}. El termini per respondre-li acaba el {day} i no hi arribarem a temps: hi "
            "continuem treballant. Li respondrà una persona tan bon punt tinguem la resposta; el seu cas continua obert."
        ),
        "late_unsent_subject": "un client sense avisar del retard, cas {key}",
        "late_unsent": (
            "El termini legal del cas {key} acaba el {day}, ningú no ha respost, i la llei vol que el client ho sàpiga abans. "
            "No se li ha pogut escriure. Motiu: {reason}."
        ),
        "complete": "Té fins al {day} per completar-ho; el termini per respondre-li compta des d'aleshores.",
        "by_hand_subject": "un justificant per donar a mà, cas {key}",
        "by_hand": (
            "En el cas {key} la llei vol un justificant ({law}) i no s'ha pogut enviar. Motiu: {reason}.\n"
            "Doneu-lo per un altre mitjà durador (paper, correu) i anoteu-ho: "
            'ventanilla receipt {key} --given-by-hand "com"\n'
            "Tornar-lo a enviar: ventanilla receipt {key}"
        ),
        "held_subject": "justificants per llei retinguts",
        "held": (
            "El fre reté justificants que la llei vol que surtin (el primer, del cas {key}).\n"
            "Veure'ls: ventanilla outbox --state held\nDeixar-los anar: ventanilla outbox release --all"
        ),
    },
    "gl": {
        "query": "a súa consulta",
        "request": "a súa solicitude",
        "complaint": "a súa queixa",
        "claim": "a súa reclamación",
        "suggestion": "a súa suxestión",
        "subject": "Xustificante: {what} [{key}]",
        "opening": "Este é o xustificante de que recibimos {what}. Gárdeo.",
        "key": "Clave: {key}",
        "received": "Recibido: {date} ás {time} ({zone})",
        "last_day": "Último día para lle responder: {day}",
        "by": "Informarémolo como moi tarde {when}",
        "follow_mail": "Para seguir o caso ou engadir algo, responda a este correo sen quitar a clave do asunto.",
        "follow_chat": "Para seguir o caso ou engadir algo, escriba aquí mesmo.",
        "follow_phone": "Para seguir o caso ou engadir algo, responda a esta mensaxe ou chámenos e diga a clave.",
        "content": "Contido recibido:",
        "no_text": "(sen texto)",
        "cut": "(segue; conservámolo enteiro)",
        "files": "(ficheiros: {count})",
        "automatic": "(Xustificante automático.)",
        "late": (
            "Escribímoslle por {what}, caso {key}. O prazo para lle responder remata o {day} e non chegaremos a tempo: "
            "seguimos a traballar niso. Responderalle unha persoa en canto teñamos a resposta; o seu caso segue aberto."
        ),
        "late_unsent_subject": "un cliente sen avisar do seu atraso, caso {key}",
        "late_unsent": (
            "O prazo legal do caso {key} remata o {day}, ninguén contestou, e a lei quere que o cliente o saiba antes. "
            "Non se lle puido escribir. Motivo: {reason}."
        ),
        "complete": "Ten ata o {day} para completalo; o prazo para lle responder conta desde entón.",
        "by_hand_subject": "un xustificante por dar á man, caso {key}",
        "by_hand": (
            "No caso {key} a lei quere un xustificante ({law}) e non se puido enviar. Motivo: {reason}.\n"
            "Déallo por outro medio duradeiro (papel, correo) e anóteo: "
            'ventanilla receipt {key} --given-by-hand "como"\n'
            "Probar outra vez a envialo: ventanilla receipt {key}"
        ),
        "held_subject": "xustificantes por lei retidos",
        "held": (
            "O freo retén xustificantes que a lei quere que saian (o primeiro, do caso {key}).\n"
            "Velos: ventanilla outbox --state held\nSoltalos: ventanilla outbox release --all"
        ),
    },
    "eu": {
        "query": "zure galdera",
        "request": "zure eskaera",
        "complaint": "zure kexa",
        "claim": "zure erreklamazioa",
        "suggestion": "zure iradokizuna",
        "subject": "Egiaztagiria: {what} [{key}]",
        "opening": "Hau da honen egiaztagiria: {what}. Gorde ezazu.",
        "key": "Gakoa: {key}",
        "received": "Jasota: {date}, {time} ({zone})",
        "last_day": "Zuri erantzuteko azken eguna: {day}",
        "by": "Beranduenez noiz emango dizugun informazioa: {when}",
        "follow_mail": "Kasua jarraitzeko edo zerbait gehitzeko, erantzun mezu honi, gaiko gakoa kendu gabe.",
        "follow_chat": "Kasua jarraitzeko edo zerbait gehitzeko, idatzi hemen bertan.",
        "follow_phone": "Kasua jarraitzeko edo zerbait gehitzeko, erantzun mezu honi, edo deitu eta esan gakoa.",
        "content": "Jasotako edukia:",
        "no_text": "(testurik gabe)",
        "cut": "(jarraitzen du; osorik gordetzen dugu)",
        "files": "(fitxategiak: {count})",
        "automatic": "(Egiaztagiri automatikoa.)",
        "late": (
            "Honengatik idazten dizugu: {what}, {key} kasua. Zuri erantzuteko epea {day} amaitzen da, eta ez gara garaiz iritsiko: "
            "lanean jarraitzen dugu. Pertsona batek erantzungo dizu erantzuna dugunean; zure kasua zabalik dago."
        ),
        "late_unsent_subject": "bezero bati ez zaio atzerapena jakinarazi, {key} kasua",
        "late_unsent": (
            "{key} kasuaren legezko epea {day} amaitzen da, inork ez du erantzun, eta legeak bezeroak lehenago jakitea nahi du. "
            "Ezin izan zaio idatzi. Arrazoia: {reason}."
        ),
        "complete": "Osatzeko azken eguna: {day}; zuri erantzuteko epea orduan hasten da.",
        "by_hand_subject": "eskuz emateko egiaztagiri bat, {key} kasua",
        "by_hand": (
            "{key} kasuan legeak egiaztagiria eskatzen du ({law}), eta ezin izan da bidali. Arrazoia: {reason}.\n"
            "Eman beste euskarri iraunkor batean (papera, posta) eta idatzi: "
            'ventanilla receipt {key} --given-by-hand "nola"\n'
            "Berriro bidaltzen saiatzeko: ventanilla receipt {key}"
        ),
        "held_subject": "legezko egiaztagiriak atxikita",
        "held": (
            "Balaztak legeak bidaltzea nahi dituen egiaztagiriak atxiki ditu (lehena, {key} kasukoa).\n"
            "Ikusteko: ventanilla outbox --state held\nAskatzeko: ventanilla outbox release --all"
        ),
    },
}


def receipt_words(language: str, code: str, **values: str) -> str:
    """One text in the nearest language there is, filled in."""
    return RECEIPT_WORDS[spoken_language(language)][code].format_map(values)
