"""What the search says."""

from __future__ import annotations

SEARCH: dict[str, dict[str, str]] = {
    "es": {
        "search.title": "Buscar",
        "search.what": "Palabras, una frase entre comillas, un nombre, una dirección o la clave de un caso",
        "search.go": "Buscar",
        "search.filters": "Filtros",
        "search.by_channel": "Canal",
        "search.by_state": "Estado",
        "search.by_kind": "Tipo",
        "search.by_owner": "Responsable",
        "search.from": "Desde",
        "search.to": "Hasta",
        "search.any": "Cualquiera",
        "search.clear": "Quitar filtros",
        "search.cases": "Casos",
        "search.notes": "Notas internas",
        "search.customers": "Clientes",
        "search.also": "y {n} mensajes más de este caso",
        "search.also_one": "y un mensaje más de este caso",
        "search.we": "Nosotros",
        "search.nothing": "No se ha encontrado nada",
        "search.nothing_why": (
            "Se buscan todas las palabras, cada una desde su comienzo: «fact» encuentra «factura». Prueba "
            "con menos palabras o quita filtros."
        ),
        "search.start": "Busca en todo lo que se ha escrito",
        "search.start_why": (
            "Mensajes de clientes, respuestas y notas internas, de todos los canales. Las tildes y las "
            "mayúsculas dan igual."
        ),
        "search.no_subject": "(sin asunto)",
    },
    "en": {
        "search.title": "Search",
        "search.what": "Words, a phrase in quotation marks, a name, an address or a case's key",
        "search.go": "Search",
        "search.filters": "Filters",
        "search.by_channel": "Channel",
        "search.by_state": "State",
        "search.by_kind": "Kind",
        "search.by_owner": "Owner",
        "search.from": "From",
        "search.to": "To",
        "search.any": "Any",
        "search.clear": "Clear filters",
        "search.cases": "Cases",
        "search.notes": "Internal notes",
        "search.customers": "Customers",
        "search.also": "and {n} more messages of this case",
        "search.also_one": "and one more message of this case",
        "search.we": "We",
        "search.nothing": "Nothing was found",
        "search.nothing_why": (
            "Every word must be there, each from its beginning: “inv” finds “invoice”. Try fewer words, or "
            "clear the filters."
        ),
        "search.start": "Search everything that was written",
        "search.start_why": (
            "Customers' messages, answers and internal notes, of every channel. Accents and capitals make "
            "no difference."
        ),
        "search.no_subject": "(no subject)",
    },
}
