"""Why something was set aside, held, left out or not delivered: what the service notes down in English, said in Spanish too. What a
provider or another mail server wrote is nobody's to translate: it stays as it came. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_SAID: tuple[tuple[str, str], ...] = (
    # what could not be read
    (r"it names no sender", "no dice de quién viene"),
    (r"it names nobody", "no dice de quién es"),
    (r"its reader failed: (.+)", "falló el programa que lo lee: {}"),
    (r"its reader died \(exit (.+)\)", "el programa que lo lee se cayó (código {})"),
    (r"its reader did not finish within (.+) s", "el programa que lo lee no acabó en {} s"),
    (r"channel (\S+) is no longer in the configuration", "el canal {} ya no está en el fichero"),
    (r"there are no bytes to read", "no hay nada guardado que leer"),
    (r"too large: (\d+) bytes", "demasiado grande: {} bytes"),
    (r"too large(.*)", "demasiado grande{}"),
    (r"unfetchable(.*)", "el servidor no lo entrega{}"),
    (r"this mail could not be read: (.+)", "este correo no se puede leer: {}"),
    (
        r"this mail is too large to read: ([\d,]+) bytes, at most ([\d,]+) are read",
        "este correo es demasiado grande: {} bytes, y se leen {} como mucho",
    ),
    (r"this mail is empty", "este correo está vacío"),
    (
        r"this is no mail: no header field was found at its start",
        "esto no es un correo: no empieza por ninguna cabecera",
    ),
    (r"not JSON", "no es JSON"),
    (r"not an item of this channel", "no es nada de este canal"),
    (r"a message without its sender or the number it came to", "un mensaje sin remitente o sin el número al que llegó"),
    (r"a call without the number it came to", "una llamada sin el número al que se llamó"),
    (r"neither a message nor a call", "ni un mensaje ni una llamada"),
    # what is no customer's message
    (r"bounce: failed(.*)", "devuelto por el servidor de quien lo recibe:{}"),
    (r"bounce: delayed(.*)", "el servidor de quien lo recibe avisa de un retraso:{}"),
    (r"bounce: (.*)", "aviso de entrega: {}"),
    (r"auto_reply: (.+)", "respuesta automática: {}"),
    (r"read receipt", "confirmación de lectura"),
    (r"answer to an invitation", "respuesta a una invitación"),
    (r"empty sender", "sin remitente"),
    (r"out-of-office subject", "el asunto dice que no está"),
    (r"out-of-office subject with (.+)", "el asunto dice que no está, y {}"),
    (r"list: a circular to (\d+) addresses", "circular a {} direcciones"),
    (r"list: (.+)", "lista de correo o boletín: {}"),
    (r"loop: (\S+) is ours", "lo escribió este mismo servicio ({})"),
    (r"spam: the mailbox flagged it as junk", "el buzón lo marcó como no deseado"),
    (r"spam: (.+)", "correo no deseado: {}"),
    (r"own: From is this channel's address", "propio: viene de la dirección de este canal"),
    (r"own: written by one of the staff ?(.*)", "propio: lo escribió alguien de la casa {}"),
    (r"own: forwarded, but not proven to be one of us", "reenviado, pero sin prueba de que sea de los nuestros"),
    (r"own: answers no case that is known", "propio: no contesta a ningún caso conocido"),
    (r"own: in Sent, to nobody outside the house", "propio: en Enviados, a nadie de fuera"),
    (
        r"own: in Sent, but From is no address of ours \(name it in aliases\)",
        "propio: en Enviados, pero el remitente no es una dirección nuestra (ponla en aliases)",
    ),
    (r"own: a note on (\S+)", "propio: una nota en {}"),
    (r"no address of ours", "ninguna dirección nuestra"),
    (r"opted (?:out|in): the whole message is a word for it", "todo el mensaje es la palabra de alta o baja"),
    (r"withheld: a missed call without a number to call back", "llamada perdida de un número oculto"),
    (r"released by a person", "lo dejó pasar una persona"),
    (r"list headers, but the sender is a customer", "parece de una lista, pero quien escribe es cliente"),
    (r"same item", "el mismo elemento"),
    (r"same answer", "la misma respuesta"),
    (r"greeting", "saludo al bot"),
    (r"greeting: (.+)", "saludo al bot: {}"),
    (r"answered", "contestado"),
    (r"stranger", "alguien que no es de la casa"),
    (r"staff: (.+)", "de nuestra gente: {}"),
    (r"answer to a notice: (\S+)", "respuesta a un aviso: {}"),
    (r"a copy of what this service sent ?(.*)", "copia de lo que envió este servicio {}"),
    (r"mere thanks: opens no turn", "solo da las gracias"),
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
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), said) for pattern, said in _SAID)
_CODES = {"auto_reply: ": "automatic reply: ", "own: ": "our own: ", "dmarc: ": "no proof of who wrote it: "}
"""How a reason begins that English readers would stumble over."""


@lru_cache(maxsize=512)
def reason_in(language: str, text: str) -> str | None:
    """The same in this language, "es" or "en"; None where the service never says such a thing by itself."""
    if language == "en":
        code = next((code for code in _CODES if text.startswith(code)), "")
        return _CODES.get(code, "") + text.removeprefix(code)
    for pattern, said in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            inner = (reason_in(language, part) or part for part in found.groups(default=""))
            return said.format(*inner).strip()
    return None
