"""Why a letter waits, was held, or may not go out: what is said in Spanish, by a pattern of what the service notes down in English
(tests/desk/test_reasons.py binds the two)."""

from __future__ import annotations

NOT_SENT: tuple[tuple[str, str], ...] = (
    # why nothing may go out
    (r"there is no address", "no hay dirección"),
    (r"channel (\S+) only observes", "el canal {} solo observa: todavía no escribe a nadie"),
    (
        r"channel (\S+) is internal and only_to does not name this address",
        "el canal {} está en pruebas y only_to no nombra esta dirección",
    ),
    (
        r"channel (\S+) is internal and this is not one of our people",
        "el canal {} está en pruebas y no es alguien de la casa",
    ),
    (
        r"opted out on (.+): whoever has this address wants no more messages from us",
        "pidió el {} que no se le escriba más a esta dirección",
    ),
    (
        r"it holds an address or number that only our own people may see \((.+)\)",
        "lleva una dirección o un número que solo puede ver nuestra gente ({})",
    ),
    (r"copy to (\S+): (.+)", "copia a {}: {}"),
    (
        r"no channel of the file writes to such an address: call them .*",
        "ningún canal del fichero escribe a una dirección así: llámale y anótalo, o enlaza una dirección suya",
    ),
    (
        r"they have no number to write to: it was withheld, or is a short code or a name",
        "no tiene un número al que escribir: era oculto, un número corto o un nombre",
    ),
    (r"the customer has no address to write to", "el cliente no tiene dirección a la que escribir"),
    (r"the sender has no number to write to", "quien escribe no tiene número al que contestar"),
    (r"the channel has no way to send", "por este canal no se puede enviar"),
    (r"it came in by no channel that writes to customers", "no llegó por un canal que escriba a clientes"),
    (r"acknowledge is off for this channel", "el acuse de recibo está apagado en este canal"),
    (
        r"(?:it was a call, and )?acknowledge\.calls is off: a call gets no text",
        "a una llamada no se le manda texto (acknowledge.calls)",
    ),
    (r"(?:the message|it) is older than acknowledge\.max_age", "es más antiguo que acknowledge.max_age"),
    (r"this sender already got (\d+) within the hour", "ya se le enviaron {} en una hora"),
    (r"this address was greeted within the hour", "ya se le saludó hace menos de una hora"),
    (r"its answer is held by the brake", "el freno retiene su respuesta"),
    (
        r"it came before the store was restored(?:: it may have got one already)?",
        "llegó antes de restaurar la copia: puede que ya tenga uno",
    ),
    (r"the store was restored from a back-up", "se restauró una copia de seguridad"),
    (
        r"brake: too many automatic texts in a short time; a person decides",
        "freno: demasiados textos automáticos en poco tiempo; decide una persona",
    ),
    (
        r"more than 24 h since the customer last wrote on WhatsApp",
        "hace más de 24 h que el cliente escribió por WhatsApp",
    ),
    (
        r"(?:window: )?more than 24 h since the customer last wrote on WhatsApp; it goes out by itself .*",
        "hace más de 24 h que el cliente escribió por WhatsApp: saldrá sola cuando vuelva a escribir",
    ),
    (
        r"staff\.trusted_authserv names no server whose word on it counts",
        "staff.trusted_authserv no nombra ningún servidor de confianza",
    ),
    (r"(.+) said nothing about who wrote it", "{} no dice nada de quién la escribió"),
    (r"(\S+) says dmarc=(\S+)", "{} dice dmarc={}"),
    (r"(\S+) speaks of another domain", "{} habla de otro dominio"),
    (r"dmarc: (.+)", "sin prueba de quién la escribió: {}"),
    (r"answered: (.+)", "otra persona contestó antes: {}"),
    (r"bounced: (.+)", "devuelto: {}"),
    (r"the copy to (\S+) bounced: (.+)", "la copia a {} fue devuelta: {}"),
    (r"withdrawn by its author", "la retiró quien la escribió"),
    (r"dropped by a person", "la descartó una persona"),
    (r"the case was no customer's", "el caso no era de un cliente"),
    (r"the customer is blocked", "el cliente está bloqueado"),
    (
        r"the customer is restricted, and no law asks for a receipt",
        "de este cliente se ocupa una sola persona, y ninguna ley pide justificante",
    ),
    (r"a restricted customer's: goes out in the next digest", "de un cliente restringido: sale en el próximo resumen"),
    (r"off duty: goes out in the digest at opening", "fuera de turno: sale en el resumen al abrir"),
    (r"the case has another owner by now", "el caso ya es de otra persona"),
    (r"the case was answered meanwhile", "entretanto se contestó"),
    (r"what it goes with never went out", "lo que acompaña no llegó a salir"),
    (r"what it rewrites cannot be told apart any more", "ya no se distingue lo que corrige"),
    (r"the recording could not be had", "no se pudo conseguir la grabación"),
    (r"it may have gone out; it is not sent again by itself", "puede que saliera; no se vuelve a enviar solo"),
    (
        r"its first (\d+) parts went out, and the next may have gone out; it is not sent again by itself",
        "salieron sus primeras {} partes y quizá la siguiente; no se vuelve a enviar solo",
    ),
    (r"the file has no (\S+) any more", "el fichero ya no tiene {}"),
    (r"no answer in time", "no contestó a tiempo"),
)
