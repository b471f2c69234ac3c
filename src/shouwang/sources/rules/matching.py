"""Whose row it is, in five steps, the surest first. Pure: the persons who come into question are given.

1. the ID number, and the name agrees;
2. name, birth date and village;
3. the number repaired: one wrong character or one swap, and name and birth date agree;
4. a name that sounds or looks the same, or is written in another way, with the number or with birth date and village;
5. everything else goes to a person, pair by pair (`offers`).

A step that finds several persons, or one whom another step contradicts, leaves the row to a person: a false match is
worse than an unmatched row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from shouwang.kit.texts import name_key
from shouwang.sources.rules.agreement import Agreement, Number, births_compared, villages_compared
from shouwang.sources.rules.names import SIMILAR, Alike, names_alike
from shouwang.sources.rules.repairs import Repair
from shouwang.sources.rules.rows import BirthDiffers
from shouwang.sources.rules.subjects import Subject

EXACT_SCORE = 1000
EXACT_WITHOUT_NAME_SCORE = 980
SIMILAR_ID_SCORE = 950
REPAIRED_SCORE = 930
NAME_SCORE = 900
SIMILAR_BIRTH_SCORE = 870
MOST_OFFERS = 3

NOT_FOUND = "登记簿里没有对上这个人，需由县里核对。"
SEVERAL = "有不止一个人对得上，需由县里核对。"
NAME_DIFFERS = "身份证号和姓名对不上同一个人，请核对后改正；没有写错的，由县里核对。"
NO_KEY = "没有身份证号，也没有可以对人的姓名、出生日期和村。"


class Candidate(Protocol):
    """A person of the register as matching sees her."""

    @property
    def person_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def slot(self) -> int: ...


@dataclass(frozen=True)
class Offer:
    """A person whom somebody should compare with the row."""

    person: Candidate
    agreement: Agreement


@dataclass(frozen=True)
class Outcome:
    """Either a person with how she was found, or the sentence why not and whom a person should look at."""

    person: Candidate | None = None
    household_id: int = 0
    method: str = ""
    score: int = 0
    reason: str = ""
    offers: tuple[Offer, ...] = ()
    decision_id: int | None = None


def _one(candidates: Iterable[Candidate]) -> list[Candidate]:
    return list({candidate.person_id: candidate for candidate in candidates}.values())


def match_by_id(candidates: Sequence[Candidate], *, subject: Subject) -> Outcome | None:
    """This function judges the persons who bear the ID; None when nobody does, so that the next rule may try.

    A row whose birth date contradicts its number is taken only where the register has that birth date, too.
    """
    outcome = _match_by_id(candidates, name=subject.name, has_name=bool(subject.name))
    if outcome is None or outcome.person is None or not subject.is_contradictory:
        return outcome
    return outcome if outcome.person.birth_date == subject.told_birth else Outcome(reason=BirthDiffers.sentence)


def _match_by_id(candidates: Sequence[Candidate], *, name: str, has_name: bool) -> Outcome | None:
    if not candidates:
        return None
    first = candidates[0]
    if len(candidates) == 1 and has_name and first.name == name:
        return Outcome(first, method="EXACT_ID", score=EXACT_SCORE)
    found = _one(candidates)
    if not has_name:
        if len(found) == 1:
            return Outcome(found[0], method="EXACT_ID", score=EXACT_WITHOUT_NAME_SCORE)
        return Outcome(reason=SEVERAL)
    agreeing = [candidate for candidate in found if name_key(candidate.name) == name_key(name)]
    if len(agreeing) == 1:
        return Outcome(agreeing[0], method="EXACT_ID", score=EXACT_SCORE)
    if agreeing:
        return Outcome(reason=SEVERAL)
    similar = [candidate for candidate in found if names_alike(name, candidate.name) in SIMILAR]
    if len(found) == 1 and similar:
        return Outcome(similar[0], method="SIMILAR_ID", score=SIMILAR_ID_SCORE)
    return Outcome(reason=NAME_DIFFERS)


def match_by_name(candidates: Sequence[Candidate]) -> Outcome:
    """This function judges the persons of one name, birth date and village."""
    found = _one(candidates)
    if len(found) == 1:
        return Outcome(found[0], method="NAME_BIRTH", score=NAME_SCORE)
    return Outcome(reason=SEVERAL if found else NOT_FOUND)


def match_by_repair(subject: Subject, bearers: Sequence[tuple[Repair, Candidate]]) -> Outcome:
    """This function judges the persons who bear a number that the broken one may have been.

    The name must be the same, and so must the birth date: that of the row's own column, or else the digits as they were
    delivered, so that an error among them leaves the row to a person. Without that column a second namesake among the
    bearers does so too: the error may have made her birth date.
    """
    name = name_key(subject.name)
    namesakes = [(repair, person) for repair, person in bearers if name and name_key(person.name) == name]
    found = _one(person for repair, person in namesakes if _birth_agrees(subject, repair, person))
    if not found:
        return Outcome(reason=NOT_FOUND)
    if len(found) > 1 or (subject.told_birth is None and len(_one(person for _, person in namesakes)) > 1):
        return Outcome(reason=SEVERAL)
    return Outcome(found[0], method="ID_REPAIRED", score=REPAIRED_SCORE)


def _birth_agrees(subject: Subject, repair: Repair, person: Candidate) -> bool:
    if person.birth_date is None or repair.birth_date != person.birth_date:
        return False
    if subject.told_birth is not None:
        return subject.told_birth == person.birth_date
    return not repair.touches_birth


def match_by_similar_name(subject: Subject, neighbours: Sequence[Candidate], near: Mapping[int, Repair]) -> Outcome:
    """This function judges everybody of the row's birth date and village by a name that is nearly the row's.

    A number that is valid and not hers speaks against her, and so does a broken one that no repair makes hers; `near`
    holds the repair by person. Two who fit leave the row to a person.
    """
    alike = [person for person in _one(neighbours) if names_alike(subject.name, person.name) in SIMILAR]
    if len(alike) > 1:
        return Outcome(reason=SEVERAL)
    if not alike or subject.number or (subject.broken and alike[0].person_id not in near):
        return Outcome(reason=NOT_FOUND)
    return Outcome(alike[0], method="SIMILAR_BIRTH", score=SIMILAR_BIRTH_SCORE)


def agreement_of(subject: Subject, person: Candidate, *, number: Number) -> Agreement:
    """This function compares a row's person with one of the register."""
    return Agreement(
        name=names_alike(subject.name, person.name) if subject.name else Alike.UNKNOWN,
        birth=births_compared(subject.likely_birth, person.birth_date),
        village=villages_compared(subject.slots, person.slot),
        number=number,
    )


def offers_of(
    subject: Subject, persons: Iterable[Candidate], *, bearers: frozenset[int], near: frozenset[int]
) -> tuple[Offer, ...]:
    """This function returns whom a person should compare with the row, the likeliest first.

    `bearers` have the delivered number, `near` one that it may have been. A number that somebody of another name bears
    may be a relative's: neither it nor its birth date then speaks for or against anybody else; namesakes come first.
    """
    other = Number.DIFFERENT if subject.number or subject.broken else Number.UNKNOWN
    doubted = replace(subject, number="", number_birth=None)
    offers = []
    for person in _one(persons):
        pk = person.person_id
        number = Number.SAME if pk in bearers else Number.NEAR if pk in near else other
        if bearers and number is Number.DIFFERENT:
            offers.append(Offer(person, agreement_of(doubted, person, number=Number.UNKNOWN)))
        else:
            offers.append(Offer(person, agreement_of(subject, person, number=number)))
    asked = [offer for offer in offers if offer.agreement.is_worth_asking]
    asked.sort(key=lambda offer: (_is_nobody_alike(offer, bearers), -offer.agreement.points, offer.person.person_id))
    return tuple(asked[:MOST_OFFERS])


def _is_nobody_alike(offer: Offer, bearers: frozenset[int]) -> bool:
    return bool(bearers) and offer.agreement.name not in {Alike.SAME, *SIMILAR}
