"""What our people are told of a promise at risk or broken, in five languages. Pure; says nothing of a customer by itself."""

from __future__ import annotations

from router.texts import spoken_language

_WORDS: dict[str, dict[str, str]] = {
    "es": {
        "warned_subject": "el caso {key} vence {when}",
        "broken_subject": "el caso {key} está fuera de plazo",
        "warned_owner": "Se acaba el plazo de su caso {key}.",
        "warned_stand_in": (
            "Se acaba el plazo del caso {key} y {owner} no está de turno. Si no puede esperar, déselo a alguien: "
            "ventanilla transfer {key} --to NAME"
        ),
        "warned_other": "Se acaba el plazo del caso {key}.",
        "broken_owner": "Su caso {key} está fuera de plazo.",
        "broken_stand_in": (
            "El caso {key} está fuera de plazo y {owner} no está de turno. Para dárselo a alguien: "
            "ventanilla transfer {key} --to NAME"
        ),
        "broken_other": "El caso {key} está fuera de plazo. Para dárselo a otra persona: ventanilla transfer {key} --to NAME",
        "waits": "El cliente espera desde hace {waited}.",
        "is_open": "Lleva abierto {waited}.",
        "due_response": "Respuesta prometida: {when}.",
        "due_resolution": "Solución prometida: {when}.",
        "due_legal": "Plazo legal ({name}): {when}.",
        "owner": "Responde de él: {owner}.",
        "promise": "Compromiso: {description}",
        "see": "Verlo entero: ventanilla show {key}",
        "many_subject": "plazos vencidos o a punto de vencer: {count}",
        "many": "Estos casos están fuera de plazo, o les falta poco:",
        "see_many": "Verlos: ventanilla conversations --open --by-due",
        "line_warned": "{about} · {owner} · vence {when}",
        "line_broken": "{about} · {owner} · venció {when}",
        "more": "y {count} más",
    },
    "en": {
        "warned_subject": "case {key} is due {when}",
        "broken_subject": "case {key} is overdue",
        "warned_owner": "Your case {key} is nearly due.",
        "warned_stand_in": (
            "Case {key} is nearly due and {owner} is off duty. If it cannot wait, give it to somebody: "
            "ventanilla transfer {key} --to NAME"
        ),
        "warned_other": "Case {key} is nearly due.",
        "broken_owner": "Your case {key} is overdue.",
        "broken_stand_in": (
            "Case {key} is overdue and {owner} is off duty. To give it to somebody: ventanilla transfer {key} --to NAME"
        ),
        "broken_other": "Case {key} is overdue. To give it to somebody else: ventanilla transfer {key} --to NAME",
        "waits": "The customer has waited for {waited}.",
        "is_open": "It has been open for {waited}.",
        "due_response": "Answer promised: {when}.",
        "due_resolution": "Solution promised: {when}.",
        "due_legal": "Wanted by law ({name}): {when}.",
        "owner": "Who answers for it: {owner}.",
        "promise": "Promise: {description}",
        "see": "See it whole: ventanilla show {key}",
        "many_subject": "overdue or nearly due: {count}",
        "many": "These cases are overdue, or nearly due:",
        "see_many": "To see them: ventanilla conversations --open --by-due",
        "line_warned": "{about} · {owner} · due {when}",
        "line_broken": "{about} · {owner} · was due {when}",
        "more": "and {count} more",
    },
    "ca": {
        "warned_subject": "el cas {key} venç {when}",
        "broken_subject": "el cas {key} és fora de termini",
        "warned_owner": "S'acaba el termini del seu cas {key}.",
        "warned_stand_in": (
            "S'acaba el termini del cas {key} i {owner} no és de torn. Si no pot esperar, doneu-lo a algú: "
            "ventanilla transfer {key} --to NAME"
        ),
        "warned_other": "S'acaba el termini del cas {key}.",
        "broken_owner": "El seu cas {key} és fora de termini.",
        "broken_stand_in": (
            "El cas {key} és fora de termini i {owner} no és de torn. Per donar-lo a algú: "
            "ventanilla transfer {key} --to NAME"
        ),
        "broken_other": "El cas {key} és fora de termini. Per donar-lo a una altra persona: ventanilla transfer {key} --to NAME",
        "waits": "El client espera des de fa {waited}.",
        "is_open": "Fa {waited} que és obert.",
        "due_response": "Resposta promesa: {when}.",
        "due_resolution": "Solució promesa: {when}.",
        "due_legal": "Termini legal ({name}): {when}.",
        "owner": "En respon: {owner}.",
        "promise": "Compromís: {description}",
        "see": "Veure'l sencer: ventanilla show {key}",
        "many_subject": "terminis vençuts o a punt de vèncer: {count}",
        "many": "Aquests casos són fora de termini, o els falta poc:",
        "see_many": "Veure'ls: ventanilla conversations --open --by-due",
        "line_warned": "{about} · {owner} · venç {when}",
        "line_broken": "{about} · {owner} · va vèncer {when}",
        "more": "i {count} més",
    },
    "gl": {
        "warned_subject": "o caso {key} vence {when}",
        "broken_subject": "o caso {key} está fóra de prazo",
        "warned_owner": "Acábase o prazo do seu caso {key}.",
        "warned_stand_in": (
            "Acábase o prazo do caso {key} e {owner} non está de quenda. Se non pode agardar, déallo a alguén: "
            "ventanilla transfer {key} --to NAME"
        ),
        "warned_other": "Acábase o prazo do caso {key}.",
        "broken_owner": "O seu caso {key} está fóra de prazo.",
        "broken_stand_in": (
            "O caso {key} está fóra de prazo e {owner} non está de quenda. Para darllo a alguén: "
            "ventanilla transfer {key} --to NAME"
        ),
        "broken_other": "O caso {key} está fóra de prazo. Para darllo a outra persoa: ventanilla transfer {key} --to NAME",
        "waits": "O cliente agarda desde hai {waited}.",
        "is_open": "Leva aberto {waited}.",
        "due_response": "Resposta prometida: {when}.",
        "due_resolution": "Solución prometida: {when}.",
        "due_legal": "Prazo legal ({name}): {when}.",
        "owner": "Responde del: {owner}.",
        "promise": "Compromiso: {description}",
        "see": "Velo enteiro: ventanilla show {key}",
        "many_subject": "prazos vencidos ou a punto de vencer: {count}",
        "many": "Estes casos están fóra de prazo, ou fáltalles pouco:",
        "see_many": "Velos: ventanilla conversations --open --by-due",
        "line_warned": "{about} · {owner} · vence {when}",
        "line_broken": "{about} · {owner} · venceu {when}",
        "more": "e {count} máis",
    },
    "eu": {
        "warned_subject": "{key} kasuaren epea: {when}",
        "broken_subject": "{key} kasua epez kanpo dago",
        "warned_owner": "Zure {key} kasuaren epea amaitzear dago.",
        "warned_stand_in": (
            "{key} kasuaren epea amaitzear dago, eta {owner} ez dago txandan. Ezin badu itxaron, eman norbaiti: "
            "ventanilla transfer {key} --to NAME"
        ),
        "warned_other": "{key} kasuaren epea amaitzear dago.",
        "broken_owner": "Zure {key} kasua epez kanpo dago.",
        "broken_stand_in": (
            "{key} kasua epez kanpo dago, eta {owner} ez dago txandan. Norbaiti emateko: ventanilla transfer {key} --to NAME"
        ),
        "broken_other": "{key} kasua epez kanpo dago. Beste norbaiti emateko: ventanilla transfer {key} --to NAME",
        "waits": "Bezeroak {waited} daramatza zain.",
        "is_open": "{waited} daramatza irekita.",
        "due_response": "Hitzemandako erantzuna: {when}.",
        "due_resolution": "Hitzemandako konponbidea: {when}.",
        "due_legal": "Legezko epea ({name}): {when}.",
        "owner": "Arduraduna: {owner}.",
        "promise": "Konpromisoa: {description}",
        "see": "Osorik ikusteko: ventanilla show {key}",
        "many_subject": "epez kanpo edo amaitzear: {count}",
        "many": "Kasu hauek epez kanpo daude, edo gutxi falta zaie:",
        "see_many": "Ikusteko: ventanilla conversations --open --by-due",
        "line_warned": "{about} · {owner} · epea: {when}",
        "line_broken": "{about} · {owner} · epea pasata: {when}",
        "more": "eta beste {count}",
    },
}


def promise_words(language: str, code: str, **values: str) -> str:
    """One phrase, filled in."""
    return _WORDS[spoken_language(language)][code].format_map(values)
