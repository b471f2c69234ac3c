"""States, work, incomes, named facts and statuses of a chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from shouwang.kit.dates import months_add
from shouwang.kit.seal import keyring
from shouwang.register.models import (
    HouseholdState,
    Identifier,
    Income,
    Membership,
    NamedFact,
    PersonState,
    Status,
)
from shouwang.register.rules import NATIONAL
from shouwang.register.services.copying import years_copy
from shouwang.register.services.importing.chunk import ChunkBase
from shouwang.register.services.importing.parsed import WorkStint
from shouwang.register.services.importing.plans import HouseholdPlan
from shouwang.register.services.states import HOUSEHOLD_FACTS, PERSON_FACTS, facts_tidied, state_after

NOBODY = "这一户里没有这个人，务工信息没有导入，请核对户编号和证件号码。"
Subject = tuple[int, int, Mapping[str, Any], date, str]  # id, slot, facts, since, reference


class FactsWriter(ChunkBase):
    """Writes what is true of households and persons; what was believed before is superseded, never overwritten."""

    # ---- states ----

    def _states(self, plans: Sequence[HouseholdPlan]) -> None:
        households = []
        persons = []
        for plan in plans:
            assert plan.household is not None
            since = self.window[0] if self._is_new(plan) else self.on
            row = plan.row
            households.append((plan.household.pk, plan.household.slot, plan.facts.facts, since, self._ref(row, "s")))
            stints = self._stints(plan)
            for person in plan.persons:
                assert person.person_id is not None
                facts = dict(person.parsed.facts)
                facts |= self._worked(stints.pop(person.person_id, []), facts)
                since = self._since(plan, person)
                ref = self._ref(person.parsed.row, "s")
                persons.append((person.person_id, plan.household.slot, facts, since, ref))
            for person_id, rows in stints.items():
                facts = self._worked(rows, {})
                persons.append((person_id, plan.household.slot, facts, self.on, self._ref(rows[0].row, "s")))
        self._states_write(HouseholdState, "household_id", HOUSEHOLD_FACTS, households)
        self._states_write(PersonState, "person_id", PERSON_FACTS, persons)

    def _states_write(
        self,
        model: Any,
        key: str,
        names: tuple[str, ...],
        rows: Sequence[Subject],
    ) -> None:
        """This function writes the states that change: what was believed is superseded, its past kept with an end."""
        current = {
            getattr(row, key): row
            for row in model.objects.filter(
                **{f"{key}__in": [row[0] for row in rows]}, superseded_at__isnull=True, valid_to__isnull=True
            )
        }
        superseded = []
        for subject, slot, facts, since, ref in rows:
            before = current.get(subject)
            tidy = facts_tidied(facts, names)
            values, origins, changed = state_after(before, tidy, names, source=NATIONAL, source_ref=ref, since=since)
            if not changed and (before is not None or model is PersonState):
                continue
            begins = since
            if before is not None:
                superseded.append(before.pk)
                begins = max(since, before.valid_from)
                if before.valid_from < since:
                    self._state(
                        model, key, subject, slot, {name: getattr(before, name) for name in names},
                        source=before.source, ref=before.source_ref, origins=before.origins,
                        begins=before.valid_from, ends=since,
                    )  # fmt: skip
                self.counts["states_changed"] += 1
            self._state(
                model, key, subject, slot, values, source=NATIONAL, ref=ref, origins=origins, begins=begins, ends=None
            )
        model.objects.filter(pk__in=superseded).update(superseded_at=self.at)

    def _state(
        self, model: Any, key: str, subject: int, slot: int, values: Mapping[str, Any], *, source: str,
        ref: str | None, origins: Mapping[str, Any], begins: date, ends: date | None,
    ) -> None:  # fmt: skip
        self._add(
            model, **{key: subject}, **values, slot=slot, source=source, source_ref=ref, origins=dict(origins),
            recorded_at=self.at, valid_from=begins, valid_to=ends,
        )  # fmt: skip

    # ---- work ----

    def _stints(self, plan: HouseholdPlan) -> dict[int, list[WorkStint]]:
        """This function returns the work rows of a household by person; a row of nobody in it is refused."""
        if not plan.work:
            return {}
        ring = keyring()
        by_blind = {person.blind: person.person_id for person in plan.persons if person.blind is not None}
        by_number = {person.parsed.number: person.person_id for person in plan.persons if person.parsed.number}
        if not plan.persons and plan.household is not None:
            members = list(
                Membership.objects.filter(
                    household_id=plan.household.pk, superseded_at__isnull=True, valid_to__isnull=True
                ).values_list("person_id", "person__number")
            )
            by_number = {number: pk for pk, number in members if number}
            rows = Identifier.objects.filter(
                person_id__in=[pk for pk, _ in members], kind="RESIDENT_ID", superseded_at__isnull=True
            )
            by_blind = {bytes(blind): pk for blind, pk in rows.values_list("blind", "person_id")}
        found: dict[int, list[WorkStint]] = {}
        for stint in plan.work:
            blind = ring.blind("resident_id", stint.identity.number) if stint.identity else None
            person_id = (by_blind.get(blind) if blind else None) or by_number.get(stint.number)
            if person_id is None:
                self.parser.refuse(stint.row, "resident_id", NOBODY)
                continue
            found.setdefault(person_id, []).append(stint)
        plan.stints = found
        return dict(found)

    def _worked(self, rows: Sequence[WorkStint], facts: Mapping[str, Any]) -> dict[str, Any]:
        """This function returns work place and months in the window, where the persons' sheet did not say."""
        if not rows or facts.get("work_place"):
            return {}
        place = next((stint.place for stint in rows if stint.place), "")
        months = len({month for stint in rows for month in self._months(stint)})
        return {"work_place": place, "work_months": min(months, 12)} if place and months else {}

    def _months(self, stint: WorkStint) -> Iterable[date]:
        """This function yields the months of the window that a stint covers; without an end it still goes on."""
        first, end = self.window
        if stint.began is None:
            return
        month = max(first, stint.began)
        last = min(end, months_add(stint.ended, 1) if stint.ended else end)
        while month < last:
            yield month
            month = months_add(month, 1)

    # ---- incomes ----

    def _incomes(self, plans: Sequence[HouseholdPlan]) -> None:
        """This function spreads yearly incomes over the window; newer figures of the same months replace older ones.

        Monthly wages of the work sheet count only where no yearly wage is known, or they would count twice.
        """
        first, end = self.window
        known: dict[tuple[int, str], int] = Counter()
        old: dict[tuple[int, str], list[int]] = {}
        fresh = {plan.household.pk for plan in plans if plan.household is not None and self._is_new(plan)}
        ids = [plan.household.pk for plan in plans if plan.household is not None and plan.household.pk not in fresh]
        rows = Income.objects.filter(
            household_id__in=ids, source=NATIONAL, superseded_at__isnull=True, month__gte=first, month__lt=end
        )
        for pk, household_id, kind, fen in rows.values_list("pk", "household_id", "kind", "amount_fen"):
            known[(household_id, kind)] += fen
            old.setdefault((household_id, kind), []).append(pk)
        gone: list[int] = []
        years: list[Sequence[Any]] = []
        for plan in plans:
            assert plan.household is not None
            pk, slot = plan.household.pk, plan.household.slot
            for kind, amount in plan.facts.incomes.items():
                if (pk, kind) in old and known[(pk, kind)] == amount:
                    continue
                gone += old.get((pk, kind), [])
                years.append((slot, NATIONAL, self._ref(plan.row, kind[:2], pk), self.at, pk, kind, amount))
            if "WAGE" not in plan.facts.incomes and (pk, "WAGE") not in old:
                self._wages(plan)
        Income.objects.filter(pk__in=gone).update(superseded_at=self.at)
        self.counts["incomes"] += years_copy(years, first=first)

    def _wages(self, plan: HouseholdPlan) -> None:
        assert plan.household is not None
        for person_id, stints in plan.stints.items():
            for stint in stints:
                for month in self._months(stint) if stint.month_fen is not None else ():
                    self._income(
                        stint.row,
                        plan.household.pk,
                        plan.household.slot,
                        person_id,
                        month,
                        "WAGE",
                        stint.month_fen or 0,
                    )

    def _income(
        self, row: Any, household_id: int, slot: int, person_id: int | None, month: date, kind: str, fen: int
    ) -> None:
        self._add(
            Income, slot=slot, household_id=household_id, person_id=person_id, month=month, kind=kind, amount_fen=fen,
            detail="", source=NATIONAL, source_ref=self._ref(row, kind[0:2], f"{month:%y%m}", household_id),
            recorded_at=self.at,
        )  # fmt: skip
        self.counts["incomes"] += 1

    # ---- named facts and statuses ----

    def _named(self, plans: Sequence[HouseholdPlan]) -> None:
        wanted: dict[tuple[int, int | None], tuple[int, dict[str, str], Any]] = {}
        for plan in plans:
            assert plan.household is not None
            pk, slot = plan.household.pk, plan.household.slot
            if plan.facts.named:
                wanted[(pk, None)] = (slot, plan.facts.named, plan.row)
            for person in plan.persons:
                facts = dict(person.parsed.named)
                for stint in plan.stints.get(person.person_id or 0, []):
                    facts |= stint.named
                if facts:
                    wanted[(pk, person.person_id)] = (slot, facts, person.parsed.row)
        rows = NamedFact.objects.filter(
            household_id__in={pk for pk, _ in wanted}, source=NATIONAL, superseded_at__isnull=True
        )
        current = {(row.household_id, row.person_id): row for row in rows}
        gone = []
        for (household_id, person_id), (slot, facts, row) in wanted.items():
            before = current.get((household_id, person_id))
            if before is not None:
                merged = {**before.facts, **facts}
                if merged == before.facts:
                    continue
                gone.append(before.pk)
                facts = merged
            self._add(
                NamedFact, slot=slot, household_id=household_id, person_id=person_id, facts=facts, source=NATIONAL,
                source_ref=self._ref(row, "n", household_id, person_id or 0), recorded_at=self.at,
            )  # fmt: skip
        NamedFact.objects.filter(pk__in=gone).update(superseded_at=self.at)

    def _statuses(self, plans: Sequence[HouseholdPlan]) -> None:
        ids = [plan.household.pk for plan in plans if plan.household is not None]
        rows = Status.objects.filter(
            household_id__in=ids, source=NATIONAL, superseded_at__isnull=True, until_date__isnull=True
        )
        current = {(row.household_id, row.kind): row for row in rows}
        for plan in plans:
            assert plan.household is not None
            pk = plan.household.pk
            for kind, value in plan.facts.statuses.items():
                before = current.get((pk, kind))
                if value is None and before is not None:
                    Status.objects.filter(pk=before.pk).update(until_date=max(self.on, before.from_date))
                elif value is not None and before is None:
                    since = self.window[0] if self._is_new(plan) else self.on
                    self._add(
                        Status, slot=plan.household.slot, household_id=pk, person_id=None, kind=kind, value=None,
                        from_date=since, until_date=None, source=NATIONAL,
                        source_ref=self._ref(plan.row, kind[:12], pk), recorded_at=self.at,
                    )  # fmt: skip
