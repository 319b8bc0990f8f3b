"""The few words that stand in a message's text for what is no text, in the service's languages."""

from __future__ import annotations

_PHRASES = {
    "location": {
        "es": "Ubicación",
        "en": "Location",
        "ca": "Ubicació",
        "gl": "Localización",
        "eu": "Kokapena",
    },
    "contact": {"es": "Contacto", "en": "Contact", "ca": "Contacte", "gl": "Contacto", "eu": "Kontaktua"},
    "poll": {"es": "Encuesta", "en": "Poll", "ca": "Enquesta", "gl": "Enquisa", "eu": "Inkesta"},
    "sticker": {"es": "Pegatina", "en": "Sticker", "ca": "Adhesiu", "gl": "Adhesivo", "eu": "Eranskailua"},
    "forwarded": {
        "es": "Reenviado de {name}:",
        "en": "Forwarded from {name}:",
        "ca": "Reenviat de {name}:",
        "gl": "Reenviado de {name}:",
        "eu": "Birbidalia, jatorria {name}:",
    },
    "too_large": {
        "es": "[{file}, {size} MB: demasiado grande para recibirlo por Telegram]",
        "en": "[{file}, {size} MB: too large to be received by Telegram]",
        "ca": "[{file}, {size} MB: massa gran per rebre'l per Telegram]",
        "gl": "[{file}, {size} MB: demasiado grande para recibilo por Telegram]",
        "eu": "[{file}, {size} MB: handiegia Telegram bidez jasotzeko]",
    },
    "unknown": {
        "es": "[Telegram: contenido que aquí no se puede mostrar ({kind})]",
        "en": "[Telegram: content that cannot be shown here ({kind})]",
        "ca": "[Telegram: contingut que aquí no es pot mostrar ({kind})]",
        "gl": "[Telegram: contido que aquí non se pode amosar ({kind})]",
        "eu": "[Telegram: hemen erakutsi ezin den edukia ({kind})]",
    },
}


def phrase(language: str, which: str, /, **values: object) -> str:
    """The words in this language, in English where there are none."""
    told = _PHRASES[which]
    return told.get(language, told["en"]).format(**values)
