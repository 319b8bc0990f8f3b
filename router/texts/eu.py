"""What is said in Basque. Names and times stand apart from their sentence, because nobody can decline what is filled in."""

from __future__ import annotations

from router.texts.letterhead import Letterhead, Words

BASQUE = Words(
    date="yyyy/MM/dd",
    acknowledgement=Letterhead(
        subject="Re: {subject} [{key}]",
        body="""{greeting}

Zure mezua jaso dugu ({date}, {time}), eta badu jada pertsona arduradun bat.
Zure kasuaren zenbakia: {key}.

{expectation}

Zerbait gehitu nahi baduzu, erantzun mezu honi gaiaren zenbakia kendu gabe, eta kasu berera iritsiko da.

{house}

(Hartu-agiri automatikoa. Ez da erantzun behar.)""",
    ),
    notice=Letterhead(
        subject="[{key}] {customer}: {subject}",
        body="""{who} erantzunaren zain dago ({since}; {waited}).

{due}

{excerpt}

Kasua: {key} · {channel} · {why}
Osorik ikusteko: ventanilla show {key}
{answer}""",
    ),
    digest=Letterhead(
        subject="Zure zain dauden kasuak: {count}",
        body="Egun on, {name}.\n\nTxandatik kanpo zeunden bitartean:\n\n{lines}\n\n{house}",
    ),
    screened_digest=Letterhead(
        subject="Gaur baztertutako mezuak: {count}",
        body="Mezu hauek ez dute kasurik ireki:\n\n{lines}\n\nBati pasatzen uzteko: ventanilla release ID\n\n{house}",
    ),
    alert=Letterhead(subject="Ventanilla: {subject}", body="{body}\n\n{house}"),
    announcements={
        "out_of_hours": "Une honetan itxita gaude. Noiz itzuliko garen: {opening}.",
        "needs_information": "Zure kasuarekin ({key}) jarraitzeko, datu bat gehiago behar dugu:\n\n{text}",
        "resolved": (
            "Zure kasua ({key}) konpondutzat eman dugu. Zerbait geratu bada, erantzun mezu honi eta berriro "
            "irekiko dugu."
        ),
        "reopened": "Zure kasua ({key}) berriro ireki dugu. {expectation}",
        "delay": (
            "Zure kasuarekin ({key}) jarraitzen dugu, baina esan baino denbora gehiago beharko dugu. Barkatu "
            "itxaronaldia: pertsona batek erantzungo dizu ahal bezain laster."
        ),
    },
    phrases={
        "greeting": "Kaixo, {name}:",
        "greeting_nobody": "Kaixo:",
        "answer_by": "Beranduenez ere, une honetan izango duzu erantzuna: {when}.",
        "answer_soon": "Lehenbailehen erantzungo dizugu.",
        "due": "Agindutako epea: {when}.",
        "overdue": "Agindutako epea: {when} (igaro da).",
        "opted_out": "Gehiago ez idazteko eskatu du ({day}): erantzuten zaiona ez da bidaliko.",
        "no_subject": "(gairik gabe)",
        "hidden": "(oharretan ez da testurik sartzen)",
        "on_channel": "hemen jasoa: {channel}",
        "escalated": "ezin izan zaio jakinarazi: {agent}",
        "escalation": "Ezin izan zaio {key} kasuaren berri eman arduradunari ({agent}). Arrazoia: {reason}.",
        "brake": (
            "{limit} hartu-agiri baino gehiago bidali dira {minutes} minututan; hurrengoak atxikita geratuko dira.\n"
            "Ikusteko: ventanilla outbox --state held\nAskatzeko: ventanilla outbox release --all\n"
            "Baztertzeko: ventanilla outbox drop --all"
        ),
        "brake_subject": "hartu-agiriak atxikita",
        "beside": "{agent} arduratzen da bezero honen beraren {key} kasuaz",
        "nobody_else_subject": "beste inor ez {key} kasurako",
        "nobody_else_declined": (
            "{agent}: {key} kasua ez dagokiola esan du, eta orain ez dago beste inor har dezakeenik. {holder} geratu da harekin.\n"
            "Zergatik: ventanilla explain {key}\n"
            "Norbaiti emateko: ventanilla transfer {key} --to NAME"
        ),
        "nobody_else_acceptance_lapsed": (
            "{agent}: {key} kasua ez du garaiz onartu, eta orain ez dago beste inor har dezakeenik. {holder} geratu da harekin.\n"
            "Zergatik: ventanilla explain {key}\n"
            "Norbaiti emateko: ventanilla transfer {key} --to NAME"
        ),
        "escalation_subject": "entregatu gabeko oharra, {key} kasua",
        "edited": (
            "{customer} bezeroak {key} kasuko mezu bat aldatu du; kasu horrek ez zuen erantzunik zain. Orain hau "
            "dio:\n\n"
            "{excerpt}\n\nOsorik ikusi: ventanilla show {key}"
        ),
        "edited_subject": "erantzun ondoren aldatutako mezua, {key} kasua",
        "reply_failed": (
            "{key} kasuaren erantzuna ezin izan zaio {recipient}(r)i entregatu. Arrazoia: {reason}. Bezeroa zain dago "
            "oraindik.\n\nIdatzitakoa:\n\n{text}\n\nBerriro erantzuteko: ventanilla reply {key}"
        ),
        "reply_failed_subject": "erantzun bat ez zaio bezeroari iritsi, {key} kasua",
        "reply_unknown": (
            "Ez dakigu {key} kasuaren erantzuna {recipient}(r)i bidali zaion: azken unean eten zen, eta ez da bere "
            "kabuz errepikatzen, bezeroak bi aldiz jaso ez dezan.\n\nIdatzitakoa:\n\n{text}\n\n"
            "Iritsi ez bada, bidali berriro: ventanilla outbox resend {number}"
        ),
        "reply_unknown_subject": "ez dakigu erantzun bat atera den, {key} kasua",
        "reply_overtaken": (
            "{agent} izan da azkarrena {key} kasuari erantzuten, eta zure erantzuna ({recipient}) atxiki egin da.\n\n"
            "Idatzi zenuena:\n\n{text}\n\n"
            "Hala ere bidaltzeko: ventanilla outbox release {number}\n"
            "Baztertzeko: ventanilla outbox drop {number}"
        ),
        "reply_overtaken_subject": "norbait aurreratu da: {key} kasuko zure erantzuna atxikita dago",
        "reply_to_spam": (
            "{agent} erabiltzaileak zaborposta gisa markatu du {key} kasua, eta zure erantzuna ({recipient}) atxiki egin da.\n\n"
            "Idatzi zenuena:\n\n{text}\n\n"
            "Hala ere bidaltzeko: ventanilla outbox release {number}\n"
            "Baztertzeko: ventanilla outbox drop {number}"
        ),
        "reply_to_spam_subject": "zaborposta gisa markatua: {key} kasuko zure erantzuna atxikita dago",
        "somebody": "norbaitek, postontzi partekatutik",
        "undelivered": "Ezin izan zaio {recipient} hartzaileari {key} kasuaz idatzitakoa entregatu. Arrazoia: {reason}.",
        "undelivered_subject": "bezeroari entregatu gabeko mezua, {key} kasua",
        "paused": "{channel} kanala geldirik dago: {problem}\n{cure}\nGainerako kanalek aurrera jarraitzen dute.",
        "paused_subject": "{channel} kanala geldirik dago",
        "quarantined": (
            "Ezin izan da {channel} kanaleko {inbox_id} mezua irakurri: {reason}\n"
            "Ikusteko: ventanilla inbox --state quarantined\n"
            "Berriro saiatzeko: ventanilla replay {inbox_id}"
        ),
        "quarantined_subject": "irakurri gabeko mezu bat {channel} kanalean",
        "morning_subject": "Gaurko zure kasuak: {count}",
        "morning_hello": "Egun on, {name}.",
        "morning_broken": "Aginduak eta epez kanpo daudenak",
        "morning_due": "Gaur epea amaitzen dutenak",
        "morning_unseen": "Zureak eta oraindik ireki gabe",
        "morning_uncovered": "Gaur ez daudenenak, haien ordez inor gabe",
        "morning_line": "Norbaitek noiz hartuko zain",
        "morning_held": "Atxikitako erantzunak",
        "morning_unknown": "Irten diren ez dakigun erantzunak",
        "morning_unclassified": "Kexa edo erreklamazio bat aipatzen dute eta oraindik kontsultak dira",
        "morning_more": "… eta beste {count}: ventanilla conversations --open",
        "morning_not_opened": "ireki gabe",
        "promised_first_response": "lehen erantzuna",
        "promised_next_response": "erantzuna",
        "promised_first_resolution": "ebazpena",
        "promised_legal": "legezko epea",
    },
    reasons={
        "reopened": "berea zen, eta berriro ireki da",
        "split": "bere beste kasu batetik banatu da",
        "unmerged": "beste kasu batetik itzuli da",
        "began": "berak hasi du",
        "taken_in": "aurrez aurre hartu du",
        "transfer": "pertsona batek eman dio",
        "taken": "hartu egin du",
        "declined": "arduradunak ez zegokiola esan zuen",
        "acceptance_lapsed": "arduradunak ez zuen garaiz onartu",
        "restricted": "bezero hau artatzen duen pertsona bakarra da",
        "same_customer": "bezero honen beste kasu bat darama jada",
        "account_manager": "bezero honen arduraduna da",
        "rule": "arau batek pertsona honi ematen dizkio horrelako kasuak",
        "last_owner": "azken aldian berak artatu zuen bezero hau",
        "balanced": "bere ahalmenerako kasu gutxien zituena",
        "round_robin": "bere txanda zen",
        "longest_idle": "denbora gehien zeramana libre",
        "duty_present": "beste inork ezin zuen: guardian dago",
        "duty_silent": "inor ez txandan: ireki arte gordeko du kasua",
        "line": "zain zegoen eta orain arta dezake",
        "owner_off_duty": "arduradunaren txanda amaitu da",
        "owner_left": "arduraduna ez dago jada",
        "cover": "kanpoan dagoena ordezten du",
    },
)
