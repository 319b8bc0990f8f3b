"""What our own people are told of a channel that has gone quiet, in five languages. Pure."""

from __future__ import annotations

from router.texts import spoken_language

_WORDS = {
    "es": (
        "el canal {channel} se ha quedado en silencio",
        (
            "Desde {since} no entra nada por el canal {channel}: {waited}. A esas horas suelen llegar unos {expected} "
            "mensajes. No se conoce ningún fallo: mire si el correo se sigue reenviando, si el formulario funciona, si el "
            "número suena. «ventanilla check --connect» revisa nuestro lado. Se avisa una sola vez; termina solo con el "
            "próximo mensaje."
        ),
    ),
    "en": (
        "channel {channel} has gone quiet",
        (
            "Nothing has come in by channel {channel} since {since}: {waited}. Such hours usually bring about {expected} "
            "messages. Nothing is known to be wrong: look whether mail is still forwarded, the form works, the number rings. "
            "`ventanilla check --connect` looks at our side. You are told once; it ends by itself with the next message."
        ),
    ),
    "ca": (
        "el canal {channel} s'ha quedat en silenci",
        (
            "Des de {since} no entra res pel canal {channel}: {waited}. A aquestes hores solen arribar uns {expected} "
            "missatges. No es coneix cap error: mireu si el correu es continua reenviant, si el formulari funciona, si el "
            "número sona. «ventanilla check --connect» revisa el nostre costat. S'avisa un sol cop; s'acaba sol amb el pròxim "
            "missatge."
        ),
    ),
    "gl": (
        "a canle {channel} quedou en silencio",
        (
            "Desde {since} non entra nada pola canle {channel}: {waited}. A esas horas adoitan chegar uns {expected} "
            "mensaxes. Non se coñece ningún fallo: mire se o correo se segue a reenviar, se o formulario funciona, se o "
            "número soa. «ventanilla check --connect» revisa o noso lado. Avísase unha soa vez; remata só coa próxima "
            "mensaxe."
        ),
    ),
    "eu": (
        "{channel} kanala isilik geratu da",
        (
            "{since} geroztik ez da ezer sartu {channel} kanaletik: {waited}. Ordu horietan {expected} mezu inguru iritsi ohi "
            "dira. Ez da akatsik ezagutzen: begiratu posta birbidaltzen jarraitzen den, inprimakiak funtzionatzen duen, "
            "zenbakiak jotzen duen. «ventanilla check --connect» aginduak gure aldea aztertzen du. Behin bakarrik abisatzen "
            "da; hurrengo mezuarekin amaitzen da."
        ),
    ),
}


def quiet_words(language: str, **values: str) -> tuple[str, str]:
    """The subject and the text: `channel`, `since` and `waited` (in words), `expected` (a number)."""
    subject, body = _WORDS[spoken_language(language)]
    return subject.format_map(values), body.format_map(values)
