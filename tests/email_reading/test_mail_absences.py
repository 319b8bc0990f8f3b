"""Out-of-office mail of one of us must not reach a customer; a customer's own subject is never enough to silence them."""

from __future__ import annotations

import pytest

from connectors.imap_email.reading.absences import is_absence, may_be_absence
from tests.email_reading.house import mail
from ventanilla.words import Verdict

ABSENCES = (
    "Resposta automática: aviso", "Resposta automàtica: avís", "Respuesta automática: aviso", "Automatic reply: x",
    "Out of office", "Fóra da oficina", "Fora de l'oficina: aviso", "Fora de l’oficina", "Fuera de la oficina",
    "Bulegotik kanpo", "Erantzun automatikoa: x", "Absence du bureau: x", "Réponse automatique : aviso",
    "Re\u0301ponse automatique",
)  # fmt: skip
BY_HAND = (
    "Estoy fuera de la oficina", "De vacaciones: aviso", "De vacaciones hasta el 30", "Oporretan nago", "Estic de vacances",
    "Estou fóra da oficina", "Vacaciones", "I'm out of the office", "On leave until Monday",
    "Re: Respuesta automática: aviso", "RE: RV: Fuera de la oficina", "Rv: De vacaciones",
)  # fmt: skip
ORDINARY = (
    "Re: [K7M-Q2X-VTR] Lucía: fuera de la oficina", "Re: De vacaciones en Cádiz, qué hotel", "Fuera de plazo", "Ausencia de stock",
    "Vacaciones escolares: horario", "Pedido 7", "Automático de 16 A", "Oporto",
)  # fmt: skip
TOKEN = "vn.K7MQ2XVTR.00015f3a9c0e1b.0123456789abcdef0123@example.com"


@pytest.mark.parametrize("subject", ABSENCES)
def test_a_programs_subject_is_known_in_every_language(subject: str) -> None:
    assert is_absence(subject)
    assert may_be_absence(f"Re: {subject}")


@pytest.mark.parametrize("subject", BY_HAND)
def test_of_one_of_us_a_persons_words_are_doubted_too(subject: str) -> None:
    assert may_be_absence(subject)


@pytest.mark.parametrize("subject", ORDINARY)
def test_ordinary_subjects_are_none(subject: str) -> None:
    assert not is_absence(subject)
    assert not may_be_absence(subject)


@pytest.mark.parametrize("subject", [*ABSENCES, *BY_HAND])
def test_a_customers_subject_alone_silences_nobody(subject: str) -> None:
    assert mail(subject=subject).screening.verdict is Verdict.ACCEPT


@pytest.mark.parametrize("subject", [*ABSENCES, *BY_HAND])
def test_an_absence_that_answers_a_notice_is_a_machines(subject: str) -> None:
    found = mail(from_="luis@example.com", subject=subject, in_reply_to=f"<{TOKEN}>").screening

    assert (found.verdict, found.reason) == (Verdict.AUTO_REPLY, "auto_reply: out-of-office subject")


@pytest.mark.parametrize("header", ["in_reply_to", "references"])
def test_an_id_folded_in_its_middle_still_names_a_notice(header: str) -> None:
    folded = f"<{TOKEN[:20]}\n {TOKEN[20:]}>"

    found = mail(from_="luis@example.com", return_path="<>", **{header: folded}).screening

    assert (found.verdict, found.reason) == (Verdict.AUTO_REPLY, "auto_reply: empty sender")
