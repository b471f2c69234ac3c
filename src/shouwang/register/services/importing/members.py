"""Households, persons, memberships and numbers of a chunk, and what people must look at afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shouwang.kit.seal import keyring
from shouwang.register.models import (
    Household,
    Identifier,
    Membership,
    Person,
    RegisterFinding,
    Residence,
)
from shouwang.register.rules import NATIONAL, has_adult, name_initials
from shouwang.register.services.common import membership_end, person_rehome
from shouwang.register.services.elsewhere import conflict_open
from shouwang.register.services.identifiers import ids_reserve
from shouwang.register.services.importing.chunk import ChunkBase
from shouwang.register.services.importing.plans import HouseholdPlan, PersonPlan, names_disagree

MOVED = "这一户登记在别的村，村没有改动；确实搬迁的，请在台账里办理整户迁移。"
MINORS = "户内成员都未满 18 周岁，请确认监护人。"


class MembersWriter(ChunkBase):
    """Writes who is in a household; changes of registered ones become history."""

    # ---- households ----

    def _households_new(self, plans: Sequence[HouseholdPlan]) -> None:
        ids = ids_reserve("register_household", len(plans))
        since = self.window[0]
        for pk, plan in zip(ids, plans, strict=True):
            household = Household(
                pk=pk, slot=plan.slot, number=plan.raw.number, registered_on=self.on, created_at=self.at,
                changed_at=self.at, changed_by=self.viewer.label[:200],
            )  # fmt: skip
            plan.household = household
            self._add(
                Household, id=pk, slot=plan.slot, number=plan.raw.number, version=1, registered_on=self.on,
                ended_reason="", created_at=self.at, changed_at=self.at, changed_by=self.viewer.label[:200],
            )  # fmt: skip
            self._add(
                Residence, slot=plan.slot, household_id=pk, kind=Residence.Kind.REGISTERED.value, place=plan.slot,
                address=plan.facts.address, valid_from=since, source=NATIONAL, source_ref=self._ref(plan.row, "h"),
                recorded_at=self.at,
            )  # fmt: skip
            self._household_numbers(plan, since)
        self.counts["households_new"] += len(plans)

    def _household_numbers(self, plan: HouseholdPlan, since: date) -> None:
        assert plan.household is not None
        for kind, label, text in plan.facts.numbers:
            self.numbers.append((None, plan.household.pk, plan.household.slot, kind, label, text, since))

    def _households_known(self, plans: Sequence[HouseholdPlan]) -> None:
        for plan in plans:
            assert plan.household is not None
            if not plan.household.number:
                Household.objects.filter(pk=plan.household.pk).update(number=plan.raw.number)
            if plan.household.slot != plan.slot:
                self.parser.notice(plan.row, "village", MOVED)
            self._household_numbers(plan, self.on)
        self.counts["households_known"] += len(plans)

    # ---- persons ----

    def _persons_new(self, found: Sequence[tuple[HouseholdPlan, PersonPlan]]) -> None:
        ids = ids_reserve("register_person", len(found))
        by = self.viewer.label[:200]
        for pk, (plan, person) in zip(ids, found, strict=True):
            assert plan.household is not None
            parsed, slot = person.parsed, plan.household.slot
            person.person_id = pk
            since = self._since(plan, person)
            self._add(
                Person, id=pk, slot=slot, name=parsed.name, initials=name_initials(parsed.name), sex=parsed.sex,
                birth_date=parsed.birth_date, nationality=parsed.nationality, number=parsed.number, version=1,
                created_at=self.at, changed_at=self.at, changed_by=by,
            )  # fmt: skip
            self._member(plan, person, since)
            for kind, label, text in parsed.numbers:
                self.numbers.append((pk, None, slot, kind, label, text, since))
        self.counts["persons_new"] += len(found)

    def _member(self, plan: HouseholdPlan, person: PersonPlan, since: date) -> None:
        assert plan.household is not None
        self._add(
            Membership, slot=plan.household.slot, person_id=person.person_id, household_id=plan.household.pk,
            relationship=person.parsed.relationship, reason="import", valid_from=since, source=NATIONAL,
            source_ref=self._ref(person.parsed.row, "m"), recorded_at=self.at,
        )  # fmt: skip

    def _persons_known(self, found: Sequence[tuple[HouseholdPlan, PersonPlan]]) -> None:
        names = dict(Person.objects.filter(pk__in=[p.person_id for _, p in found]).values_list("pk", "name"))
        moving = []
        for plan, person in found:
            assert plan.household is not None and person.home is not None and person.person_id is not None
            parsed = person.parsed
            known = names.get(person.person_id, "")
            if names_disagree(person, known):
                self.parser.notice(parsed.row, "name", "姓名和登记的不一致，姓名没有改动，请核对。")
            elif parsed.name and not known:
                Person.objects.filter(pk=person.person_id).update(name=parsed.name, initials=name_initials(parsed.name))
            for kind, label, text in parsed.numbers:
                if kind != "RESIDENT_ID":
                    self.numbers.append((person.person_id, None, plan.household.slot, kind, label, text, self.on))
            home = person.home
            if home.household_id != plan.household.pk or home.relationship != parsed.relationship:
                moving.append((plan, person))
        self._move(moving)
        self.counts["persons_known"] += len(found)

    def _move(self, moving: Sequence[tuple[HouseholdPlan, PersonPlan]]) -> None:
        """This function ends all memberships that change before any begins, so that no day has two heads."""
        if moving:
            self._flush()
        for _, person in moving:
            assert person.home is not None
            if person.home.valid_from <= self.on:
                membership_end(person.home, on=self.on, at=self.at)
            else:  # the data is older than the membership, whose relationship is corrected from its beginning
                Membership.objects.filter(pk=person.home.pk).update(superseded_at=self.at)
        for plan, person in moving:
            assert person.home is not None and plan.household is not None and person.person_id is not None
            self._member(plan, person, max(self.on, person.home.valid_from))
            if person.home.household_id != plan.household.pk:
                self._flush()
                person_rehome(person.person_id, household=plan.household, from_household_id=person.home.household_id)
                self._close_if_empty(person.home.household_id)
        self.counts["memberships_changed"] += len(moving)

    def _close_if_empty(self, household_id: int) -> None:
        stays = Membership.objects.filter(household_id=household_id, superseded_at__isnull=True, valid_to__isnull=True)
        if not stays.exists():
            Household.objects.filter(pk=household_id).update(ended_on=self.on, ended_reason="move")

    # ---- numbers ----

    def _identifiers(self) -> None:
        """This function seals the numbers that are not known yet; a new phone replaces the old one."""
        ring = keyring()
        persons = [number[0] for number in self.numbers if number[0] is not None]
        households = [number[1] for number in self.numbers if number[1] is not None]
        known: dict[tuple[int | None, int | None, str, str], list[tuple[int, bytes]]] = {}
        current = Identifier.objects.filter(superseded_at__isnull=True, valid_to__isnull=True)
        for rows in (current.filter(person_id__in=persons), current.filter(household_id__in=households)):
            for pk, person, household, kind, label, blind in rows.values_list(
                "pk", "person_id", "household_id", "kind", "label", "blind"
            ):
                known.setdefault((person, household, kind, label), []).append((pk, bytes(blind)))
        fresh, gone = [], []
        for person_id, household_id, slot, kind, label, text, since in self.numbers:
            blind = ring.blind(kind.lower(), text)
            before = known.get((person_id, household_id, kind, label), [])
            if any(held == blind for _, held in before):
                continue
            gone += [pk for pk, _ in before]
            fresh.append((person_id, household_id, slot, kind, label, text, since, blind))
        Identifier.objects.filter(pk__in=gone).update(superseded_at=self.at)
        ids = ids_reserve("register_identifier", len(fresh))
        for pk, (person_id, household_id, slot, kind, label, text, since, blind) in zip(ids, fresh, strict=True):
            self._add(
                Identifier, id=pk, slot=slot, person_id=person_id, household_id=household_id, kind=kind, label=label,
                sealed=ring.seal(text, context=f"register_identifier:{pk}"), blind=blind, valid_from=since,
                source=NATIONAL, recorded_at=self.at,
            )  # fmt: skip
        self.numbers = []

    # ---- what people must look at ----

    def _conflicts(self, plans: Sequence[HouseholdPlan]) -> None:
        for plan in plans:
            for person in plan.waiting:
                assert person.taken is not None
                conflict_open(
                    viewer=self.viewer, taken=person.taken, slot=plan.slot, at=self.at, name=person.parsed.name,
                    relationship=person.parsed.relationship,
                    household_id=plan.household.pk if plan.household is not None else None,
                    source_ref=self._ref(person.parsed.row, "c"),
                )  # fmt: skip
                self.counts["waiting"] += 1

    def _adults(self, plans: Sequence[HouseholdPlan]) -> None:
        births: dict[int, list[date | None]] = {}
        slots = {plan.household.pk: plan.household.slot for plan in plans if plan.household is not None}
        rows = Membership.objects.filter(
            household_id__in=list(slots), superseded_at__isnull=True, valid_to__isnull=True
        )
        for household_id, birth in rows.values_list("household_id", "person__birth_date"):
            births.setdefault(household_id, []).append(birth)
        RegisterFinding.objects.bulk_create(
            [
                RegisterFinding(
                    slot=slots[pk],
                    household_id=pk,
                    kind=RegisterFinding.Kind.NO_ADULT,
                    opened_at=self.at,
                    note=MINORS,
                )
                for pk, dates in births.items()
                if not has_adult(dates, on=self.on)
            ],
            ignore_conflicts=True,
        )
