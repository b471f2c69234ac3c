"""What a chunk of households will become: parsed, checked against each other and against the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from shouwang.kit.codes import Relationship
from shouwang.kit.errors import Refusal
from shouwang.kit.seal import keyring
from shouwang.people.access import Viewer
from shouwang.register.models import Household, Membership, Person
from shouwang.register.rules import names_agree
from shouwang.register.selectors.scope import places_of
from shouwang.register.services.elsewhere import Taken, resident_ids_taken
from shouwang.register.services.importing.parsed import HouseholdFacts, ParsedPerson, WorkStint
from shouwang.register.services.importing.parsing import RowParser
from shouwang.register.services.importing.reading import RawHousehold, RawRow
from shouwang.register.services.importing.villages import VillageFinder

HEAD, SPOUSE = Relationship.HEAD.value, Relationship.SPOUSE.value
NO_HEAD = "这一户没有户主，整户暂不导入，请核对“与户主关系”。"
WAITS = "这个人的登记信息需要县级核对，已经转交，核对完成前暂不登记。"


@dataclass
class PersonPlan:
    """A person of the file; `person_id` when she is registered in sight, `taken` when she is out of sight."""

    parsed: ParsedPerson
    blind: bytes | None = None
    person_id: int | None = None
    taken: Taken | None = None
    home: Membership | None = None


@dataclass
class HouseholdPlan:
    """A household of the file; `household` when it is registered."""

    raw: RawHousehold
    slot: int
    facts: HouseholdFacts
    persons: list[PersonPlan]
    work: list[WorkStint]
    household: Household | None = None
    waiting: list[PersonPlan] = field(default_factory=list)
    stints: dict[int, list[WorkStint]] = field(default_factory=dict)

    @property
    def row(self) -> RawRow:
        return self.raw.rows()[0]


class Planner:
    """Parses households and looks up what of them is registered already."""

    def __init__(
        self, parser: RowParser, villages: VillageFinder, viewer: Viewer, *, repeated: Mapping[int, RawRow], on: date
    ) -> None:
        self.parser = parser
        self.villages = villages
        self.viewer = viewer
        self.repeated = repeated
        self.on = on
        self.members: dict[int, dict[int, Membership]] = {}

    def plan(self, groups: Sequence[RawHousehold]) -> list[HouseholdPlan]:
        """This function returns the plans of a chunk; what cannot go in stands in the parser's problems."""
        plans = [plan for raw in groups if (plan := self._parsed(raw)) is not None]
        self._look_up(plans)
        return [plan for plan in plans if self._fits(plan)]

    # ---- reading ----

    def _parsed(self, raw: RawHousehold) -> HouseholdPlan | None:
        try:
            slot = self.villages.slot_of(raw)
        except Refusal as refusal:
            self._refuse_all(raw.rows(), "village", refusal.message)
            return None
        rows = raw.persons or raw.households[:1]
        persons = []
        for row in rows:
            first = self.repeated.get(id(row))
            if first is not None:
                where = f"{first.sheet.file} 第 {first.number} 行"
                self.parser.refuse(row, "resident_id", f"这个证件号码和{where}重复，只登记前面那一行，请核对。")
                continue
            parsed = self.parser.person(row, relationship=None if raw.persons else HEAD)
            if parsed is not None:
                persons.append(PersonPlan(parsed))
        work = [stint for row in raw.work if (stint := self.parser.work(row)) is not None]
        return HouseholdPlan(raw, slot, self._facts(raw, persons), persons, work)

    def _facts(self, raw: RawHousehold, persons: Sequence[PersonPlan]) -> HouseholdFacts:
        """This function merges what the rows say of the household: the head's row, then the others, then 户信息."""
        ordered = sorted(persons, key=lambda plan: plan.parsed.relationship != HEAD)
        rows = [ordered[0].parsed.row] if ordered else []
        rows += [row for row in raw.households[:1] if row not in rows]
        merged = HouseholdFacts()
        for row in rows:
            said = self.parser.household(row)
            merged.facts = {**said.facts, **merged.facts}
            merged.named = {**said.named, **merged.named}
            merged.incomes = {**said.incomes, **merged.incomes}
            merged.statuses = {**said.statuses, **merged.statuses}
            merged.numbers += [number for number in said.numbers if number not in merged.numbers]
            merged.address = merged.address or said.address
        return merged

    def _refuse_all(self, rows: Sequence[RawRow], name: str, message: str) -> None:
        for row in rows:
            self.parser.refuse(row, name, message)

    # ---- looking up ----

    def _look_up(self, plans: Sequence[HouseholdPlan]) -> None:
        ring = keyring()
        everybody = [person for plan in plans for person in plan.persons]
        for person in everybody:
            if person.parsed.identity is not None:
                person.blind = ring.blind("resident_id", person.parsed.identity.number)
        taken = resident_ids_taken({person.blind for person in everybody if person.blind is not None})
        by_number = self._persons_by_number(
            [person.parsed.number for person in everybody if person.blind is None and person.parsed.number]
        )
        for person in everybody:
            held = taken.get(person.blind) if person.blind is not None else None
            if held is not None and self.viewer.can_see(held.slot):
                person.person_id = held.person_id
            elif held is not None:
                person.taken = held
            elif person.blind is None:
                person.person_id = by_number.get(person.parsed.number)
        self._homes(everybody)
        self._households(plans)

    def _persons_by_number(self, numbers: Sequence[str]) -> dict[str, int]:
        rows = Person.objects.filter(self.viewer.q(), number__in=numbers, merged_into__isnull=True)
        return dict(rows.values_list("number", "pk"))

    def _homes(self, everybody: Sequence[PersonPlan]) -> None:
        known = [person.person_id for person in everybody if person.person_id is not None]
        merged = dict(
            Person.objects.filter(pk__in=known, merged_into__isnull=False).values_list("pk", "merged_into_id")
        )
        for person in everybody:
            if person.person_id in merged:
                person.person_id = merged[person.person_id]
        ids = [person.person_id for person in everybody if person.person_id is not None]
        rows = Membership.objects.filter(person_id__in=ids, superseded_at__isnull=True, valid_to__isnull=True)
        homes = {row.person_id: row for row in rows}
        for person in everybody:
            if person.person_id is not None:
                person.home = homes.get(person.person_id)

    def _households(self, plans: Sequence[HouseholdPlan]) -> None:
        numbers = [plan.raw.number for plan in plans]
        found: dict[str, Household] = {}
        for household in Household.objects.filter(self.viewer.q(), number__in=numbers, ended_on__isnull=True).order_by(
            "-pk"
        ):
            found[household.number] = household
        heads = {
            plan.raw.number: person.home.household_id
            for plan in plans
            if plan.raw.number not in found
            for person in plan.persons
            if person.parsed.relationship == HEAD and person.home is not None and person.home.relationship == HEAD
        }
        by_id = Household.objects.filter(self.viewer.q(), ended_on__isnull=True).in_bulk(list(set(heads.values())))
        for plan in plans:
            plan.household = found.get(plan.raw.number) or by_id.get(heads.get(plan.raw.number, 0))
        self.members = defaultdict(dict)
        known = [plan.household.pk for plan in plans if plan.household is not None]
        for row in Membership.objects.filter(household_id__in=known, superseded_at__isnull=True, valid_to__isnull=True):
            self.members[row.household_id][row.person_id] = row

    # ---- checking ----

    def _fits(self, plan: HouseholdPlan) -> bool:
        plan.waiting = [person for person in plan.persons if person.taken is not None]
        for person in plan.waiting:
            self.parser.refuse(person.parsed.row, "resident_id", WAITS)
        plan.persons = [person for person in plan.persons if person.taken is None]
        plan.persons = [person for person in plan.persons if self._may_come(plan, person)]
        rows = [person.parsed.row for person in plan.persons]
        was_read = len(plan.raw.persons or plan.raw.households[:1])
        if not was_read:
            return plan.household is not None or self._unknown_work(plan)
        relationships = self._relationships(plan)
        heads = [row for row, relationship in relationships if relationship == HEAD]
        spouses = [row for row, relationship in relationships if relationship == SPOUSE]
        if len(heads) > 1 or len(spouses) > 1:
            who, several = ("户主", heads) if len(heads) > 1 else ("户主配偶", spouses)
            where = "、".join(f"第 {row.number} 行" if row is not None else "已登记的一位" for row in several)
            text = f"这一户有 {len(several)} 位{who}（{where}），整户暂不导入，请核对“与户主关系”。"
            self._refuse_all(rows, "relationship", text)
            return False
        if not heads:
            lost = len(plan.persons) < was_read
            text = "户主那一行没有导入，这一行也暂不导入。" if lost else NO_HEAD
            self._refuse_all(rows, "relationship", text)
            return False
        return True

    def _relationships(self, plan: HouseholdPlan) -> list[tuple[RawRow | None, str]]:
        """This function returns who would be what in the household, with the members that the file does not name."""
        said: list[tuple[RawRow | None, str]] = [
            (person.parsed.row, person.parsed.relationship) for person in plan.persons
        ]
        if plan.household is None:
            return said
        named = {person.person_id for person in plan.persons}
        current = self.members.get(plan.household.pk, {})
        return said + [(None, row.relationship) for pk, row in current.items() if pk not in named]

    def _may_come(self, plan: HouseholdPlan, person: PersonPlan) -> bool:
        """This function refuses a person whom a head's duties hold in another household."""
        home = person.home
        if home is None or (plan.household is not None and home.household_id == plan.household.pk):
            return True
        if home.valid_from > self.on:
            return self._held(person, home, "入户日期晚于这份数据的日期")
        if home.relationship == HEAD:
            others = Membership.objects.filter(
                household_id=home.household_id, superseded_at__isnull=True, valid_to__isnull=True
            ).exclude(person_id=home.person_id)
            if others.exists():
                return self._held(person, home, "是那一户的户主，户里还有其他人")
        return True

    def _held(self, person: PersonPlan, home: Membership, why: str) -> bool:
        household = Household.objects.get(pk=home.household_id)
        place = places_of({household.slot})[household.slot]
        text = f"这个人已登记在{place}另一户（户编号 {household.number or '未编'}），{why}，请先在台账里办理迁移。"
        self.parser.refuse(person.parsed.row, "resident_id", text)
        return False

    def _unknown_work(self, plan: HouseholdPlan) -> bool:
        rows = [stint.row for stint in plan.work]
        self._refuse_all(rows, "household_number", "台账里没有这一户，请先导入监测对象信息或户信息。")
        return False


def repeated_rows(groups: Sequence[RawHousehold]) -> dict[int, RawRow]:
    """This function finds rows whose ID stood in an earlier row: the id() of the row → the earlier row."""
    first: dict[str, RawRow] = {}
    found: dict[int, RawRow] = {}
    for raw in groups:
        for row in raw.persons:
            number = row.text("resident_id").upper()
            if len(number) < 15:
                continue
            if number in first:
                found[id(row)] = first[number]
            else:
                first[number] = row
    return found


def names_disagree(plan: PersonPlan, known: str) -> bool:
    """This function tells whether the file's name for a registered person is another one."""
    return bool(plan.parsed.name) and not names_agree(plan.parsed.name, known)
