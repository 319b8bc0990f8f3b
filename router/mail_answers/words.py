"""What is said by mail to our own people about answering by mail, and about loops, in five languages. Pure."""

from __future__ import annotations

from router.texts import spoken_language

_SAID: dict[str, dict[str, str]] = {
    "es": {
        "by_mail": "Conteste a este correo: lo que escriba le llega al cliente. Si empieza por // queda como nota interna.",
        "by_command": "Para contestar al cliente: ventanilla reply {key}",
        "not_sent_subject": "no se ha enviado su respuesta, caso {key}",
        "not_sent": "{reason}\n\n{news}\n\n{cure}\n\nLo que había escrito:\n\n{text}",
        "no_words": "En su correo no se ha encontrado texto nuevo, fuera de la cita y de la firma.",
        "sealed": (
            "Su correo trae {file}: dentro puede ir el aviso y no se puede mirar. "
            "Envíelo sin firma S/MIME y como texto o HTML."
        ),
        "holds_notice": "Su texto lleva dentro partes del aviso, que son solo para ustedes.",
        "forwarded": "Ha reenviado el aviso en vez de contestarlo: al cliente no le ha llegado nada.",
        "note_unproven": "La nota no se ha guardado: no consta que el correo sea suyo ({reason}).",
        "note_files_subject": "su nota del caso {key}, sin archivos",
        "note_files": "La nota se ha guardado. Los archivos no se guardan con las notas, y no se han enviado a nadie.",
        "old_notice": "Ese aviso ya no vale: el caso {key} se le ha vuelto a asignar después. Conteste al aviso más reciente.",
        "write_above": "Escriba por encima de la cita, no dentro de ella, contestando a este correo.",
        "again": "Si quiere que salga, conteste a este correo con el texto que deba llegar.",
        "note_instead": "Para dejarlo escrito en el caso: ventanilla note {key}",
        "reopen_first": "Para abrirlo otra vez: ventanilla reopen {key}",
        "news": "Lo último que ha escrito el cliente:\n\n{text}",
        "not_proven_subject": "¿es suya esta respuesta? Caso {key}",
        "not_proven": (
            "Ha llegado una respuesta al cliente del caso {key} a nombre de usted, y no consta que sea suya ({reason}). Está "
            "retenida.\n\n{text}\n\n{cure}"
        ),
        "not_proven_cure": (
            "Enviarla: ventanilla outbox release {number} --as {agent}\n"
            "Descartarla: ventanilla outbox drop {number}"
        ),
        "button_send": "Es mía: enviar",
        "button_drop": "Descartar",
        "held_sent": "Enviada: su respuesta de {key} sale ahora.",
        "held_dropped": "Descartada: al cliente de {key} no le llega nada.",
        "dead_end_subject": "su correo no le ha llegado a nadie",
        "dead_end": (
            "Ha contestado a un correo automático que no se puede contestar: lo que escribió no le ha llegado a nadie.\n\n"
            "{cure}\n\nLo que había escrito:\n\n{text}"
        ),
        "dead_end_cure": "Para contestar al cliente, responda al aviso del caso, o: ventanilla reply KEY",
        "loop_subject": "correo automático en bucle, {channel}",
        "loop_own": (
            "A {channel} le ha llegado de vuelta correo automático de esta misma instalación (de {address}). No se contesta ni "
            "abre casos. Suele ser un reenvío mal puesto, o un buzón que manda copia a otro.\n"
            "Verlo: ventanilla inbox --state screened"
        ),
        "loop_other": (
            "Parece que otra máquina ({address}) y {channel} se escriben solas: {count} veces en {hours} h. De aquí no sale nada "
            "más automático hacia esa dirección durante un rato.\nVerlo: ventanilla inbox --state screened"
        ),
    },
    "en": {
        "by_mail": "Answer this mail: what you write goes to the customer. If it begins with // it stays as an internal note.",
        "by_command": "To answer the customer: ventanilla reply {key}",
        "not_sent_subject": "your answer was not sent, case {key}",
        "not_sent": "{reason}\n\n{news}\n\n{cure}\n\nWhat you had written:\n\n{text}",
        "no_words": "No new text was found in your mail, beside the quotation and the signature.",
        "sealed": (
            "Your mail holds {file}, which may hold the notice and cannot be looked into. "
            "Send it without S/MIME, as plain text or HTML."
        ),
        "holds_notice": "Your text holds parts of the notice, which are for our own people alone.",
        "forwarded": "You forwarded the notice instead of answering it: the customer got nothing.",
        "note_unproven": "The note was not kept: it is not proven that the mail is yours ({reason}).",
        "note_files_subject": "your note on case {key}, without files",
        "note_files": "The note was kept. Files are not kept with notes, and were sent to nobody.",
        "old_notice": "That notice is over: case {key} was given to you again later. Answer the newest notice.",
        "write_above": "Write above the quotation, not inside it, in answer to this mail.",
        "again": "If it is to go out, answer this mail with the text that the customer should get.",
        "note_instead": "To leave it with the case: ventanilla note {key}",
        "reopen_first": "To open it again: ventanilla reopen {key}",
        "news": "What the customer wrote last:\n\n{text}",
        "not_proven_subject": "is this answer yours? Case {key}",
        "not_proven": (
            "An answer to the customer of case {key} came in your name, and it is not proven that it is yours ({reason}). It is "
            "held back.\n\n{text}\n\n{cure}"
        ),
        "not_proven_cure": (
            "Send it: ventanilla outbox release {number} --as {agent}\n"
            "Drop it: ventanilla outbox drop {number}"
        ),
        "button_send": "It is mine: send",
        "button_drop": "Drop",
        "held_sent": "Sent: your answer in {key} goes out now.",
        "held_dropped": "Dropped: the customer of {key} gets nothing.",
        "dead_end_subject": "your mail reached nobody",
        "dead_end": (
            "You answered an automatic mail that cannot be answered: what you wrote reached nobody.\n\n"
            "{cure}\n\nWhat you had written:\n\n{text}"
        ),
        "dead_end_cure": "To answer the customer, answer the notice of the case, or: ventanilla reply KEY",
        "loop_subject": "automatic mail in a loop, {channel}",
        "loop_own": (
            "Automatic mail of this very installation came back to {channel} (from {address}). It is not answered and opens no "
            "case. Mostly it is a forwarding set wrongly, or a mailbox that copies to another.\n"
            "See it: ventanilla inbox --state screened"
        ),
        "loop_other": (
            "Another machine ({address}) and {channel} seem to write to each other by themselves: {count} times within {hours} h. "
            "Nothing more that is automatic goes from here to that address for a while.\nSee it: ventanilla inbox --state screened"
        ),
    },
    "ca": {
        "by_mail": "Responeu aquest correu: el que escriviu arriba al client. Si comença per // queda com a nota interna.",
        "by_command": "Per respondre al client: ventanilla reply {key}",
        "not_sent_subject": "la vostra resposta no s'ha enviat, cas {key}",
        "not_sent": "{reason}\n\n{news}\n\n{cure}\n\nEl que havíeu escrit:\n\n{text}",
        "no_words": "Al vostre correu no s'ha trobat text nou, fora de la citació i de la signatura.",
        "sealed": (
            "El vostre correu porta {file}: a dins hi pot anar l'avís i no s'hi pot mirar. "
            "Envieu-lo sense S/MIME i com a text o HTML."
        ),
        "holds_notice": "El vostre text porta parts de l'avís, que són només per a la casa.",
        "forwarded": "Heu reenviat l'avís en lloc de respondre'l: al client no li ha arribat res.",
        "note_unproven": "La nota no s'ha desat: no consta que el correu sigui vostre ({reason}).",
        "note_files_subject": "la vostra nota del cas {key}, sense fitxers",
        "note_files": "La nota s'ha desat. Els fitxers no es desen amb les notes, i no s'han enviat a ningú.",
        "old_notice": "Aquell avís ja no val: el cas {key} se us va tornar a assignar després. Responeu l'avís més recent.",
        "write_above": "Escriviu per sobre de la citació, no a dins, responent aquest correu.",
        "again": "Si voleu que surti, responeu aquest correu amb el text que hagi d'arribar.",
        "note_instead": "Per deixar-ho escrit al cas: ventanilla note {key}",
        "reopen_first": "Per tornar-lo a obrir: ventanilla reopen {key}",
        "news": "L'últim que ha escrit el client:\n\n{text}",
        "not_proven_subject": "és vostra aquesta resposta? Cas {key}",
        "not_proven": (
            "Ha arribat una resposta al client del cas {key} en nom vostre, i no consta que sigui vostra ({reason}). Està "
            "retinguda.\n\n{text}\n\n{cure}"
        ),
        "not_proven_cure": (
            "Enviar-la: ventanilla outbox release {number} --as {agent}\n"
            "Descartar-la: ventanilla outbox drop {number}"
        ),
        "button_send": "És meva: envia-la",
        "button_drop": "Descarta-la",
        "held_sent": "Enviada: la vostra resposta de {key} surt ara.",
        "held_dropped": "Descartada: al client de {key} no li arriba res.",
        "dead_end_subject": "el vostre correu no ha arribat a ningú",
        "dead_end": (
            "Heu respost un correu automàtic que no es pot respondre: el que vau escriure no ha arribat a ningú.\n\n"
            "{cure}\n\nEl que havíeu escrit:\n\n{text}"
        ),
        "dead_end_cure": "Per respondre al client, responeu l'avís del cas, o bé: ventanilla reply KEY",
        "loop_subject": "correu automàtic en bucle, {channel}",
        "loop_own": (
            "A {channel} li ha tornat correu automàtic d'aquesta mateixa instal·lació (de {address}). No es respon ni obre casos. "
            "Sol ser un reenviament mal posat, o una bústia que n'envia còpia a una altra.\n"
            "Veure'l: ventanilla inbox --state screened"
        ),
        "loop_other": (
            "Sembla que una altra màquina ({address}) i {channel} s'escriuen soles: {count} vegades en {hours} h. D'aquí no surt "
            "res més d'automàtic cap a aquella adreça durant una estona.\nVeure'l: ventanilla inbox --state screened"
        ),
    },
    "gl": {
        "by_mail": "Conteste a este correo: o que escriba chégalle ao cliente. Se comeza por // queda como nota interna.",
        "by_command": "Para contestarlle ao cliente: ventanilla reply {key}",
        "not_sent_subject": "non se enviou a súa resposta, caso {key}",
        "not_sent": "{reason}\n\n{news}\n\n{cure}\n\nO que tiña escrito:\n\n{text}",
        "no_words": "No seu correo non se atopou texto novo, fóra da cita e da sinatura.",
        "sealed": (
            "O seu correo trae {file}: dentro pode ir o aviso e non se pode mirar. "
            "Envíeo sen S/MIME e como texto ou HTML."
        ),
        "holds_notice": "O seu texto leva dentro partes do aviso, que son só para a casa.",
        "forwarded": "Reenviou o aviso en vez de contestalo: ao cliente non lle chegou nada.",
        "note_unproven": "A nota non se gardou: non consta que o correo sexa seu ({reason}).",
        "note_files_subject": "a súa nota do caso {key}, sen ficheiros",
        "note_files": "A nota gardouse. Os ficheiros non se gardan coas notas, e non se enviaron a ninguén.",
        "old_notice": "Ese aviso xa non vale: o caso {key} volveuse asignar a vostede despois. Conteste ao aviso máis recente.",
        "write_above": "Escriba por riba da cita, non dentro dela, contestando a este correo.",
        "again": "Se quere que saia, conteste a este correo co texto que deba chegar.",
        "note_instead": "Para deixalo escrito no caso: ventanilla note {key}",
        "reopen_first": "Para abrilo outra vez: ventanilla reopen {key}",
        "news": "O último que escribiu o cliente:\n\n{text}",
        "not_proven_subject": "é súa esta resposta? Caso {key}",
        "not_proven": (
            "Chegou unha resposta ao cliente do caso {key} no seu nome, e non consta que sexa súa ({reason}). Está "
            "retida.\n\n{text}\n\n{cure}"
        ),
        "not_proven_cure": (
            "Enviala: ventanilla outbox release {number} --as {agent}\n"
            "Descartala: ventanilla outbox drop {number}"
        ),
        "button_send": "É miña: enviar",
        "button_drop": "Descartala",
        "held_sent": "Enviada: a súa resposta de {key} sae agora.",
        "held_dropped": "Descartada: ao cliente de {key} non lle chega nada.",
        "dead_end_subject": "o seu correo non lle chegou a ninguén",
        "dead_end": (
            "Contestou a un correo automático que non se pode contestar: o que escribiu non lle chegou a ninguén.\n\n"
            "{cure}\n\nO que tiña escrito:\n\n{text}"
        ),
        "dead_end_cure": "Para contestarlle ao cliente, responda ao aviso do caso, ou ben: ventanilla reply KEY",
        "loop_subject": "correo automático en bucle, en {channel}",
        "loop_own": (
            "A {channel} chegoulle de volta correo automático desta mesma instalación (de {address}). Non se contesta nin abre "
            "casos. Adoita ser un reenvío mal posto, ou unha caixa que lle manda copia a outra.\n"
            "Velo: ventanilla inbox --state screened"
        ),
        "loop_other": (
            "Parece que outra máquina ({address}) e {channel} se escriben soas: {count} veces en {hours} h. De aquí non sae "
            "nada máis automático cara a ese enderezo durante un tempo.\nVelo: ventanilla inbox --state screened"
        ),
    },
    "eu": {
        "by_mail": "Erantzun mezu honi: idazten duzuna bezeroari iristen zaio. //-rekin hasten bada, barne-oharra da.",
        "by_command": "Bezeroari erantzuteko: ventanilla reply {key}",
        "not_sent_subject": "zure erantzuna ez da bidali, {key} kasua",
        "not_sent": "{reason}\n\n{news}\n\n{cure}\n\nIdatzi zenuena:\n\n{text}",
        "no_words": "Zure mezuan ez da testu berririk aurkitu, aipuaz eta sinaduraz gain.",
        "sealed": (
            "Zure mezuak {file} dakar: barruan abisua egon daiteke, eta ezin da begiratu. "
            "Bidali S/MIME gabe, testu edo HTML gisa."
        ),
        "holds_notice": "Zure testuak abisuaren zatiak ditu, eta horiek etxekoentzat bakarrik dira.",
        "forwarded": "Abisua birbidali duzu, erantzun beharrean: bezeroari ez zaio ezer iritsi.",
        "note_unproven": "Oharra ez da gorde: ez dago frogatuta mezua zurea denik ({reason}).",
        "note_files_subject": "zure oharra, {key} kasua, fitxategirik gabe",
        "note_files": "Oharra gorde da. Fitxategiak ez dira oharrekin gordetzen, eta ez zaizkio inori bidali.",
        "old_notice": "Abisu hark ez du balio: {key} kasua berriro esleitu zaizu geroago. Erantzun azken abisuari.",
        "write_above": "Idatzi aipuaren gainean, ez barruan, mezu honi erantzunez.",
        "again": "Bidali nahi baduzu, erantzun mezu honi bezeroari iritsi behar zaion testuarekin.",
        "note_instead": "Kasuan idatzita uzteko: ventanilla note {key}",
        "reopen_first": "Berriro irekitzeko: ventanilla reopen {key}",
        "news": "Bezeroak idatzi duen azkena:\n\n{text}",
        "not_proven_subject": "zurea al da erantzun hau? {key} kasua",
        "not_proven": (
            "{key} kasuko bezeroarentzako erantzun bat iritsi da zure izenean, eta ez dago frogatuta zurea denik ({reason}). "
            "Geldirik dago.\n\n{text}\n\n{cure}"
        ),
        "not_proven_cure": (
            "Bidaltzeko: ventanilla outbox release {number} --as {agent}\n"
            "Baztertzeko: ventanilla outbox drop {number}"
        ),
        "button_send": "Nirea da: bidali",
        "button_drop": "Baztertu",
        "held_sent": "Bidalita: {key} kasuko zure erantzuna orain doa.",
        "held_dropped": "Baztertuta: {key} kasuko bezeroari ez zaio ezer iristen.",
        "dead_end_subject": "zure mezua ez zaio inori iritsi",
        "dead_end": (
            "Erantzun ezin den mezu automatiko bati erantzun diozu: idatzi duzuna ez zaio inori iritsi.\n\n"
            "{cure}\n\nIdatzi zenuena:\n\n{text}"
        ),
        "dead_end_cure": "Bezeroari erantzuteko, erantzun kasuaren abisuari, edo: ventanilla reply KEY",
        "loop_subject": "posta automatikoa begiztan, {channel}",
        "loop_own": (
            "{channel} kanalera instalazio honen beraren posta automatikoa itzuli da ({address} helbidetik). Ez zaio erantzuten, "
            "eta ez du kasurik irekitzen. Gehienetan gaizki jarritako birbidaltze bat izaten da.\n"
            "Ikusteko: ventanilla inbox --state screened"
        ),
        "loop_other": (
            "Badirudi beste makina batek ({address}) eta {channel} kanalak beren kabuz idazten diotela elkarri: {count} aldiz, "
            "{hours} ordutan. "
            "Hemendik ez da ezer automatikorik aterako helbide horretara tarte batez.\n"
            "Ikusteko: ventanilla inbox --state screened"
        ),
    },
}  # fmt: skip


def said(language: str, code: str, **values: str) -> str:
    """One text, filled in; a language without texts of its own gets the nearest that has them."""
    return _SAID[spoken_language(language)][code].format_map(values)
