"""What the staff's bot says in Basque."""

from __future__ import annotations

COMMANDS_EU = {
    "available": ("prest", "hemen nago: kasuak har ditzaket"),
    "pause": ("eten", "kasu berririk ez nire hurrengo txandara arte; /eten 30m ordu erdirako"),
    "cases": ("kasuak", "nire kasu irekiak"),
    "help": ("laguntza", "zer egin dezakeen bot honek"),
}
SAYINGS_EU = {
    "stranger": (
        "Bot honek {house} etxean lan egiten dutenei bakarrik idazten die. Horietako bat bazara, eskatu gonbidapen bat."
    ),
    "welcome": "Kaixo, {name}. Eginda: hemendik aurrera {house} etxearen abisuak hona iritsiko zaizkizu.\n\n{commands}",
    "welcome_again": "Kaixo, {name}. Kontu hau lotuta zegoen: abisuak hona iristen zaizkizu.\n\n{commands}",
    "invitation_unknown": "Ez dut gonbidapen hau ezagutzen. Ireki esteka berriro, edo eskatu beste bat.",
    "invitation_used": "Gonbidapen hau erabilita dago, eta bakoitzak behin bakarrik balio du. Eskatu beste bat.",
    "invitation_over": "Gonbidapen honek ez du balio: 48 ordu igaro dira, edo berriagoa egin da. Eskatu beste bat.",
    "account_taken": (
        "Telegram kontu hau {other} lankidearena da. Ireki gonbidapena zeure kontutik, edo lotu dezala {other} lankideak "
        "lehenago beste kontu bat."
    ),
    "moved_away": "{name} lankidearen abisuak beste Telegram kontu batera doaz orain. Honetara ez da gehiago iritsiko.",
    "help": "Zer egin dezakeen bot honek:\n\n{how}\n\n{commands}",
    "unknown_command": "Ez dut {command} ezagutzen.\n\n{commands}",
    "old_button": "Botoi horrek ez du ezer egiten.",
    "available": "Prest zaude.",
    "available_until": "Prest zaude. Zure txandaren amaiera: {when}.",
    "available_off": "Ez zaude etenaldian, baina txandatik kanpo zaude. Kasuak berriro: {when}.",
    "available_never": "Ez zaude etenaldian, baina zure egutegiak ez du txanda gehiagorik.",
    "paused_until": "Etenaldian, hurrengo txandara arte: {when}. Lehenago itzultzeko: {available}",
    "paused_for": "Etenaldian. Itzulera: {when}. Lehenago itzultzeko: {available}",
    "paused_open": "Etenaldian, {available} idatzi arte",
    "paused_already": "Etenaldian zaude. Itzulera: {when}. Lehenago itzultzeko: {available}",
    "away_already": "Kanpoan zaudela jasota dago, {available} idatzi arte",
    "pause_odd": "Ez dut «{length}» ulertzen. Idatzi {pause} bakarrik, edo denbora batekin: 30m, 2h.",
    "waits_on_you": "Erantzunaren zain dauden zure kasuak: {count}. Ez zauden bitartean beste norbaitengana doaz.",
    "no_cases": "Ez duzu kasu irekirik.",
    "cases": "Zure kasu irekiak: {count}",
    "more_cases": "… eta beste {count}: ventanilla conversations --open --agent {agent}",
    "waits_since": "zain: {since}",
    "waits_for_customer": "bezeroaren zain",
    "due": "agindua: {when}",
    "overdue": "agindua: {when} (igarota)",
    "newest_of": "Mezuak: {count}. Azkena:",
    "no_text": "(testurik gabe)",
    "voicemail": "(ahots mezua)",
    "taken_over": "Kasu honen arduraduna orain: {agent}.",
    "answered_by": "{agent}(e)k erantzun du {when}.",
    "answered_mailbox": "Posta-ontzi partekatutik erantzun da {when}.",
    "ended_by": "{agent}(e)k ebatzi du {when}.",
    "audio_later": "Grabazioa ezin da oraindik jaitsi; hona iritsiko da.",
    "audio": "{key}: grabazioa",
    "test_subject": "Ventanilla: proba-abisua",
    "test": "{house} etxearen proba-abisua. Hau irakur badezakezu, abisuak hemendik iristen zaizkizu.",
}
