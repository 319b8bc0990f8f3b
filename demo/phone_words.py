"""What the town's people write by chat and telephone, in Spanish and English. Texts only."""

from __future__ import annotations

PHRASES = {
    "es": {
        "ask": "Hola, ¿tienen bombines de 30x40 con llave de puntos?",
        "corrected": "Hola, ¿tienen bombines de 30x30 con llave de puntos?",
        "invoice_subject": "Factura de septiembre",
        "invoice": "Buenos días:\n\nEn la factura de septiembre falta el NIF de mi empresa. ¿Me la pueden corregir?\n\nGracias",
        "wrote_a_mail": "Buenas, les he escrito un correo por la factura de septiembre. ¿Lo han visto?",
        "called": "Les he llamado y les he dejado un mensaje en el contestador. Soy Tomás, el de la obra de la calle Mayor.",
        "here_too": "Hola, soy Tomás, el que les llamó antes. Por aquí me va mejor.",
        "photo": "Esta es la cerradura que se ha roto.",
        "photo_again": "Otra foto, por si ayuda.",
        "sms": "Necesito saber si el taladro que encargué ya ha llegado. Diego",
        "stop": "BAJA",
        "more": "¿Saben algo ya?",
        "still": "Sigo pendiente, gracias.",
        "thanks": "Perfecto, gracias.",
    },
    "en": {
        "photo": "This is the lock that broke.",
        "photo_again": "Another photo, in case it helps.",
        "album": "This is how the door looks after the delivery.",
        "more": "Any news yet?",
        "still": "I am still waiting, thank you.",
        "thanks": "Perfect, thank you.",
    },
}
