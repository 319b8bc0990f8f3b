"""What is said to our own people about a case that they were named in, in five languages. Pure."""

from __future__ import annotations

from router.texts import spoken_language

_SAID: dict[str, dict[str, str]] = {
    "es": {
        "mentioned_subject": "{agent} le menciona en una nota, caso {key}",
        "mentioned": (
            "{agent} ha escrito en el caso {key}:\n\n{text}\n\n"
            "El cliente no ve las notas. Verlo entero: ventanilla show {key}"
        ),
        "collaborates_subject": "colabora en el caso {key}",
        "collaborates": (
            "{agent} le ha añadido al caso {key}, del que responde {owner}. Puede contestar al cliente y dejar notas; el "
            "responsable no cambia.\n\nVerlo entero: ventanilla show {key}"
        ),
        "woken_subject": "ha pasado la fecha, caso {key}",
        "woken": "El caso {key} esperaba a otros hasta {when}. Verlo entero: ventanilla show {key}",
        "follows": "Continúa de: {keys}.",
    },
    "en": {
        "mentioned_subject": "{agent} mentions you in a note, case {key}",
        "mentioned": (
            "{agent} wrote in case {key}:\n\n{text}\n\nCustomers do not see notes. See all of it: ventanilla show {key}"
        ),
        "collaborates_subject": "you work on case {key}",
        "collaborates": (
            "{agent} has added you to case {key}, which {owner} answers for. You may answer the customer and leave notes; its "
            "owner stays the same.\n\nSee all of it: ventanilla show {key}"
        ),
        "woken_subject": "its date has come, case {key}",
        "woken": "Case {key} was waiting for somebody else until {when}. See all of it: ventanilla show {key}",
        "follows": "Goes on from: {keys}.",
    },
    "ca": {
        "mentioned_subject": "{agent} us esmenta en una nota, cas {key}",
        "mentioned": (
            "{agent} ha escrit al cas {key}:\n\n{text}\n\n"
            "El client no veu les notes. Veure'l sencer: ventanilla show {key}"
        ),
        "collaborates_subject": "col·laboreu en el cas {key}",
        "collaborates": (
            "{agent} us ha afegit al cas {key}, del qual respon {owner}. Podeu respondre al client i deixar notes; el "
            "responsable no canvia.\n\nVeure'l sencer: ventanilla show {key}"
        ),
        "woken_subject": "ha passat la data, cas {key}",
        "woken": "El cas {key} esperava algú altre fins {when}. Veure'l sencer: ventanilla show {key}",
        "follows": "Continua de: {keys}.",
    },
    "gl": {
        "mentioned_subject": "{agent} noméao nunha nota, caso {key}",
        "mentioned": (
            "{agent} escribiu no caso {key}:\n\n{text}\n\n"
            "O cliente non ve as notas. Velo enteiro: ventanilla show {key}"
        ),
        "collaborates_subject": "colabora no caso {key}",
        "collaborates": (
            "{agent} engadiuno ao caso {key}, do que responde {owner}. Pode contestar ao cliente e deixar notas; o responsable "
            "non cambia.\n\nVelo enteiro: ventanilla show {key}"
        ),
        "woken_subject": "pasou a data, caso {key}",
        "woken": "O caso {key} agardaba por outros ata {when}. Velo enteiro: ventanilla show {key}",
        "follows": "Continúa de: {keys}.",
    },
    "eu": {
        "mentioned_subject": "{agent}(e)k ohar batean aipatu zaitu, {key} kasua",
        "mentioned": (
            "{agent}(e)k {key} kasuan idatzi du:\n\n{text}\n\n"
            "Bezeroak ez ditu oharrak ikusten. Osorik ikusteko: ventanilla show {key}"
        ),
        "collaborates_subject": "{key} kasuan parte hartzen duzu",
        "collaborates": (
            "{agent}(e)k {key} kasuan sartu zaitu; arduraduna {owner} da. Bezeroari erantzun eta oharrak utz ditzakezu; "
            "arduraduna ez da aldatzen.\n\nOsorik ikusteko: ventanilla show {key}"
        ),
        "woken_subject": "eguna iritsi da, {key} kasua",
        "woken": "{key} kasua beste norbaiten zain zegoen: {when}. Osorik ikusteko: ventanilla show {key}",
        "follows": "Honen jarraipena: {keys}.",
    },
}


def tell(language: str, code: str, **values: str) -> str:
    """One text in the nearest language there is, filled in."""
    return _SAID[spoken_language(language)][code].format_map(values)
