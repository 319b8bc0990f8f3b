"""The words in which calls are told to the people who answer, and those that callers hear, in five languages. Pure."""

from __future__ import annotations

_PHRASES: dict[str, dict[str, str]] = {
    "es": {
        "missed": "Llamada perdida a las {time}",
        "rang": " (sonó {seconds} s)",
        "busy": " (comunicaba)",
        "canceled": " (colgó antes de que se contestara)",
        "hung_up": " (colgó sin dejar mensaje)",
        "voicemail": "Mensaje de voz de {length}, a las {time}",
        "answered": "Llamada atendida a las {time}",
        "called_reached": "Hemos llamado a las {time} ({length})",
        "called_no_answer": "Hemos llamado a las {time}: no contesta",
        "called_message": "Hemos llamado a las {time}: contestó un buzón de voz ({length})",
        "withheld": "Número oculto",
        "greeting": "Ha llamado a {house}. Ahora no podemos atenderle. Deje su mensaje después de la señal y le llamaremos.",
        "recording_notice": "Su mensaje queda grabado para poder atenderle.",
        "goodbye": "Gracias por llamar. Adiós.",
    },
    "en": {
        "missed": "Missed call at {time}",
        "rang": " (rang for {seconds} s)",
        "busy": " (busy)",
        "canceled": " (hung up before it was answered)",
        "hung_up": " (hung up without leaving a message)",
        "voicemail": "Voicemail of {length}, at {time}",
        "answered": "Call answered at {time}",
        "called_reached": "We called at {time} ({length})",
        "called_no_answer": "We called at {time}: no answer",
        "called_message": "We called at {time}: a machine answered ({length})",
        "withheld": "Withheld number",
        "greeting": "You have reached {house}. We cannot answer now. Leave a message after the tone and we will call you.",
        "recording_notice": "Your message is recorded so that we can help you.",
        "goodbye": "Thank you for calling. Goodbye.",
    },
    "ca": {
        "missed": "Trucada perduda a les {time}",
        "rang": " (va sonar {seconds} s)",
        "busy": " (comunicava)",
        "canceled": " (va penjar abans que es contestés)",
        "hung_up": " (va penjar sense deixar cap missatge)",
        "voicemail": "Missatge de veu de {length}, a les {time}",
        "answered": "Trucada atesa a les {time}",
        "called_reached": "Hem trucat a les {time} ({length})",
        "called_no_answer": "Hem trucat a les {time}: no contesta",
        "called_message": "Hem trucat a les {time}: ha respost una bústia de veu ({length})",
        "withheld": "Número ocult",
        "greeting": "Ha trucat a {house}. Ara no el podem atendre. Deixi el seu missatge després del senyal i li trucarem.",
        "recording_notice": "El seu missatge queda enregistrat per poder atendre'l.",
        "goodbye": "Gràcies per trucar. Adéu.",
    },
    "gl": {
        "missed": "Chamada perdida ás {time}",
        "rang": " (soou {seconds} s)",
        "busy": " (comunicaba)",
        "canceled": " (colgou antes de que se contestase)",
        "hung_up": " (colgou sen deixar mensaxe)",
        "voicemail": "Mensaxe de voz de {length}, ás {time}",
        "answered": "Chamada atendida ás {time}",
        "called_reached": "Chamamos ás {time} ({length})",
        "called_no_answer": "Chamamos ás {time}: non contesta",
        "called_message": "Chamamos ás {time}: contestou unha caixa de voz ({length})",
        "withheld": "Número oculto",
        "greeting": "Chamou a {house}. Agora non podemos atendelo. Deixe a súa mensaxe despois do sinal e chamarémolo.",
        "recording_notice": "A súa mensaxe queda gravada para poder atendelo.",
        "goodbye": "Grazas por chamar. Adeus.",
    },
    "eu": {
        "missed": "Dei galdua, {time}",
        "rang": " ({seconds} s jo zuen)",
        "busy": " (lanpetuta zegoen)",
        "canceled": " (erantzun aurretik eseki zuen)",
        "hung_up": " (mezurik utzi gabe eseki zuen)",
        "voicemail": "Ahots-mezua ({length}), {time}",
        "answered": "Erantzundako deia, {time}",
        "called_reached": "Deitu dugu, {time} ({length})",
        "called_no_answer": "Deitu dugu, {time}: ez du erantzun",
        "called_message": "Deitu dugu, {time}: erantzungailu batek erantzun du ({length})",
        "withheld": "Zenbaki ezkutua",
        "greeting": "{house} zerbitzura deitu duzu. Orain ezin dugu erantzun. Utzi mezua seinalearen ondoren, eta deituko dizugu.",
        "recording_notice": "Zure mezua grabatu egiten da, zuri erantzun ahal izateko.",
        "goodbye": "Eskerrik asko deitzeagatik. Agur.",
    },
}

# How Twilio calls the languages in which it speaks.
SPOKEN = {"es": "es-ES", "en": "en-GB", "ca": "ca-ES", "gl": "gl-ES", "eu": "eu-ES"}


def phrase(language: str, code: str, **values: str) -> str:
    """One phrase, filled in; in English for a language that has none."""
    return _PHRASES.get(language[:2].lower(), _PHRASES["en"])[code].format_map(values)


def spoken(language: str) -> str:
    """The language tag for Twilio's voice."""
    return SPOKEN.get(language[:2].lower(), SPOKEN["en"])


def length_in_words(seconds: int) -> str:
    """0:42, 3:07, 61:00."""
    return f"{seconds // 60}:{seconds % 60:02}"
