"""What the staff's bot says of what a case is, legally, and of how a complaint ends; in five languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping

COMMANDS_LAW: dict[str, dict[str, tuple[str, str]]] = {
    "es": {"kind": ("tipo", "/tipo CLAVE queja: qué es el caso (consulta, solicitud, queja, reclamación, sugerencia)")},
    "en": {"kind": ("kind", "/kind KEY complaint: what the case is (query, request, complaint, claim, suggestion)")},
    "ca": {
        "kind": ("tipus", "/tipus CLAU queixa: què és el cas (consulta, sol·licitud, queixa, reclamació, suggeriment)")
    },
    "gl": {"kind": ("tipo", "/tipo CLAVE queixa: que é o caso (consulta, solicitude, queixa, reclamación, suxestión)")},
    "eu": {"kind": ("mota", "/mota GAKOA kexa: zer den kasua (galdera, eskaera, kexa, erreklamazioa, iradokizuna)")},
}
KINDS: Mapping[str, tuple[str, ...]] = {
    "query": ("consulta", "query", "galdera", "pregunta"),
    "request": ("solicitud", "peticion", "request", "sol·licitud", "solicitude", "eskaera"),
    "complaint": ("queja", "complaint", "queixa", "kexa"),
    "claim": ("reclamacion", "reclamo", "claim", "reclamacio", "erreklamazioa", "erreklamazio"),
    "suggestion": ("sugerencia", "suggestion", "suggeriment", "suxestion", "iradokizuna"),
}
"""By kind the words that mean it, in small letters without accents."""
SAYINGS_LAW: dict[str, dict[str, str]] = {
    "es": {
        "kind_query": "Consulta",
        "kind_request": "Solicitud",
        "kind_complaint": "Queja",
        "kind_claim": "Reclamación",
        "kind_suggestion": "Sugerencia",
        "what_kind": "{key}: ¿qué es?",
        "kind_set": "{key}: {kind}.",
        "last_day": "Último día para contestar: {day}.",
        "upheld_yes": "Tenía razón",
        "upheld_partly": "En parte",
        "upheld_no": "No la tenía",
        "say_outcome": "Conteste a este mensaje con los motivos y queda resuelto.",
        "refused_owed_answer": "{key} es una queja o reclamación y la ley ({law}) quiere que se conteste antes de cerrarla.",
        "refused_needs_outcome": "{key} está bajo la ley ({law}): ¿tenía razón el cliente?",
        "refused_name_bodies": (
            "La respuesta de {key} no dice a dónde puede acudir ahora el cliente, y la ley ({law}) lo quiere. "
            "Envíe antes:\n\n{bodies}"
        ),
        "refused_time_to_complete": "Al cliente de {key} se le pidieron datos y tiene hasta {when}.",
    },
    "en": {
        "kind_query": "Query",
        "kind_request": "Request",
        "kind_complaint": "Complaint",
        "kind_claim": "Claim",
        "kind_suggestion": "Suggestion",
        "what_kind": "{key}: what is it?",
        "kind_set": "{key}: {kind}.",
        "last_day": "Last day for an answer: {day}.",
        "upheld_yes": "They were right",
        "upheld_partly": "In part",
        "upheld_no": "They were not",
        "say_outcome": "Answer this message with the reasons, and it is resolved.",
        "refused_owed_answer": "{key} is a complaint or a claim, and the law ({law}) wants it answered before it ends.",
        "refused_needs_outcome": "{key} is under the law ({law}): was its customer right?",
        "refused_name_bodies": (
            "The answer of {key} does not say where its customer can turn now, which the law ({law}) wants. Send "
            "first:\n\n{bodies}"
        ),
        "refused_time_to_complete": "The customer of {key} was asked for what is missing and has until {when}.",
    },
    "ca": {
        "kind_query": "Consulta",
        "kind_request": "Sol·licitud",
        "kind_complaint": "Queixa",
        "kind_claim": "Reclamació",
        "kind_suggestion": "Suggeriment",
        "what_kind": "{key}: què és?",
        "kind_set": "{key}: {kind}.",
        "last_day": "Últim dia per respondre: {day}.",
        "upheld_yes": "Tenia raó",
        "upheld_partly": "En part",
        "upheld_no": "No en tenia",
        "say_outcome": "Responeu a aquest missatge amb els motius i queda resolt.",
        "refused_owed_answer": "{key} és una queixa o reclamació i la llei ({law}) vol que es respongui abans de tancar-la.",
        "refused_needs_outcome": "{key} està sota la llei ({law}): tenia raó el client?",
        "refused_name_bodies": (
            "La resposta de {key} no diu on pot acudir ara el client, i la llei ({law}) ho vol. Envieu abans:\n\n{bodies}"
        ),
        "refused_time_to_complete": "Al client de {key} se li van demanar dades i té fins {when}.",
    },
    "gl": {
        "kind_query": "Consulta",
        "kind_request": "Solicitude",
        "kind_complaint": "Queixa",
        "kind_claim": "Reclamación",
        "kind_suggestion": "Suxestión",
        "what_kind": "{key}: que é?",
        "kind_set": "{key}: {kind}.",
        "last_day": "Último día para contestar: {day}.",
        "upheld_yes": "Tiña razón",
        "upheld_partly": "En parte",
        "upheld_no": "Non a tiña",
        "say_outcome": "Conteste a esta mensaxe cos motivos e queda resolto.",
        "refused_owed_answer": "{key} é unha queixa ou reclamación e a lei ({law}) quere que se conteste antes de pechala.",
        "refused_needs_outcome": "{key} está baixo a lei ({law}): tiña razón o cliente?",
        "refused_name_bodies": (
            "A resposta de {key} non di a onde pode acudir agora o cliente, e a lei ({law}) quéreo. Envíe "
            "antes:\n\n{bodies}"
        ),
        "refused_time_to_complete": "Ao cliente de {key} pedíronselle datos e ten ata {when}.",
    },
    "eu": {
        "kind_query": "Galdera",
        "kind_request": "Eskaera",
        "kind_complaint": "Kexa",
        "kind_claim": "Erreklamazioa",
        "kind_suggestion": "Iradokizuna",
        "what_kind": "{key}: zer da?",
        "kind_set": "{key}: {kind}.",
        "last_day": "Erantzuteko azken eguna: {day}.",
        "upheld_yes": "Arrazoi zuen",
        "upheld_partly": "Neurri batean",
        "upheld_no": "Ez zuen",
        "say_outcome": "Erantzun mezu honi arrazoiekin, eta ebatzita geratuko da.",
        "refused_owed_answer": "{key} kexa edo erreklamazioa da, eta legeak ({law}) itxi aurretik erantzutea nahi du.",
        "refused_needs_outcome": "{key} legearen mende dago ({law}): arrazoi zuen bezeroak?",
        "refused_name_bodies": (
            "{key} kasuaren erantzunak ez dio bezeroari nora jo dezakeen, eta legeak ({law}) nahi du. Bidali "
            "lehenago:\n\n{bodies}"
        ),
        "refused_time_to_complete": "{key} kasuko bezeroari datuak eskatu zitzaizkion; epea: {when}.",
    },
}
