"""Registering, splitting, merging, new heads, moves and deaths."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.people import area_make
from tests.factories.register import SINCE, household_make, income_make, person_make, resident_id_make, status_make

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register import errors, services
from shouwang.register.models import (
    Household,
    Identifier,
    Income,
    Membership,
    Move,
    Person,
    RegisterFinding,
    RegistrationConflict,
    Status,
)
from shouwang.register.selectors import household_get, household_of_person, members_of, person_search
from shouwang.register.selectors.timeline import household_timeline
from shouwang.register.services import NewMember

NOW = timezone.now()
TODAY = timezone.localdate(NOW)
YESTERDAY = TODAY - timedelta(days=1)


def members(viewer, household_id: int, on: date = TODAY) -> dict[str, str]:
    return {member.name: member.relationship for member in members_of(viewer, household_id, on)}


def people(household: Household) -> dict[str, int]:
    with acting_as(SYSTEM):
        rows = Membership.objects.filter(household=household, superseded_at__isnull=True, valid_to__isnull=True)
        return {row.person.name: row.person_id for row in rows.select_related("person")}


def version(household: Household) -> int:
    with acting_as(SYSTEM):
        return Household.objects.get(pk=household.pk).version


def person_version(pk: int) -> int:
    with acting_as(SYSTEM):
        return Person.objects.get(pk=pk).version


def registered(viewer, slot: int, *rows: NewMember, **more) -> services.Registered:
    with acting_as(viewer):
        return services.household_register(viewer=viewer, slot=slot, members=rows, on=TODAY, at=NOW, **more)


def test_a_household_is_registered_with_sealed_numbers_and_an_audit_row(cast: Cast) -> None:
    number = resident_id_make(date(1980, 3, 1), sex="F")
    found = registered(
        cast.township, cast.slot, NewMember("王 小花", "户主", number.lower(), phone="138 0013 8000"),
        NewMember("王五", "之子", birth_date=date(2010, 1, 1), sex="男"), number="130529A1", phone="13700000000",
    )  # fmt: skip
    assert found.waiting == []
    with acting_as(cast.township):
        assert members(cast.township, found.household_id) == {"王小花": "HEAD", "王五": "CHILD"}
        head = Person.objects.get(name="王小花")
        assert (head.sex, head.birth_date, head.initials) == ("F", date(1980, 3, 1), "wxh")
        assert number.encode() not in b"".join(bytes(row.sealed) for row in Identifier.objects.all())
        shown = services.identifier_show(viewer=cast.township, person_id=head.pk, purpose="电话核实", at=NOW)
        assert ("身份证号", number) in shown
    with acting_as(SYSTEM):
        assert set(Entry.objects.values_list("action", flat=True)) >= {"household.register", "identifier.show"}
        assert number not in str(list(Entry.objects.values()))


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ([("甲", "子女")], errors.HeadMissing),
        ([("甲", "户主"), ("乙", "户主")], errors.TwoHeads),
        ([("甲", "户主"), ("乙", "配偶"), ("丙", "妻")], errors.TwoSpouses),
    ],
)
def test_a_household_has_one_head_and_at_most_one_spouse(cast: Cast, rows, refusal) -> None:
    with pytest.raises(refusal):
        registered(cast.township, cast.slot, *[NewMember(name, relationship) for name, relationship in rows])


def test_a_birth_date_in_the_future_is_refused(cast: Cast) -> None:
    with pytest.raises(errors.BornInFuture):
        registered(cast.township, cast.slot, NewMember("甲", "户主", birth_date=TODAY + timedelta(days=1)))


def test_a_village_outside_the_area_is_refused(cast: Cast) -> None:
    with pytest.raises(errors.NotYourArea):
        registered(cast.township, cast.places.sibling_town_village.lo, NewMember("甲", "户主"))


def test_a_person_registered_in_sight_is_refused_with_her_village(cast: Cast) -> None:
    number = resident_id_make()
    household_make(cast.slot, resident_id=number)
    with pytest.raises(errors.RegisteredHere, match="大寨村"):
        registered(cast.township, cast.slot, NewMember("甲", "户主", number))


def test_a_person_registered_out_of_sight_waits_for_the_common_superior(cast: Cast) -> None:
    number = resident_id_make()
    household_make(cast.neighbour_slot, head="李外县", resident_id=number)
    found = registered(cast.county, cast.slot, NewMember("王大", "户主"), NewMember("李外县", "配偶", number))
    assert (found.waiting, len(found.person_ids)) == (["李外县"], 1)
    with acting_as(cast.county):
        assert not RegistrationConflict.objects.exists()
    with acting_as(cast.neighbour):
        assert not RegistrationConflict.objects.exists()
    with acting_as(cast.city):
        pair = RegistrationConflict.objects.get()
        assert (pair.slot_there, pair.slot_here, pair.lo) == (cast.neighbour_slot, cast.slot, 130500000000)
        services.conflict_decide(
            viewer=cast.city, conflict_id=pair.pk, version=1, decision="MOVE", reason="已结婚迁入", at=NOW
        )
        assert members(cast.city, found.household_id) == {"王大": "HEAD", "李外县": "SPOUSE"}
    with acting_as(cast.neighbour):
        assert not Person.objects.filter(name="李外县").exists()


def test_when_the_head_waits_nothing_is_registered_but_the_pair(cast: Cast) -> None:
    number = resident_id_make()
    household_make(cast.neighbour_slot, resident_id=number)
    found = registered(cast.county, cast.slot, NewMember("王大", "户主", number), NewMember("王二", "子女"))
    assert found.household_id is None
    with acting_as(SYSTEM):
        assert RegistrationConflict.objects.count() == 1
        assert not Household.objects.filter(slot=cast.slot).exists()


def test_a_split_makes_a_household_and_takes_own_incomes_along(cast: Cast) -> None:
    household = household_make(cast.slot, head="张父", members=[("张子", "CHILD"), ("张媳", "CHILD_IN_LAW")])
    ids = people(household)
    with acting_as(SYSTEM):
        son = Person.objects.get(pk=ids["张子"])
    own = income_make(household, date(2026, 1, 1), 300000, person=son)
    shared = income_make(household, date(2026, 1, 1), 500000, kind="BUSINESS")
    with acting_as(cast.township):
        new_id = services.household_split(
            viewer=cast.township, household_id=household.pk, version=1, on=TODAY, at=NOW,
            leaving={ids["张子"]: "HEAD", ids["张媳"]: "SPOUSE"},
        )  # fmt: skip
        assert members(cast.township, household.pk) == {"张父": "HEAD"}
        assert members(cast.township, household.pk, YESTERDAY) == {
            "张父": "HEAD", "张子": "CHILD", "张媳": "CHILD_IN_LAW",
        }  # fmt: skip
        assert members(cast.township, new_id) == {"张子": "HEAD", "张媳": "SPOUSE"}
        assert Income.objects.get(pk=own.pk).household_id == new_id
        assert Income.objects.get(pk=shared.pk).household_id == household.pk


def test_a_split_that_leaves_nobody_or_no_head_is_refused(cast: Cast) -> None:
    household = household_make(cast.slot, head="张父", members=[("张子", "CHILD")])
    ids = people(household)
    with acting_as(cast.township), pytest.raises(errors.EverybodyLeaves):
        services.household_split(
            viewer=cast.township, household_id=household.pk, version=1, on=TODAY, at=NOW,
            leaving={ids["张父"]: "HEAD", ids["张子"]: "CHILD"},
        )  # fmt: skip
    with acting_as(cast.township), pytest.raises(errors.HeadMissing):
        services.household_split(
            viewer=cast.township, household_id=household.pk, version=1, on=TODAY, at=NOW, leaving={ids["张父"]: "HEAD"}
        )
    assert version(household) == 1


def test_a_stale_write_is_refused_and_says_who_changed_what(cast: Cast) -> None:
    household = household_make(cast.slot, head="张父", members=[("张子", "CHILD")])
    ids = people(household)
    with acting_as(cast.township):
        services.head_change(
            viewer=cast.township, household_id=household.pk, version=1, new_head_id=ids["张子"], on=TODAY, at=NOW
        )
    with acting_as(cast.county), pytest.raises(errors.HouseholdChanged, match="王虎寨镇防贫工作站 赵文静"):
        services.head_change(
            viewer=cast.county, household_id=household.pk, version=1, new_head_id=ids["张父"], on=TODAY, at=NOW
        )


def test_a_new_head_changes_what_everybody_is_to_him(cast: Cast) -> None:
    household = household_make(
        cast.slot, head="张父",
        members=[("张母", "SPOUSE"), ("张子", "CHILD"), ("张媳", "CHILD_IN_LAW"), ("张孙", "GRANDCHILD")],
    )  # fmt: skip
    ids = people(household)
    with acting_as(cast.township):
        services.head_change(
            viewer=cast.township, household_id=household.pk, version=1, new_head_id=ids["张子"], on=TODAY, at=NOW
        )
        assert members(cast.township, household.pk) == {
            "张子": "HEAD", "张媳": "SPOUSE", "张父": "PARENT", "张母": "PARENT", "张孙": "CHILD",
        }  # fmt: skip
        assert members(cast.township, household.pk, YESTERDAY)["张父"] == "HEAD"
        came = {member.since for member in members_of(cast.township, household.pk, TODAY)}
        assert came == {SINCE}  # nobody came into the household on the day its head changed


def test_who_left_and_came_back_came_in_on_the_later_day(cast: Cast) -> None:
    household = household_make(cast.slot, head="张父", members=[("张子", "CHILD")])
    person = people(household)["张子"]
    with acting_as(SYSTEM):
        stay = Membership.objects.get(person_id=person, superseded_at__isnull=True)
        Membership.objects.filter(pk=stay.pk).update(valid_to=YESTERDAY)
        Membership.objects.create(
            slot=stay.slot, household=household, person_id=person, relationship="CHILD", valid_from=TODAY,
            source="clerk", recorded_at=NOW,
        )  # fmt: skip
    with acting_as(cast.township):
        came = {member.name: member.since for member in members_of(cast.township, household.pk, TODAY)}
    assert came == {"张父": SINCE, "张子": TODAY}


def test_a_household_is_merged_into_another_and_ends(cast: Cast) -> None:
    one = household_make(cast.slot, head="张一", members=[("张妻", "SPOUSE")])
    other = household_make(cast.slot, head="张老")
    ids = people(other)
    status = status_make(other, "DIBAO", date(2026, 1, 1))
    with acting_as(cast.township), pytest.raises(errors.TwoSpouses):
        services.household_merge(
            viewer=cast.township, household_id=one.pk, version=1, other_id=other.pk, other_version=1,
            relationships={ids["张老"]: "SPOUSE"}, on=TODAY, at=NOW,
        )  # fmt: skip
    with acting_as(cast.township):
        services.household_merge(
            viewer=cast.township, household_id=one.pk, version=1, other_id=other.pk, other_version=1,
            relationships={ids["张老"]: "PARENT"}, on=TODAY, at=NOW,
        )  # fmt: skip
        assert members(cast.township, one.pk) == {"张一": "HEAD", "张妻": "SPOUSE", "张老": "PARENT"}
        assert household_get(cast.township, other.pk).ended_on == TODAY
        assert Status.objects.get(pk=status.pk).household_id == one.pk


def test_a_death_ends_the_membership_and_needs_a_new_head(cast: Cast) -> None:
    household = household_make(cast.slot, head="张父", members=[("张母", "SPOUSE")])
    ids = people(household)
    with acting_as(cast.township), pytest.raises(errors.HeadMissing):
        services.person_die(viewer=cast.township, person_id=ids["张父"], version=1, died_on=TODAY, at=NOW)
    with acting_as(cast.township):
        services.person_die(
            viewer=cast.township, person_id=ids["张父"], version=1, died_on=YESTERDAY, at=NOW, new_head_id=ids["张母"]
        )
        assert members(cast.township, household.pk) == {"张母": "HEAD"}
        with pytest.raises(errors.AlreadyDead):
            services.person_die(viewer=cast.township, person_id=ids["张父"], version=2, died_on=TODAY, at=NOW)


def test_a_death_in_the_future_or_before_birth_is_refused(cast: Cast) -> None:
    household = household_make(cast.slot)
    ids = people(household)
    for day, refusal in ((TODAY + timedelta(days=1), errors.DayInFuture), (date(1960, 1, 1), errors.DiedBeforeBirth)):
        with acting_as(cast.township), pytest.raises(refusal):
            services.person_die(viewer=cast.township, person_id=ids["张胜坤"], version=1, died_on=day, at=NOW)


def test_a_household_left_without_an_adult_becomes_a_task(cast: Cast) -> None:
    household = household_make(cast.slot, head="张父")
    child = person_make(household, "张小", "CHILD", birth_date=TODAY - timedelta(days=365 * 10))
    ids = people(household)
    with acting_as(cast.township):
        services.person_die(
            viewer=cast.township, person_id=ids["张父"], version=1, died_on=TODAY, at=NOW, new_head_id=child.pk
        )
        finding = RegisterFinding.objects.get()
        assert (finding.kind, finding.household_id) == ("NO_ADULT", household.pk)
        services.finding_settle(viewer=cast.township, finding_id=finding.pk, settlement="由叔叔监护", at=NOW)
        with pytest.raises(errors.FindingNotFound):
            services.finding_settle(viewer=cast.township, finding_id=finding.pk, settlement="再办", at=NOW)


def test_a_person_moves_within_the_county_with_her_own_rows(cast: Cast) -> None:
    here = household_make(cast.slot, head="王大", members=[("王女", "CHILD")])
    there = household_make(cast.places.sibling_town_village.lo, head="李二")
    daughter = people(here)["王女"]
    with acting_as(cast.county):
        services.person_move(
            viewer=cast.county, person_id=daughter, version=1, on=TODAY, at=NOW, to_household_id=there.pk,
            relationship="SPOUSE", reason="出嫁",
        )  # fmt: skip
        assert members(cast.county, there.pk) == {"李二": "HEAD", "王女": "SPOUSE"}
        assert Person.objects.get(pk=daughter).slot == there.slot
        assert set(Identifier.objects.filter(person_id=daughter).values_list("slot", flat=True)) == {there.slot}
    with acting_as(cast.township):
        assert not Person.objects.filter(pk=daughter).exists()
    with acting_as(cast.sibling_township):
        assert [hit.name for hit in person_search(cast.sibling_township, "王女").rows] == ["王女"]


def test_a_household_moves_to_another_county_and_only_that_county_sees_it(cast: Cast) -> None:
    household = household_make(cast.slot, head="王大", members=[("王妻", "SPOUSE")])
    income_make(household, date(2026, 1, 1), 1000)
    with acting_as(cast.county):
        services.household_move(
            viewer=cast.county, household_id=household.pk, version=1, to_slot=cast.neighbour_slot, on=TODAY, at=NOW,
            address="新家", reason="搬迁",
        )  # fmt: skip
        with pytest.raises(errors.HouseholdNotFound):
            household_get(cast.county, household.pk)
        assert not Income.objects.exists()
        assert Move.objects.get().to_slot == cast.neighbour_slot
    with acting_as(cast.neighbour):
        assert household_get(cast.neighbour, household.pk).members == 2
        assert Income.objects.count() == 1
        assert RegisterFinding.objects.get().kind == "MOVED_IN"


def test_a_person_moved_out_of_sight_gets_a_household_of_her_own_there(cast: Cast) -> None:
    household = household_make(cast.slot, head="王大", members=[("王女", "CHILD")])
    daughter = people(household)["王女"]
    with acting_as(cast.county):
        new = services.person_move(
            viewer=cast.county, person_id=daughter, version=1, on=TODAY, at=NOW, to_slot=cast.neighbour_slot
        )
    with acting_as(cast.neighbour):
        assert members(cast.neighbour, new) == {"王女": "HEAD"}
        assert RegisterFinding.objects.get().household_id == new


def test_the_last_member_who_leaves_ends_the_household(cast: Cast) -> None:
    household = household_make(cast.slot, head="王大")
    with acting_as(cast.county):
        services.person_move(
            viewer=cast.county, person_id=people(household)["王大"], version=1, on=TODAY, at=NOW,
            to_slot=cast.places.sibling_village.lo if area_make(cast.places.sibling_village.lo) else 0,
        )  # fmt: skip
        assert Household.objects.get(pk=household.pk).ended_on == TODAY


def test_auditors_and_departments_change_nothing(cast: Cast) -> None:
    household = household_make(cast.slot, head="王大", members=[("王女", "CHILD")])
    for viewer in (cast.auditor, cast.medical, cast.insurer, cast.leader, cast.officer):
        with acting_as(viewer), pytest.raises(errors.MayNotChange):
            services.household_move(
                viewer=viewer, household_id=household.pk, version=1, to_slot=cast.places.sibling_village.lo, on=TODAY,
                at=NOW,
            )  # fmt: skip


def test_a_change_before_the_membership_began_is_refused(cast: Cast) -> None:
    household = household_make(cast.slot, head="王大", members=[("王女", "CHILD")])
    ids = people(household)
    with acting_as(cast.township), pytest.raises(errors.NotAMember):
        services.head_change(
            viewer=cast.township, household_id=household.pk, version=1, new_head_id=ids["王女"], on=date(2014, 12, 31),
            at=NOW,
        )  # fmt: skip


def test_a_persons_household_on_a_day_follows_her_history(cast: Cast) -> None:
    household = household_make(cast.slot, head="王大", members=[("王女", "CHILD")])
    other = household_make(cast.slot, head="李二")
    daughter = people(household)["王女"]
    with acting_as(cast.township):
        services.person_move(
            viewer=cast.township, person_id=daughter, version=1, on=TODAY, at=datetime.now(NOW.tzinfo),
            to_household_id=other.pk, relationship="SPOUSE",
        )  # fmt: skip
        assert household_of_person(daughter, YESTERDAY) == household.pk
        assert household_of_person(daughter, TODAY) == other.pk


def test_the_file_tells_who_died_and_who_left_and_keeps_the_name_of_its_last_head(cast: Cast) -> None:
    household = household_make(cast.slot, head="张父", members=[("张母", "SPOUSE"), ("张子", "CHILD")])
    ids, viewer = people(household), cast.township
    area_make(cast.places.sibling_village.lo)
    with acting_as(viewer):
        services.person_die(
            viewer=viewer, person_id=ids["张父"], version=1, died_on=YESTERDAY, at=NOW, new_head_id=ids["张母"]
        )
        services.person_move(
            viewer=viewer, person_id=ids["张子"], version=1, on=TODAY, at=NOW, to_slot=cast.places.sibling_village.lo
        )
        told = {(entry.title, entry.at.date()) for entry in household_timeline(viewer, household.pk, TODAY)}
        assert {("死亡：张父", YESTERDAY), ("离户：张子", TODAY)} <= told
        assert not {title for title, _ in told} & {"离户：张母", "死亡：张母", "离户：张父"}
        assert household_get(viewer, household.pk).head_name == "张母"
        mother = Person.objects.get(pk=ids["张母"])
        services.person_die(viewer=viewer, person_id=mother.pk, version=mother.version, died_on=TODAY, at=NOW)
        card = household_get(viewer, household.pk)
        assert (card.head_name, card.ended_on) == ("张母（已销户）", TODAY)
