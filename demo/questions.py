"""What the town's customers ask, in Spanish and English. Texts only: who asks, and when, is decided elsewhere."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask, and what the same person adds when nobody has answered yet."""

    subject: str
    text: str
    more: str


def question(rng: random.Random, language: str, *, asked: Counter[str]) -> Question:
    """One of those that were asked least; `asked` counts them and is kept up to date."""
    drafts = _QUESTIONS[language]
    least = min(asked[subject] for subject, _, _ in drafts)
    chosen = rng.choice([draft for draft in drafts if asked[draft[0]] == least])
    asked[chosen[0]] += 1
    return _filled(rng, chosen)


def complaint(rng: random.Random, language: str) -> Question:
    """Something that the law calls a complaint, in words by which the house's rules know it."""
    return _filled(rng, _COMPLAINTS[language])


def _filled(rng: random.Random, question: tuple[str, str, str]) -> Question:
    values = {
        "order": str(rng.randint(10_200, 19_900)),
        "size": str(rng.choice((4, 5, 6, 8, 10, 12))),
        "count": str(rng.choice((12, 20, 25, 40, 50, 100))),
        "price": f"{rng.randint(12, 240)},{rng.choice(('00', '50', '90', '95'))}",
    }
    subject, text, more = (part.format_map(values) for part in question)
    return Question(subject=subject, text=text, more=more)


_COMPLAINTS = {
    "es": (
        "Queja por el pedido {order}",
        "Buenos días:\n\nQuiero presentar una queja: el pedido {order} llegó roto. Pido los {price} € que pagué.",
        "¿Para cuándo tendré respuesta a mi queja?",
    ),
    "en": (
        "Complaint about order {order}",
        "Good morning,\n\nI wish to make a complaint: order {order} came broken. I ask for the {price} € that I paid.",
        "When will I have an answer to my complaint?",
    ),
}

_QUESTIONS = {
    "es": (
        (
            "¿Tienen tornillos de M{size}?",
            "Buenos días:\n\nNecesito {count} tornillos de M{size} en acero inoxidable. ¿Los tienen?\n\nGracias",
            "Se me olvidó decir que los necesito con tuerca y arandela.",
        ),
        (
            "Pedido {order} sin recibir",
            "Hola:\n\nMi pedido {order} tenía que llegar el lunes y no ha llegado. ¿Me pueden decir dónde está?\n\nUn saludo",
            "Sigo esperando el paquete. Estoy en casa hasta las siete.",
        ),
        (
            "Factura del pedido {order}",
            "Buenas tardes:\n\n¿Me podrían enviar la factura del pedido {order}? La necesito para mi empresa.\n\nMuchas gracias",
            "El NIF que tiene que aparecer es el de siempre.",
        ),
        (
            "Devolución de un taladro",
            "Hola:\n\nCompré un taladro hace una semana y la batería no carga. Quiero devolverlo. ¿Cómo lo hago?\n\nGracias",
            "He probado con otro cargador y tampoco carga.",
        ),
        (
            "¿Abren el sábado por la tarde?",
            "Hola, ¿abren este sábado por la tarde? Quería pasar a recoger pintura.\n\nSaludos",
            "Y si cierran a mediodía, ¿puedo ir el lunes?",
        ),
        (
            "Presupuesto para una puerta",
            "Buenos días:\n\nQuería un presupuesto para una puerta de interior de 72,5 × 203 con cerradura.\n\nGracias",
            "Con montaje incluido, por favor.",
        ),
        (
            "Cobro duplicado de {price} €",
            "Hola:\n\nEn mi tarjeta aparece dos veces un cobro de {price} €. ¿Lo pueden revisar?\n\nGracias",
            "El banco me dice que lo tienen que devolver ustedes.",
        ),
        (
            "Copia de llave",
            "Hola, ¿hacen copias de llaves de seguridad? Tengo la tarjeta del fabricante.\n\nUn saludo",
            "Serían {count} copias, es para una comunidad de vecinos.",
        ),
        (
            "Pintura para exterior",
            "Buenas:\n\n¿Qué pintura me recomiendan para una verja que está al sol? Son unos {count} metros.\n\nGracias",
            "La verja ya tiene algo de óxido.",
        ),
        (
            "Cambio de dirección del pedido {order}",
            "Hola:\n\nHe puesto mal la dirección del pedido {order}. ¿Estoy a tiempo de cambiarla?\n\nMuchas gracias",
            "La nueva es calle de la Prueba, 3.",
        ),
        (
            "Grifo que gotea",
            "Buenos días:\n\nEl grifo que compré el mes pasado gotea. ¿Venden la junta suelta?\n\nGracias",
            "Es el modelo de {size} mm.",
        ),
        (
            "¿Alquilan herramienta?",
            "Hola, ¿alquilan hormigoneras por días? ¿Cuánto cuesta?\n\nSaludos",
            "Sería para este fin de semana.",
        ),
        (
            "Quiero hablar con alguien",
            "Buenas tardes:\n\nHe llamado tres veces y nadie contesta. Mi pedido {order} vino roto.\n\nEspero su respuesta",
            "Por favor, díganme algo hoy.",
        ),
        (
            "Garantía de una radial",
            "Hola:\n\n¿La radial que compré el año pasado sigue en garantía? Ha dejado de funcionar.\n\nGracias",
            "Tengo el ticket, es de hace {size} meses.",
        ),
    ),
    "en": (
        (
            "Where is my order {order}?",
            "Hello,\n\nMy order {order} was due on Monday and it has not arrived. Could you tell me where it is?\n\nKind regards",
            "I am still waiting for the parcel, I will be at home until seven.",
        ),
        (
            "Do you have M{size} bolts?",
            "Hi,\n\nI need {count} stainless M{size} bolts. Do you have them in the shop?\n\nThanks",
            "I forgot to say that I need the nuts as well.",
        ),
        (
            "Invoice for order {order}",
            "Good morning,\n\nCould you send me the invoice for my order {order}, please? It is for my company.\n\nThank you",
            "The VAT number is the same as last time.",
        ),
        (
            "The drill does not charge",
            "Hello,\n\nThe drill that I bought from you last week does not charge. I would like to return it.\n\nThanks",
            "I have tried it with another charger and it is the same.",
        ),
        (
            "Opening hours on Saturday",
            "Hi, are you open on Saturday afternoon? I would like to pick up some paint.\n\nThanks",
            "If you are not, could I come on Monday?",
        ),
        (
            "Charged twice",
            "Hello,\n\nMy card was charged twice for the same order ({order}). Could you please look into it?\n\nRegards",
            "My bank says that the refund has to come from you.",
        ),
        (
            "Delivery to Portugal",
            "Hi,\n\nDo you deliver to Portugal? I need {count} boxes of tiles and I could not find it on your site.\n\nThank you",
            "It is for an address near Lisbon.",
        ),
        (
            "Which paint for a metal gate?",
            "Hello,\n\nWhich paint would you recommend for a metal gate that is in the sun all day?\n\nThanks",
            "There is a bit of rust on it already.",
        ),
        (
            "Wrong address on order {order}",
            "Hi,\n\nI gave you the wrong address for order {order}. Is it too late to change it?\n\nThank you",
            "The new one is 3 Sample Street.",
        ),
    ),
}
