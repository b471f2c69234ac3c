"""Double persons merged and parted again, numbers corrected, pairs decided."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.register import (
    household_make,
    identifier_make,
    person_make,
    resident_id_make,
    spending_make,
    status_make,
)

from shouwang.kit.resident_id import ResidentIdCheckDigit
from shouwang.kit.seal import keyring
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register import errors, services
from shouwang.register.models import Household, Identifier, Membership, Person, RegistrationConflict, Spending, Status
from shouwang.register.selectors import members_of, persons_by_identifier

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


def head_of(household: Household) -> Person:
    with acting_as(SYSTEM):
        return Membership.objects.get(household=household, relationship="HEAD", superseded_at__isnull=True).person


def merged(viewer, kept: Person, double: Person) -> int:
    return services.persons_merge(
        viewer=viewer, kept_id=kept.pk, kept_version=kept.version, double_id=double.pk, double_version=double.version,
        reason="同一个人，登记了两次", on=TODAY, at=NOW,
    )  # fmt: skip


def test_a_double_is_merged_and_parted_again_without_loss(cast: Cast) -> None:
    first, second = household_make(cast.slot, head="王一"), household_make(cast.slot, head="王一")
    kept, double = head_of(first), head_of(second)
    phone = identifier_make(double, "PHONE", "16012345678")
    spent = spending_make(second, date(2026, 3, 1), gross_fen=100, person=double)
    status = status_make(second, "DIBAO", date(2026, 1, 1))
    with acting_as(cast.county):
        merge = merged(cast.county, kept, double)
        assert Spending.objects.get(pk=spent.pk).household_id == first.pk
        assert Identifier.objects.get(pk=phone.pk).person_id == kept.pk
        assert Household.objects.get(pk=second.pk).ended_on == TODAY
        assert members_of(cast.county, second.pk, TODAY) == []
        services.persons_unmerge(viewer=cast.county, merge_id=merge, reason="是两个人", at=NOW)
        assert Spending.objects.get(pk=spent.pk).household_id == second.pk
        assert Spending.objects.get(pk=spent.pk).person_id == double.pk
        assert Identifier.objects.get(pk=phone.pk).person_id == double.pk
        assert Status.objects.get(pk=status.pk).household_id == second.pk
        assert Household.objects.get(pk=second.pk).ended_on is None
        assert [member.person_id for member in members_of(cast.county, second.pk, TODAY)] == [double.pk]
        assert Person.objects.get(pk=double.pk).merged_into_id is None
        with pytest.raises(errors.MergeNotFound):
            services.persons_unmerge(viewer=cast.county, merge_id=merge, reason="再撤一次", at=NOW)


def test_the_number_of_a_merged_double_leads_to_the_kept_person(cast: Cast) -> None:
    number = resident_id_make(date(1980, 1, 1))
    first, second = household_make(cast.slot, head="王一"), household_make(cast.slot, head="王一", resident_id=number)
    with acting_as(cast.county):
        merged(cast.county, head_of(first), head_of(second))
    with acting_as(SYSTEM):
        hits = persons_by_identifier("RESIDENT_ID", [number])[number]
    assert [(hit.person_id, hit.household_id) for hit in hits] == [(head_of(first).pk, first.pk)]


def test_a_double_who_heads_others_is_not_merged(cast: Cast) -> None:
    first = household_make(cast.slot, head="王一")
    second = household_make(cast.slot, head="王一", members=[("王二", "CHILD")])
    with acting_as(cast.county), pytest.raises(errors.DoubleIsHead):
        merged(cast.county, head_of(first), head_of(second))


def test_a_merge_that_no_longer_fits_is_not_taken_back(cast: Cast) -> None:
    first = household_make(cast.slot, head="王一")
    second = household_make(cast.slot, head="李二")
    double = person_make(second, "王一", "SPOUSE")
    kept = head_of(first)
    with acting_as(cast.county):
        merge = merged(cast.county, kept, double)
        other = services.household_register(
            viewer=cast.county, slot=cast.slot, members=[services.NewMember("赵三", "户主")], on=TODAY, at=NOW
        )
        assert other.household_id is not None
        services.person_move(
            viewer=cast.county, person_id=other.person_ids[0], version=1, on=TODAY, at=NOW, to_household_id=second.pk,
            relationship="SPOUSE",
        )  # fmt: skip
        with pytest.raises(errors.MergeNotUndoable):
            services.persons_unmerge(viewer=cast.county, merge_id=merge, reason="是两个人", at=NOW)
        assert Person.objects.get(pk=double.pk).merged_into_id == kept.pk


def test_a_neighbour_neither_merges_nor_parts(cast: Cast) -> None:
    first, second = household_make(cast.slot, head="王一"), household_make(cast.slot, head="王一")
    with acting_as(cast.neighbour), pytest.raises(errors.PersonNotFound):
        merged(cast.neighbour, head_of(first), head_of(second))
    with acting_as(cast.county):
        merge = merged(cast.county, head_of(first), head_of(second))
    with acting_as(cast.neighbour), pytest.raises(errors.MergeNotFound):
        services.persons_unmerge(viewer=cast.neighbour, merge_id=merge, reason="不是", at=NOW)


def test_a_corrected_id_brings_birth_date_and_sex_along_and_keeps_the_old_row(cast: Cast) -> None:
    household = household_make(cast.slot, head="王一")
    person = head_of(household)
    number = resident_id_make(date(1985, 7, 9), sex="F")
    with acting_as(cast.township):
        services.identifier_correct(
            viewer=cast.township, person_id=person.pk, version=1, text=number, reason="抄错一位", at=NOW
        )
        changed = Person.objects.get(pk=person.pk)
        assert (changed.birth_date, changed.sex, changed.version) == (date(1985, 7, 9), "F", 2)
        rows = Identifier.objects.filter(person=person, kind="RESIDENT_ID")
        assert rows.count() == 2
        assert bytes(rows.get(superseded_at__isnull=True).blind) == keyring().blind("resident_id", number)
        with pytest.raises(errors.PersonChanged):
            services.identifier_correct(
                viewer=cast.township, person_id=person.pk, version=1, text=number, reason="再改", at=NOW
            )


def test_a_wrong_check_digit_corrects_nothing(cast: Cast) -> None:
    person = head_of(household_make(cast.slot))
    number = resident_id_make()
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    with acting_as(cast.township), pytest.raises(ResidentIdCheckDigit):
        services.identifier_correct(
            viewer=cast.township, person_id=person.pk, version=1, text=wrong, reason="抄错", at=NOW
        )


def test_an_id_held_out_of_sight_makes_the_correction_wait(cast: Cast) -> None:
    number = resident_id_make()
    household_make(cast.neighbour_slot, resident_id=number)
    person = head_of(household_make(cast.slot, head="王一"))
    with acting_as(cast.county):
        made = services.identifier_correct(
            viewer=cast.county, person_id=person.pk, version=1, text=number, reason="抄错", at=NOW
        )
        assert made.is_waiting
        assert Person.objects.get(pk=person.pk).version == 1
    with acting_as(SYSTEM):
        assert RegistrationConflict.objects.get().slot_here == cast.slot


def test_full_numbers_need_a_purpose(cast: Cast) -> None:
    person = head_of(household_make(cast.slot))
    with acting_as(cast.township), pytest.raises(errors.PurposeMissing):
        services.identifier_show(viewer=cast.township, person_id=person.pk, purpose=" ", at=NOW)


def test_a_pair_is_kept_apart_by_decision_and_decided_once(cast: Cast) -> None:
    number = resident_id_make()
    there = household_make(cast.neighbour_slot, head="李外县", resident_id=number)
    with acting_as(cast.county):
        services.household_register(
            viewer=cast.county, slot=cast.slot, on=TODAY, at=NOW,
            members=[services.NewMember("王大", "户主"), services.NewMember("李外县", "配偶", number)],
        )  # fmt: skip
    with acting_as(cast.city):
        pair = RegistrationConflict.objects.get()
        services.conflict_decide(
            viewer=cast.city, conflict_id=pair.pk, version=1, decision="KEEP", reason="还在原籍", at=NOW
        )
        assert members_of(cast.city, there.pk, TODAY)[0].name == "李外县"
        with pytest.raises(errors.ConflictNotFound):
            services.conflict_decide(
                viewer=cast.city, conflict_id=pair.pk, version=2, decision="MOVE", reason="迁移", at=NOW
            )
