"""What our own people are told of items that are at the source and not in the ledger, in five languages. Pure."""

from __future__ import annotations

from router.texts import spoken_language

_WORDS = {
    "es": (
        "faltan mensajes del canal {channel}: {count}",
        (
            "En {source} hay mensajes que no están en el libro de entrada y que no van a entrar solos: {count}. «ventanilla "
            "reconcile {channel}» dice cuáles son; «ventanilla reconcile {channel} --fetch» los trae, cada uno una sola vez. De "
            "estos se avisa una sola vez."
        ),
    ),
    "en": (
        "messages of channel {channel} are missing: {count}",
        (
            "{source} has messages that are not in the ledger and will not come in by themselves: {count}. `ventanilla reconcile "
            "{channel}` names them; `ventanilla reconcile {channel} --fetch` takes them in, each once. You are told of these once."
        ),
    ),
    "ca": (
        "falten missatges del canal {channel}: {count}",
        (
            "A {source} hi ha missatges que no són al llibre d'entrada i que no entraran sols: {count}. «ventanilla reconcile "
            "{channel}» diu quins són; «ventanilla reconcile {channel} --fetch» els porta, cadascun un sol cop. D'aquests s'avisa "
            "un sol cop."
        ),
    ),
    "gl": (
        "faltan mensaxes da canle {channel}: {count}",
        (
            "En {source} hai mensaxes que non están no libro de entrada e que non van entrar soas: {count}. «ventanilla reconcile "
            "{channel}» di cales son; «ventanilla reconcile {channel} --fetch» tráeas, cada unha unha soa vez. Destas avísase "
            "unha soa vez."
        ),
    ),
    "eu": (
        "{channel} kanaleko mezuak falta dira: {count}",
        (
            "{source} iturrian badaude sarrera-liburuan ez dauden eta bere kabuz sartuko ez diren mezuak: {count}. «ventanilla "
            "reconcile {channel}» aginduak zein diren esaten du; «ventanilla reconcile {channel} --fetch» aginduak ekartzen ditu, "
            "bakoitza behin. Hauen berri behin bakarrik ematen da."
        ),
    ),
}


def missing_words(language: str, *, channel: str, source: str, count: int) -> tuple[str, str]:
    """The subject and the text."""
    subject, body = _WORDS[spoken_language(language)]
    values = {"channel": channel, "source": source, "count": str(count)}
    return subject.format_map(values), body.format_map(values)
