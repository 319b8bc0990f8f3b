"""Why a letter cannot be sent as it is, or a file cannot be had, and what to do about it: what is said in Spanish, by a pattern
of what the service notes down in English (tests/desk/test_reasons.py binds the two)."""

from __future__ import annotations

NOT_POSSIBLE: tuple[tuple[str, str], ...] = (
    # what cannot be sent as it is
    (r"nothing can send through (\S+)", "no hay con qué enviar por {}"),
    (r"what went out by SMS or WhatsApp cannot be changed", "lo que salió por SMS o WhatsApp ya no se puede cambiar"),
    (r"there is no text to send", "no hay texto que enviar"),
    (r"there is nothing to send: no text and no file", "no hay nada que enviar: ni texto ni archivo"),
    (
        r"the text is ([\d,]+) characters long \((\d+) SMS parts\); at most (\d+) messages of ([\d,]+) go out for one answer",
        "el texto tiene {} caracteres ({} partes de SMS); por respuesta salen {} mensajes de {} como mucho",
    ),
    (
        r"there are (\d+) files; at most (\d+) go out with one answer",
        "son {} archivos; con una respuesta van {} como mucho",
    ),
    (
        r"a file by WhatsApp has at most (\d+) MB; this is ([\d.]+) MB",
        "un archivo por WhatsApp tiene {} MB como mucho; este tiene {} MB",
    ),
    (
        r"the files of an MMS have together at most (\d+) MB; this is ([\d.]+) MB",
        "los archivos de un MMS suman {} MB como mucho; estos suman {} MB",
    ),
    (
        r"files cannot be sent by SMS or WhatsApp without service\.public_url: Twilio takes them by a public address only",
        "sin service.public_url no se pueden enviar archivos por SMS ni WhatsApp: Twilio los recoge en una dirección pública",
    ),
    (r'there is no template "(.+)"', "no hay ninguna plantilla «{}»"),
    (
        r"there is no number to write to: it was withheld, or is a short code or a name",
        "no hay número al que escribir: era oculto, un número corto o un nombre",
    ),
    (r"(\S+) is no longer a number of this channel", "{} ya no es un número de este canal"),
    (r"(\S+) is not a number of account (\S+)", "{} no es un número de la cuenta {}"),
    (
        r"(\d+) of its (\d+) (?:messages|parts) went out, (?:the rest did not:|then:) (.+)",
        "salieron {} de sus {} partes y el resto no: {}",
    ),
    (r"the recipient is no Telegram id: expected a whole number", "el destinatario no es un número de Telegram"),
    (
        r"the file (.+) is too large for Telegram: ([\d.]+) MB, at most 50 MB",
        "el archivo {} es demasiado grande para Telegram: {} MB, y como mucho 50 MB",
    ),
    (
        r"the file (.+) is empty, and Telegram takes no empty files",
        "el archivo {} está vacío, y Telegram no admite archivos vacíos",
    ),
    (r"the (\S+) (\S+) is not a mail address", "en «{}», {} no es una dirección de correo"),
    (r"the domain of (\S+) is not a domain", "el dominio de {} no es un dominio"),
    (r"Return-Path may only be <>, got (.+)", "Return-Path solo puede ser <>, y es {}"),
    (r"(\S+) is not a message id: (.+)", "{} no es un identificador de mensaje: {}"),
    (
        r"the header field (.+) holds the control character (.+): it could forge another field",
        "la cabecera {} lleva el carácter de control {}: podría falsificar otra cabecera",
    ),
    (r"a message may not bring the header field (.+) of its own", "un mensaje no puede traer su propia cabecera {}"),
    (
        r"(\S+) cannot carry the address (.+): it knows only ASCII before the @",
        "{} no admite la dirección {}: solo conoce letras ASCII delante de la @",
    ),
    (
        r"the mail is too large for (\S+): ([\d,]+) bytes, at most ([\d,]+)",
        "el correo es demasiado grande para {}: {} bytes, y admite {} como mucho",
    ),
    (
        r"its files are too large together: ([\d,]+) bytes, at most ([\d,]+)",
        "sus archivos juntos son demasiado grandes: {} bytes, y como mucho {}",
    ),
    (r"its file (.+) could not be had: (.+)", "no se pudo conseguir su archivo {}: {}"),
    (r"410: it wants no more", "410: ya no quiere recibir más"),
    (
        r"Apprise does not understand the address (.+) of the notify list",
        "Apprise no entiende la dirección {} de la lista notify",
    ),
    (r"(.+) is no longer in the notify list of agent (\S+)", "{} ya no está en la lista notify de {}"),
    # whom Telegram does not let the bot write to
    (r"they have blocked the bot(?: (.+))?", "ha bloqueado al bot {}"),
    (r"their Telegram account has been deleted(?: (.+))?", "su cuenta de Telegram ya no existe {}"),
    (r"they have never pressed start in the bot's chat(?: (.+))?", "nunca ha pulsado «Iniciar» en el chat del bot {}"),
    (
        r"that is a bot, and bots cannot write to each other(?: (.+))?",
        "es un bot, y los bots no se escriben entre sí {}",
    ),
    (r"the bot was removed from that group(?: (.+))?", "echaron al bot de ese grupo {}"),
    (r"the bot is not in that group(?: (.+))?", "el bot no está en ese grupo {}"),
    (r"the bot may not write in that group(?: (.+))?", "el bot no puede escribir en ese grupo {}"),
    (
        r"Telegram knows no chat of the bot with them: they never pressed start, or their account is gone(?: (.+))?",
        "Telegram no conoce ningún chat del bot con esa persona: nunca pulsó «Iniciar», o su cuenta ya no existe {}",
    ),
    (r"\((\S+) says: (.+)\)", "({} dice: {})"),
    (r"(\S+) refused the mail: (.+)", "{} no aceptó el correo: {}"),
    (r"(\S+) refused the sender (\S+): (.+)", "{} no acepta al remitente {}: {}"),
    (r"(\S+) refused the copy to (\S+): (.+)", "{} no aceptó la copia a {}: {}"),
    (r"(\S+) refused (\S+@\S+): (.+)", "{} no aceptó a {}: {}"),
    (r"(\S+) refused it: (.+)", "{} lo rechazó: {}"),
    # a file that does not come
    (r"this channel does not get files from its provider", "este canal no trae archivos de su proveedor"),
    (r"(\d+) bytes; no file above (\d+) is kept", "{} bytes; no se guarda ningún archivo de más de {}"),
    (r"the file is larger than (\d+) bytes", "el archivo tiene más de {} bytes"),
    (r"(.+) is larger than (\d+) MB", "{} tiene más de {} MB"),
    (r"(\S+) names a file on its own disk", "{} nombra un archivo de su propio disco"),
    (r"Telegram does not hand the file out: (.+)", "Telegram no entrega el archivo: {}"),
    (r"(.+) is not at Twilio any more", "{} ya no está en Twilio"),
    (r"(.+): Twilio sends us on more than (\d+) times", "{}: Twilio reenvía a otra dirección más de {} veces"),
    (
        r"no file of this channel: its (\S+) is not an id",
        "no es un archivo de este canal: su {} no es un identificador",
    ),
    (
        r"Twilio sends us on to an address that is not encrypted",
        "Twilio reenvía a una dirección que no va cifrada",
    ),
)
CURES: tuple[tuple[str, str], ...] = (
    (r"give channels\.(\S+) an smtp server", "pon un servidor smtp en channels.{}"),
    (r"correct it and send again", "corrígelo y envíalo otra vez"),
    (r"correct the address", "corrige la dirección"),
    (r"correct what the server names", "corrige lo que dice el servidor"),
    (
        r"send fewer or smaller files, or say where they can be had",
        "envía menos archivos o más pequeños, o di dónde están",
    ),
    (r"write to another address of this person", "escribe a otra dirección suya"),
    (r"send it again with the file", "envíalo otra vez con el archivo"),
    (r"start that Bot API server without --local", "arranca ese servidor Bot API sin --local"),
    (
        r"put it where the customer can get it, and send its address; or send it in parts",
        "ponlo donde el cliente lo pueda bajar y envíale la dirección, o envíalo en partes",
    ),
    (
        r"set service\.public_url, or put the file where the customer can get it and send its address",
        "pon service.public_url, o deja el archivo donde el cliente lo pueda bajar y envíale la dirección",
    ),
    (r"send less, or write a mail", "envía menos, o escribe un correo"),
    (r"send fewer", "envía menos"),
    (r"send a smaller file", "envía un archivo más pequeño"),
    (r"name it in `templates`; there are: (.+)", "nómbrala en `templates`; hay: {}"),
    (r"put it back; this channel has: (.+)", "vuelve a ponerlo; este canal tiene: {}"),
    (r"take it out of the file, or resume it", "quítalo del fichero, o reanúdalo"),
    (
        r"they must open the bot's chat and press start; until then reach them another way",
        "tiene que abrir el chat del bot y pulsar «Iniciar»; hasta entonces, por otra vía",
    ),
    (
        r"they must unblock it; until then reach them another way",
        "tiene que desbloquearlo; hasta entonces, por otra vía",
    ),
    (r"reach them another way", "escríbele por otra vía"),
    (r"let somebody of the group add it again", "que alguien del grupo lo añada otra vez"),
    (r"let its administrator allow it", "que lo permita quien administra el grupo"),
)
"""What a person can do about it, which stands behind the reason and a semicolon."""
