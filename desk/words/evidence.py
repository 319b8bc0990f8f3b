"""What the page of a case's evidence says."""

from __future__ import annotations

EVIDENCE: dict[str, dict[str, str]] = {
    "es": {
        "evidence.title": "Pruebas de {key}",
        "evidence.what": (
            "El caso entero, para leerlo fuera: los mensajes originales, cada responsable, cada plazo contado día a día, "
            "el registro y los hashes con los que cualquiera comprueba que nada ha cambiado."
        ),
        "evidence.for": "Para quién",
        "evidence.inside": "Para la casa, con las notas internas",
        "evidence.outside": "Para el cliente: sin notas ni datos de otras personas y casos",
        "evidence.form": "Qué",
        "evidence.zip": "ZIP: páginas, originales, registro y hashes",
        "evidence.pdf": "Solo la página legible, en PDF",
        "evidence.language": "Idioma de las páginas",
        "evidence.language.es": "Español",
        "evidence.language.en": "Inglés",
        "evidence.language.both": "Los dos (en PDF, el español)",
        "evidence.noted": "Queda anotado que lo has sacado.",
        "evidence.check": "Para comprobar después que un ZIP sigue intacto:",
    },
    "en": {
        "evidence.title": "Evidence of {key}",
        "evidence.what": (
            "The whole case, to be read elsewhere: the original messages, every owner, every deadline counted day by day, "
            "the log, and the hashes by which anybody can check that nothing was changed."
        ),
        "evidence.for": "For whom",
        "evidence.inside": "For the house, with internal notes",
        "evidence.outside": "For the customer: without notes and without data of other people and cases",
        "evidence.form": "What",
        "evidence.zip": "ZIP: pages, originals, log and hashes",
        "evidence.pdf": "The readable page alone, as PDF",
        "evidence.language": "Language of the pages",
        "evidence.language.es": "Spanish",
        "evidence.language.en": "English",
        "evidence.language.both": "Both (as PDF, Spanish)",
        "evidence.noted": "It is noted that you took it out.",
        "evidence.check": "To check later that a ZIP is still sound:",
    },
}
