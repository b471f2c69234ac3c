"""Matching many rows with the register at once, as the worker held to the organisation's areas.

Each step asks the register one question about all rows that are still open; what a row says of somebody stays in this
process's memory, and of ID numbers only blind indexes reach the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from shouwang.kit.seal import keyring
from shouwang.kit.texts import name_key
from shouwang.people.access import Viewer
from shouwang.people.selectors import areas_visible_to
from shouwang.register.rules import name_initials
from shouwang.register.selectors import (
    MatchHit,
    homes_of,
    id_blinds,
    match_hits,
    persons_by_birth_village,
    persons_by_blinds,
    persons_by_initials,
    persons_by_name,
)
from shouwang.sources.rules.kinds import FeedKind
from shouwang.sources.rules.matching import (
    NO_KEY,
    NOT_FOUND,
    Candidate,
    Outcome,
    match_by_id,
    match_by_name,
    match_by_repair,
    match_by_similar_name,
    offers_of,
)
from shouwang.sources.rules.names import SIMILAR, names_alike
from shouwang.sources.rules.places import Places
from shouwang.sources.rules.repairs import Repair, id_repairs
from shouwang.sources.rules.rows import Row
from shouwang.sources.rules.subjects import Subject, subject_of
from shouwang.sources.selectors.decisions import Learnt, decisions_learnt

LEARNT_SCORE = 1000


def subject_mark(subject: Subject) -> bytes:
    """This function returns the blind index of the words in which a row names somebody."""
    return keyring().blind("match_subject", subject.fingerprint)


@dataclass
class _Open:
    """One row under way: whom it names, who was found so far, and whom a person has ruled out."""

    subject: Subject
    mark: bytes = b""
    outcome: Outcome | None = None
    bearers: list[MatchHit] = field(default_factory=list)
    neighbours: list[MatchHit] = field(default_factory=list)
    repaired: list[tuple[Repair, MatchHit]] = field(default_factory=list)
    others: list[MatchHit] = field(default_factory=list)
    ruled_out: frozenset[int] = frozenset()


class RowMatcher:
    """Finds whose each row is; asks the register a handful of questions however many rows there are.

    Without a `kind` it matches subjects only.
    """

    def __init__(self, viewer: Viewer, *, on: date, kind: FeedKind | None = None, organisation_id: int = 0) -> None:
        self.viewer, self.kind, self.on = viewer, kind, on
        self.organisation_id = organisation_id or viewer.organisation_id or 0

    @cached_property
    def places(self) -> Places:
        """The villages of the organisation's areas by name."""
        towns = {area.lo: area.name for area in areas_visible_to(self.viewer, level=4)}
        villages = areas_visible_to(self.viewer, level=5)
        return Places((area.lo, area.name, towns.get(area.lo // 1000 * 1000, "")) for area in villages)

    @cached_property
    def counties(self) -> tuple[int, ...]:
        """The six-digit counties of the organisation's areas."""
        return tuple(sorted({area.lo // 1_000_000 for area in areas_visible_to(self.viewer, level=5)}))

    def subject(self, row: Row) -> Subject:
        """This function returns whom a row names."""
        assert self.kind is not None
        return subject_of(row, kind=self.kind, places=self.places)

    def match(self, rows: Sequence[Row]) -> list[Outcome]:
        """This function returns one outcome a row, in order."""
        return self.match_subjects([self.subject(row) for row in rows])

    def match_subjects(self, subjects: Sequence[Subject]) -> list[Outcome]:
        """This function returns one outcome for each of the persons that rows name, in order."""
        work = [_Open(subject) for subject in subjects]
        self._by_learnt(work)
        for step in (self._by_id, self._by_name, self._by_repair, self._by_similar_name):
            step([each for each in work if each.outcome is None or not (each.outcome.person or each.outcome.reason)])
        self._offer([each for each in work if each.outcome is None or each.outcome.person is None])
        return self._with_households(work)

    def _by_learnt(self, work: list[_Open]) -> None:
        """This function applies what a person decided about the same words before."""
        for each in work:
            each.mark = subject_mark(each.subject)
        known = decisions_learnt(self.organisation_id, {each.mark for each in work})
        if not known:
            return
        persons = match_hits({learnt.same for learnt in known.values() if learnt.same})
        for each in work:
            learnt = known.get(each.mark, Learnt())
            each.ruled_out = learnt.different
            person = persons.get(learnt.same) if learnt.same else None
            if person is not None and self.viewer.can_see(person.slot):
                each.outcome = Outcome(
                    person, method="LEARNT", score=LEARNT_SCORE, decision_id=learnt.decision_id
                )  # fmt: skip

    def _by_id(self, work: list[_Open]) -> None:
        numbered = [(n, each) for n, each in enumerate(work) if each.subject.number]
        blinds = id_blinds(each.subject.number for _, each in numbered)
        found = persons_by_blinds([(n, blind) for (n, _), blind in zip(numbered, blinds, strict=True)])
        for n, hit in self._inside(work, found):
            work[n].bearers.append(hit)
        for _, each in numbered:
            each.outcome = match_by_id(each.bearers, subject=each.subject)

    def _by_name(self, work: list[_Open]) -> None:
        keys = [
            (n, birth, slot)
            for n, each in enumerate(work)
            if each.subject.name and (birth := each.subject.likely_birth) is not None
            for slot in each.subject.slots
        ]
        for n, hit in self._inside(work, persons_by_birth_village(keys)):
            work[n].neighbours.append(hit)
        for each in work:
            name = name_key(each.subject.name)
            outcome = match_by_name([hit for hit in each.neighbours if name_key(hit.name) == name])
            if outcome.person is not None or outcome.reason != NOT_FOUND:
                each.outcome = outcome

    def _by_repair(self, work: list[_Open]) -> None:
        repairs = [
            (n, repair)
            for n, each in enumerate(work)
            if each.subject.broken
            for repair in id_repairs(each.subject.broken, on=self.on)
        ]
        blinds = id_blinds(repair.number for _, repair in repairs)
        found = persons_by_blinds(list(enumerate(blinds)))
        owners = [work[n] for n, _ in repairs]
        for place, hit in self._inside(owners, found):
            owners[place].repaired.append((repairs[place][1], hit))
        for each in work:
            outcome = match_by_repair(each.subject, each.repaired)
            if outcome.person is not None or outcome.reason != NOT_FOUND:
                each.outcome = outcome

    def _by_similar_name(self, work: list[_Open]) -> None:
        for each in work:
            near = {hit.person_id: repair for repair, hit in each.repaired}
            outcome = match_by_similar_name(each.subject, each.neighbours, near)
            if outcome.person is not None or outcome.reason != NOT_FOUND:
                each.outcome = outcome

    def _offer(self, work: list[_Open]) -> None:
        """This function finds whom a person should compare with the rows that nothing decided."""
        by_name = [
            (n, county, each.subject.name, each.subject.likely_birth, slot)
            for n, each in enumerate(work)
            if each.subject.name
            for county in self.counties
            for slot in (each.subject.slots or (None,))
            if each.subject.likely_birth is not None or slot is not None
        ]
        for n, hit in self._inside(work, persons_by_name(by_name)):
            work[n].others.append(hit)
        for each in work:
            self._outcome_with_offers(each)
        by_sound = [
            (n, county, name_initials(each.subject.name), birth)
            for n, each in enumerate(work)
            if each.subject.name and not _offered(each) and (birth := each.subject.likely_birth) is not None
            for county in self.counties
        ]
        heard = defaultdict(list)
        for n, hit in self._inside(work, persons_by_initials(by_sound)):
            if names_alike(work[n].subject.name, hit.name) in SIMILAR:
                heard[n].append(hit)
        for n, hits in heard.items():
            work[n].others += hits
            self._outcome_with_offers(work[n])

    @staticmethod
    def _outcome_with_offers(each: _Open) -> None:
        near = [hit for _, hit in each.repaired]
        persons: Iterable[Candidate] = [*each.bearers, *near, *each.neighbours, *each.others]
        offers = offers_of(
            each.subject,
            persons,
            bearers=frozenset(hit.person_id for hit in each.bearers),
            near=frozenset(hit.person_id for hit in near),
        )
        reason = (each.outcome.reason if each.outcome else "") or (NOT_FOUND if each.subject.has_key else NO_KEY)
        each.outcome = Outcome(reason=reason, offers=offers)

    def _inside(self, work: Sequence[_Open], found: list[tuple[int, MatchHit]]) -> list[tuple[int, MatchHit]]:
        """This function drops persons registered elsewhere (to this department they do not exist) and ruled out."""
        sees = _remembered(self.viewer.can_see)
        return [(n, hit) for n, hit in found if sees(hit.slot) and hit.person_id not in work[n].ruled_out]

    def _with_households(self, work: list[_Open]) -> list[Outcome]:
        outcomes = [each.outcome or Outcome(reason=NOT_FOUND) for each in work]
        homes = homes_of({outcome.person.person_id for outcome in outcomes if outcome.person}, on=self.on)
        done = []
        for outcome in outcomes:
            if outcome.person is None:
                done.append(outcome)
            elif (home := homes.get(outcome.person.person_id)) is None:
                done.append(Outcome(reason=NOT_FOUND))
            else:
                done.append(replace(outcome, household_id=home))
        return done


def _offered(each: _Open) -> bool:
    return bool(each.outcome and each.outcome.offers)


def _remembered(judge: Callable[[int], bool]) -> Callable[[int], bool]:
    known: dict[int, bool] = {}

    def ask(slot: int) -> bool:
        if slot not in known:
            known[slot] = judge(slot)
        return known[slot]

    return ask
