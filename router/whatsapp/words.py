"""What our own people are told of WhatsApp's 24 hours, in five languages. Pure."""

from __future__ import annotations

from router.texts import spoken_language

_WORDS = {
    "es": {
        "closing_subject": "WhatsApp se cierra {when}: {key}, {customer}",
        "closing": (
            "{customer} espera en el caso {key}. WhatsApp solo deja escribirle libremente hasta {when}: 24 horas desde su último "
            "mensaje. Lo que se responda después espera hasta que vuelva a escribir."
        ),
        "held_subject": "su respuesta a {customer} espera: caso {key}",
        "held": (
            "Su respuesta a {customer} en el caso {key} no salió: hace más de 24 horas que no escribe por WhatsApp. Saldrá sola "
            "en cuanto vuelva a escribir. {told}\n\nLo que había escrito:\n\n{text}"
        ),
        "asked": "Le hemos avisado con su plantilla de que tiene respuesta.",
        "not_asked": (
            "No le avisa nadie de que tiene respuesta: ponga en channels.{channel}.templates una plantilla aprobada de WhatsApp "
            "con el nombre answer_ready."
        ),
    },
    "en": {
        "closing_subject": "WhatsApp shuts {when}: {key}, {customer}",
        "closing": (
            "{customer} waits in case {key}. WhatsApp lets us write freely only until {when}: 24 hours from their last message. "
            "What is answered later waits until they write again."
        ),
        "held_subject": "your answer to {customer} waits: case {key}",
        "held": (
            "Your answer to {customer} in case {key} did not go out: they last wrote on WhatsApp more than 24 hours ago. It goes "
            "out by itself as soon as they write again. {told}\n\nWhat you had written:\n\n{text}"
        ),
        "asked": "We have told them by your template that there is an answer.",
        "not_asked": (
            "Nobody tells them that there is an answer: put an approved WhatsApp template into channels.{channel}.templates "
            "under the name answer_ready."
        ),
    },
    "ca": {
        "closing_subject": "WhatsApp es tanca {when}: {key}, {customer}",
        "closing": (
            "{customer} espera en el cas {key}. WhatsApp només deixa escriure-li lliurement fins {when}: 24 hores des del seu "
            "últim missatge. El que es respongui després espera fins que torni a escriure."
        ),
        "held_subject": "la seva resposta a {customer} espera: cas {key}",
        "held": (
            "La seva resposta a {customer} en el cas {key} no ha sortit: fa més de 24 hores que no escriu per WhatsApp. Sortirà "
            "sola quan torni a escriure. {told}\n\nEl que havia escrit:\n\n{text}"
        ),
        "asked": "L'hem avisat amb la seva plantilla que té resposta.",
        "not_asked": (
            "Ningú no l'avisa que té resposta: posi a channels.{channel}.templates una plantilla aprovada de WhatsApp amb el nom "
            "answer_ready."
        ),
    },
    "gl": {
        "closing_subject": "WhatsApp péchase {when}: {key}, {customer}",
        "closing": (
            "{customer} espera no caso {key}. WhatsApp só deixa escribirlle libremente ata {when}: 24 horas desde a súa última "
            "mensaxe. O que se responda despois espera ata que volva escribir."
        ),
        "held_subject": "a súa resposta a {customer} espera: caso {key}",
        "held": (
            "A súa resposta a {customer} no caso {key} non saíu: hai máis de 24 horas que non escribe por WhatsApp. Sairá soa en "
            "canto volva escribir. {told}\n\nO que escribira:\n\n{text}"
        ),
        "asked": "Avisámolo co seu modelo de que ten resposta.",
        "not_asked": (
            "Ninguén o avisa de que ten resposta: poña en channels.{channel}.templates un modelo aprobado de WhatsApp co nome "
            "answer_ready."
        ),
    },
    "eu": {
        "closing_subject": "WhatsApp itxi egingo da ({when}): {key}, {customer}",
        "closing": (
            "{customer} zain dago {key} kasuan. WhatsAppek une honetara arte uzten du libreki idazten: {when} (24 ordu azken "
            "mezutik). Gero erantzuten dena zain geratuko da berriro idatzi arte."
        ),
        "held_subject": "{customer}(r)i emandako erantzuna zain dago: {key} kasua",
        "held": (
            "{customer}(r)i {key} kasuan emandako erantzuna ez da atera: 24 ordu baino gehiago dira WhatsAppez idatzi ez duela. "
            "Berez aterako da berriro idazten duenean. {told}\n\nIdatzi zenuena:\n\n{text}"
        ),
        "asked": "Zure txantiloiarekin jakinarazi diogu erantzuna duela.",
        "not_asked": (
            "Inork ez dio jakinarazten erantzuna duela: jarri channels.{channel}.templates taulan onartutako WhatsApp txantiloi "
            "bat, answer_ready izenarekin."
        ),
    },
}


def window_words(language: str, code: str, **values: str) -> str:
    """One of the texts, filled in."""
    return _WORDS[spoken_language(language)][code].format_map(values)
