"""Who lives in the demo town: the shop, its people and its customers. All of them are plainly samples."""

from __future__ import annotations

import random
from dataclasses import dataclass

SHOP = "hola@ferreteria.example"
WEB_FORM = "web@ferreteria.example"
SHOP_DOMAIN = "ferreteria.example"
CUSTOMERS_DOMAIN = "clientes.example"
CUSTOMERS = f"todos@{CUSTOMERS_DOMAIN}"
"""The one mailbox in which every customer's mail is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who writes. `language` is es or en."""

    name: str
    address: str
    language: str

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0]


def customer(name: str, language: str) -> Person:
    """A sample customer with an address made of both names."""
    local = ".".join(name.lower().split()).translate(_PLAIN)
    return Person(name=name, address=f"{local}@{CUSTOMERS_DOMAIN}", language=language)


def somebody(rng: random.Random, language: str, *, known: frozenset[str]) -> Person:
    """A customer who has not written yet (`known`: addresses that have); when all have, one with a number."""
    firsts, lasts = _NAMES[language]
    for _ in range(50):
        person = customer(f"{rng.choice(firsts)} {rng.choice(lasts)}", language)
        if person.address not in known:
            return person
    number = len(known)
    name = f"{rng.choice(firsts)} {rng.choice(lasts)}"
    return Person(name=f"{name} {number}", address=f"cliente{number}@{CUSTOMERS_DOMAIN}", language=language)


_PLAIN = str.maketrans("áéíóúüñ", "aeiouun")
_MUJERES = ("Lucía", "María", "Nuria", "Elena", "Rosa", "Teresa", "Pilar", "Inés", "Alba", "Ainhoa", "Carla")
_HOMBRES = ("Carlos", "Javier", "Pedro", "Sergio", "Iván", "Raúl", "Jordi", "Andrés", "Tomás", "Mateo", "Brais")
_NAMES = {
    "es": ((*_MUJERES, *_HOMBRES), ("Ejemplo", "Muestra", "Modelo", "Prueba", "de Ejemplo")),
    "en": (
        ("Peter", "Emma", "John", "Olivia", "Harry", "Grace", "Martin", "Julia", "Ben", "Sophie", "Tom", "Alice"),
        ("Sample", "Example", "Specimen", "Tester", "Mockup"),
    ),
}
