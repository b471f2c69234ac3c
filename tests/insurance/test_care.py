"""Long-term care walked by its bodies: applied, assessed, planned, logged, billed, settled, disputed, paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from tests.factories.care import AT, LATE, START, Care, care_make, id_of, provider_make, second_of_office
from tests.factories.cast import Cast
from tests.factories.funds import answer, batched, budget, desk_make
from tests.factories.register import household_make

from shouwang.funds import services as funds
from shouwang.funds.errors import HouseholdUnknown, PayeeOfOtherKind, PayerUnknown
from shouwang.funds.models import Commitment, Grant, Payment
from shouwang.funds.selectors.findings import findings
from shouwang.funds.services import Money
from shouwang.insurance.care import errors, selectors, services
from shouwang.insurance.care.models import CareBill, CareDay, CareInsured, CareLine, CarePlan, CareSettlement
from shouwang.insurance.care.services import Asking, Filing, Planning
from shouwang.insurance.care.services.settling import reckoned_from
from shouwang.kit.resident_id import ResidentIdRefusal
from shouwang.kit.texts import PersonalNumberInText
from shouwang.office.models import Message
from shouwang.people.access import SYSTEM, Kind, Viewer, acting_as
from shouwang.people.models import Organisation
from shouwang.register.models import Household, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def care(cast: Cast) -> Care:
    return care_make(cast)


def counts(viewer: Viewer) -> tuple[int, int, int, int]:
    with acting_as(viewer):
        return (
            CareInsured.objects.count(), CarePlan.objects.count(), CareDay.objects.count(), CareLine.objects.count(),
        )  # fmt: skip


def test_a_month_from_application_to_payment(care: Care) -> None:
    cast = care.cast
    home = household_make(cast.places.village.lo, head="李老太", resident_id=id_of(7))
    first = care.insured(7, name="李老太")
    second = care.insured(2, group="EMPLOYEE", level="SEMI")
    assert (first.household_id, second.household_id) == (home.pk, None)
    assert id_of(7) not in str(first.__dict__) and first.id_shown.endswith(id_of(7)[-4:])
    care.log(care.plan(first))
    care.log(care.plan(second, mode="INSTITUTION"), last=10, charge=10_000)
    asked = 30 * 5555 + 10 * 10_000
    bill = care.file(asked)
    days = {"day_ids": [_day(first.pk, 3)]}
    care.step("days_strike", care.office, bill.pk, reason="那天住院", **days)
    care.step("bill_check", care.office, bill.pk)
    # 29 days of 49.99 (49.995 cut off each day), 10 days of 70 % of 100.00, capped at 50.00.
    assert care.bill(bill.pk).settled_fen == 29 * 4999 + 10 * 5000
    care.step("bill_dispute", care.provider, bill.pk, reason="那天没有住院")
    for who in ("days_strike", "bill_correct"):
        with pytest.raises(errors.CareOwnHand):
            care.step(who, care.office, bill.pk, reason="核实", **(days if who == "days_strike" else {}))
    other = second_of_office(cast)
    care.step("days_strike", other, bill.pk, reason="住院记录有误", **days)
    care.step("bill_correct", other, bill.pk, reason="核实属实")
    whole = 30 * 4999 + 10 * 5000
    assert care.bill(bill.pk).settled_fen == whole
    with pytest.raises(errors.CareStepOutOfTurn, match="护理机构"):
        care.step("bill_agree", care.office, bill.pk)
    care.step("bill_agree", care.provider, bill.pk)
    with pytest.raises(errors.CarePayDay):
        care.step("bill_pay", care.office, bill.pk, on=date(2020, 7, 6), reference="转账 1")
    with pytest.raises(errors.CareOwnHand, match="付款要由没有经手过的人来办"):
        care.step("bill_pay", other, bill.pk, on=AT.date(), reference="转账 1")
    care.step("bill_pay", care.office, bill.pk, on=AT.date(), reference="转账 1")
    with pytest.raises(errors.CareStepOutOfTurn, match="已付"):
        care.step("bill_pay", care.office, bill.pk, on=AT.date(), reference="转账 1")
    with acting_as(SYSTEM):
        kept = list(CareSettlement.objects.order_by("number"))
        assert [(one.number, one.days, one.paid_fen) for one in kept] == [
            (1, 39, whole - 4999), (2, 40, whole)
        ]  # fmt: skip
        assert [one.hand_user_ids for one in kept] == [[care.office.user_id], [other.user_id]]
        assert sum(line.paid_fen for line in kept[1].lines.all()) == whole
        grant = Grant.objects.get()
        assert (grant.household_id, grant.amount_fen, grant.standing) == (home.pk, 30 * 4999, "REPORTED")
        # Settled again from what was kept, and once more: the same to the last fen.
        again = reckoned_from(kept[1].inputs["people"], kept[1].inputs)
        assert sum(one.paid_fen for one in again.values()) == whole
        # What the household reads of it: days and money; the benefit itself is not told twice.
        (month,) = selectors.household_care_months(home.pk)
        assert (month.name, month.days, month.charged_fen, month.paid_fen, month.own_fen, month.word) == (
            "李老太", 30, 30 * 5555, 30 * 4999, 30 * 556, "已付给机构",
        )  # fmt: skip
        assert grant.source_ref in month.refs
    with acting_as(care.office):
        on, kinds = selectors.care_days(care.office)
        assert on == START and [(one.mode_name, one.days, one.paid_fen, one.cap_fen) for one in kinds] == [
            ("居家护理", 30, 5000, 5000), ("机构护理", 10, 5000, 5000),
        ]  # fmt: skip
        (figure,) = selectors.bill_months(care.office, on=AT.date())
        assert (figure.bills, figure.charged_fen, figure.settled_fen) == (1, asked, whole)
    replay = care.call("settlement_replay", care.office, bill_id=bill.pk)
    assert replay.holds and replay.paid_fen == whole
    # What anybody else sees: the provider its plans and days, and nobody's row of the insured; others nothing.
    assert counts(care.provider) == (0, 2, 40, 4)
    assert (
        counts(provider_make(cast, name="别家护理院")) == counts(cast.insurer) == counts(cast.neighbour) == (0, 0, 0, 0)
    )
    assert counts(cast.county) == counts(cast.auditor) == counts(care.office) == (2, 2, 40, 4)
    assert counts(cast.labour) == (2, 0, 0, 0) and counts(cast.civil) == counts(cast.township) == (0, 0, 0, 0)
    assert counts(cast.city) == (0, 0, 0, 0)
    with acting_as(cast.city):
        assert selectors.bill_get(cast.city, bill.pk).state == "PAID"


def _day(insured_id: int, day: int) -> int:
    with acting_as(SYSTEM):
        return CareDay.objects.get(insured_id=insured_id, on=date(2020, 6, day)).pk


def test_applications_that_cannot_be_taken_are_refused_in_words(care: Care) -> None:
    cast, ask = care.cast, Asking("张失能1", id_of(1), "RESIDENT", date(2020, 1, 1), START)
    household_make(cast.places.village.lo, head="李老太", resident_id=id_of(7))
    for change, refusal in (
        ({"name": " "}, errors.CareNameMissing), ({"group": "FARMER"}, errors.CareGroupUnknown),
        ({"applied_on": date(2020, 7, 6)}, errors.CareDayInFuture),
        ({"insured_from": date(2020, 7, 6)}, errors.CareDayInFuture),
        ({"applied_on": date(2019, 12, 31)}, errors.CareInsuranceEnded),
        ({"id_text": id_of(1)[:-1]}, ResidentIdRefusal),
        ({"name": "王别人", "id_text": id_of(7)}, errors.CareNameDiffers),
    ):  # fmt: skip
        with pytest.raises(refusal):
            care.call("care_apply", care.office, asking=replace(ask, **change))
    with pytest.raises(PersonalNumberInText):
        replace(ask, note=id_of(1))
    for viewer in (cast.civil, cast.county, cast.insurer, care.provider, cast.labour):
        with pytest.raises(errors.CareNotFound):
            care.call("care_apply", viewer, asking=ask)
    made = care.call("care_apply", care.office, asking=ask)
    with pytest.raises(errors.CareApplicationOpen, match="张失能1"):
        care.call("care_apply", care.office, asking=ask)
    with pytest.raises(errors.CareNameDiffers):
        care.call("care_apply", care.office, asking=replace(ask, name="王别人"))
    given = {"application_id": made.pk, "version": made.version, "level": "FULL", "assessed_on": START, "document": "1"}
    for changed, refusal in (
        ({"level": "HEAVY"}, errors.CareLevelUnknown), ({"document": " "}, errors.CareDocumentMissing),
        ({"assessed_on": date(2020, 5, 31)}, errors.CareAssessedTooEarly), ({"version": 9}, errors.CareStale),
        ({"assessed_on": date(2020, 7, 6)}, errors.CareDayInFuture), ({"application_id": 0}, errors.CareNotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            care.call("assessment_record", cast.labour, **{**given, **changed})
    with pytest.raises(errors.CareNotFound):
        care.call("assessment_record", care.office, **given)
    care.call("assessment_record", cast.labour, **given)
    with pytest.raises(errors.CareApplicationOver):
        care.call("assessment_record", cast.labour, **{**given, "version": made.version + 1})


def test_plans_and_days_that_cannot_be_are_refused_in_words(care: Care) -> None:
    insured, other = care.insured(), provider_make(care.cast, name="别家护理院")
    far = provider_make(care.cast, name="邻县护理院", place="neighbour_county")
    for refused, planning in (
        (errors.CareModeUnknown, Planning("NIGHT", care.provider.organisation_id or 0, START)),
        (errors.CareProviderUnknown, Planning("HOME", far.organisation_id or 0, START)),
        (errors.CareProviderUnknown, Planning("HOME", care.cast.insurer.organisation_id or 0, START)),
        (errors.CareNotAssessed, Planning("HOME", care.provider.organisation_id or 0, date(2020, 5, 31))),
        (errors.CareNotAssessed, Planning("HOME", care.provider.organisation_id or 0, date(2021, 6, 1))),
        (errors.CarePlanOrder, Planning("HOME", care.provider.organisation_id or 0, START, START)),
    ):
        with pytest.raises(refused):
            care.call("plan_make", care.office, insured_id=insured.pk, version=insured.version, planning=planning)
    plan = care.plan(insured)
    with pytest.raises(errors.CarePlanTaken):
        care.plan(insured, mode="HOSPITAL", provider=other)
    care.log(plan, 1, 10)
    with pytest.raises(errors.CareDaysAfterEnd, match="2020-06-10"):
        care.call("plan_end", care.office, plan_id=plan.pk, version=1, last=date(2020, 6, 9), reason="转院")
    care.call("plan_end", care.office, plan_id=plan.pk, version=1, last=date(2020, 6, 10), reason="转院")
    hospital = care.plan(insured, mode="HOSPITAL", provider=other, first=date(2020, 6, 11))
    for refused, first, last, charge in (
        (errors.CareDayOutside, 11, 11, 100), (errors.CareDayTaken, 10, 10, 100), (errors.CareDaysTooMany, 2, 1, 100),
        (errors.CareChargeNotSane, 1, 1, 0), (errors.CareChargeNotSane, 1, 1, 1_000_000),
    ):  # fmt: skip
        with pytest.raises(refused):
            care.log(plan, first, last, charge=charge)
    with pytest.raises(errors.CareDayInFuture):
        care.call("days_log", other, plan_id=hospital.pk, first=date(2020, 7, 5), last=date(2020, 7, 6), charge_fen=1)
    with pytest.raises(errors.CareNotFound):
        care.log(hospital, 11, 11)
    care.log(hospital, 11, 11, by=other)
    # The same day again, past the program: the database holds it, whoever writes.
    for change in ({"on": date(2020, 6, 11)}, {"on": date(2020, 6, 10)}, {"on": date(2021, 6, 1)}, {"mode": "HOME"}):
        row = {"plan": hospital, "insured": insured, "slot": hospital.slot, "office_id": hospital.office_id, "at": AT,
               "provider_id": hospital.provider_id, "mode": "HOSPITAL", "on": date(2020, 6, 12),
               "charge_fen": 1}  # fmt: skip
        with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
            CareDay.objects.create(**{**row, **change})
    back = {"plan_id": plan.pk, "first": START, "last": START, "reason": "记错"}
    assert care.call("days_take_back", care.provider, **back) == 1
    with pytest.raises(errors.CareNothingLogged, match="2020-06-01 至 2020-06-01 没有登记过"):
        care.call("days_take_back", care.provider, **back)
    care.log(plan, 1, 1)
    Organisation.objects.filter(pk=other.organisation_id).update(is_active=False)
    with pytest.raises(errors.CareProviderClosed, match="别家护理院已经停办"):
        care.log(hospital, 12, 12, by=other)
    with pytest.raises(errors.CareProviderClosed):
        care.plan(insured, provider=other, first=date(2020, 7, 1))


def test_nothing_counts_after_a_death_an_end_or_a_lapsed_assessment(care: Care) -> None:
    insured = care.insured()
    plan = care.plan(insured)
    care.log(plan, 1, 20)
    care.call("insured_end", care.office, insured_id=insured.pk, version=insured.version, is_death=True,
              on=date(2020, 6, 15), reason="家属告知")  # fmt: skip
    with acting_as(SYSTEM):
        stand = CareDay.objects.filter(is_struck=False)
        assert [day.on.day for day in stand.order_by("on")][-1] == 15 and stand.count() == 15
        assert CarePlan.objects.get().until_date == date(2020, 6, 16)
        with pytest.raises(IntegrityError), transaction.atomic():
            CareDay.objects.filter(on=date(2020, 6, 16)).update(is_struck=False, struck_reason="")
    with pytest.raises(errors.CareDayOutside):
        care.log(plan, 16, 16)
    with pytest.raises(errors.CarePersonDead):
        care.plan(insured, first=date(2020, 6, 17))
    lapsed = care.insured(2)
    care.plan(lapsed)
    again = care.call("care_apply_again", care.office, insured_id=lapsed.pk, version=1, applied_on=START, note="")
    care.assess(again, "", on=date(2020, 6, 12))
    with acting_as(SYSTEM):
        second = CarePlan.objects.get(insured=lapsed)
    care.log(second, 11, 11)
    with pytest.raises(errors.CareDayOutside, match="2020-06-12 不在护理安排里（2020-06-01 至 2020-06-11）"):
        care.log(second, 12, 12)


def test_what_was_settled_before_a_death_was_known_is_taken_back_before_it_is_paid(care: Care) -> None:
    insured = care.insured()
    care.log(care.plan(insured), 1, 20)
    moved = care.insured(2, name="李迁出")
    care.log(care.plan(moved), 1, 2)
    bill = care.file(22 * 5555)
    care.call("insured_end", care.office, insured_id=moved.pk, version=moved.version, is_death=False,
              on=date(2020, 6, 2), reason="迁往外县")  # fmt: skip
    assert care.bill(bill.pk).version == bill.version + 1
    with acting_as(care.office):
        assert bill.events.order_by("-pk")[0].text == "核减 李迁出 1 天：参保结束之后"
    care.step("bill_check", care.office, bill.pk)
    assert care.bill(bill.pk).settled_fen == 21 * 4999
    care.step("bill_agree", care.provider, bill.pk)
    care.call("insured_end", care.office, insured_id=insured.pk, version=insured.version, is_death=True,
              on=date(2020, 6, 15), reason="家属告知")  # fmt: skip
    other = second_of_office(care.cast)
    paid = {"on": AT.date(), "reference": "转账 1"}
    with pytest.raises(errors.CareDayAfterEnd, match="张失能1 2020-06-16 的服务在去世之后"):
        care.step("bill_pay", other, bill.pk, **paid)
    with pytest.raises(errors.CareStepOutOfTurn, match="经办机构"):
        care.step("bill_reopen", care.provider, bill.pk, reason="人已去世")
    care.step("bill_reopen", care.office, bill.pk, reason="人已去世")
    assert (care.bill(bill.pk).state, care.bill(bill.pk).settled_fen) == ("FILED", None)
    care.step("bill_check", care.office, bill.pk)
    assert care.bill(bill.pk).settled_fen == 16 * 4999
    care.step("bill_agree", care.provider, bill.pk)
    assert care.step("bill_pay", other, bill.pk, **paid).state == "PAID"


def test_bills_that_cannot_be_filed_are_refused_in_words(care: Care) -> None:
    with pytest.raises(errors.CareNothingToBill):
        care.file(100)
    care.log(care.plan(care.insured()), 1, 2)
    for fen in (11109, 11111):
        with pytest.raises(errors.CareInvoiceDiffers):
            care.file(fen)
    with pytest.raises(errors.CareMonthOpen):
        care.call("bill_file", care.provider, filing=Filing(date(2020, 7, 1), "1", 1))
    with pytest.raises(errors.CareDocumentMissing):
        care.call("bill_file", care.provider, filing=Filing(START, " ", 11110))
    with pytest.raises(errors.CareNotFound):
        care.call("bill_file", care.office, filing=Filing(START, "1", 11110))
    care.at = LATE  # one day after 2020-07-10
    with pytest.raises(errors.CareBillLate, match="2020-07-10"):
        care.file(11110)
    late = care.file(11110, late_reason="停电")
    assert late.is_late and late.due_on == date(2020, 7, 10)
    care.step("bill_withdraw", care.provider, late.pk, reason="漏了一天")
    care.at = LATE.replace(day=10)
    bill = care.file(11110)
    assert not bill.is_late
    with pytest.raises(errors.CareBillTaken):
        care.file(11110)
    with acting_as(SYSTEM):
        plan = CarePlan.objects.get()
    with pytest.raises(errors.CareDayBilled):
        care.log(plan, 3, 3)
    with pytest.raises(errors.CareStale):
        care.call("bill_check", care.office, bill_id=bill.pk, version=9)
    with pytest.raises(errors.CareNotFound):
        care.call("bill_check", care.cast.neighbour_medical, bill_id=bill.pk, version=1)
    with pytest.raises(errors.CareStepOutOfTurn, match="等核对"):
        care.step("bill_agree", care.provider, bill.pk)


def test_who_is_to_be_assessed_again_is_told_in_time(care: Care) -> None:
    insured = care.insured()
    care.plan(insured)
    office = care.office

    def due(on: date) -> list[int]:
        with acting_as(office):
            return [one.pk for one in selectors.reassess_due(office, on, remind_days=30)]

    assert (due(date(2021, 5, 1)), due(date(2021, 5, 2)), due(date(2021, 7, 1))) == ([], [insured.pk], [insured.pk])
    with acting_as(SYSTEM):
        at = AT.replace(year=2021, month=6, day=7)  # a Monday, six days after the level ended
        assert [services.offices_remind(at=when) for when in (at, at + timedelta(days=1))] == [1, 0]
        told = Message.objects.get(kind="CARE")
        assert (told.organisation_id, told.values["counts"]) == (office.organisation_id, {"due": 1, "late": 1})
    care.call("care_apply_again", office, insured_id=insured.pk, version=1, applied_on=START, note="")
    assert due(date(2021, 7, 1)) == []


def test_a_kind_of_organisation_of_its_own_reads_no_register(care: Care) -> None:
    assert care.provider.kind is Kind.CARE_PROVIDER and not care.provider.reads_register
    with acting_as(care.provider), connection.cursor() as cursor:
        cursor.execute("select (select count(*) from register_person) + (select count(*) from insurance_careinsured)")
        assert cursor.fetchone() == (0,)
    assert set(services.__all__) >= {"bill_pay", "days_log", "settlement_replay"}


def test_where_the_county_pays_its_ledger_is_asked_for_everybody_insured(care: Care) -> None:
    county = care.cast.county
    home = household_make(care.cast.places.village.lo, head="李老太", resident_id=id_of(7))
    first = care.insured(7, name="李老太")
    # Two are not in the register when they ask; one of them is by the time the bill is paid.
    outside, later = care.insured(8), care.insured(9, name="王后来")
    for number, who in enumerate((first, outside, later), start=1):
        care.log(care.plan(who), 1, number)
    after = household_make(care.cast.places.village.lo, head="王后来", resident_id=id_of(9))
    bill = care.file(6 * 5555)
    with acting_as(SYSTEM):
        CareBill.objects.update(paid_by="COUNTY")  # as a pack with `paid_by: COUNTY` would have it
    care.step("bill_check", care.office, bill.pk)
    care.step("bill_agree", care.provider, bill.pk)
    given = {"on": AT.date(), "reference": "批 1", "account_number": "6222020200012345678", "bank": "农行"}
    with pytest.raises(errors.CareStepOutOfTurn, match="付款单位"):
        care.step("bill_pay", care.office, bill.pk, **given)
    with pytest.raises(PayerUnknown):
        care.step("bill_pay", county, bill.pk, **given)
    budget(county, 1_000_000, money=Money("COUNTY", "长期护理", 2020))
    assert care.step("bill_pay", county, bill.pk, **given).state_label == "县里付款中"
    with acting_as(SYSTEM):
        owed = list(Commitment.objects.order_by("pk"))
        assert [(each.household_id, each.amount_fen) for each in owed] == [
            (home.pk, 4999), (None, 2 * 4999), (after.pk, 3 * 4999)
        ]  # fmt: skip
        assert {(each.payee_name, each.relation) for each in owed} == {(care.provider.organisation_name, "PROVIDER")}
        assert owed[0].source_ref == f"care:{bill.pk}:{first.pk}" and not Grant.objects.exists()
        assert care.person(later.pk).household_id == after.pk
        with pytest.raises(IntegrityError), transaction.atomic():  # nobody else is paid without a household
            Commitment.objects.filter(household_id__isnull=True).update(relation="SELF")
    asked = funds.PaymentRequest(
        "test:care", county.organisation_id or 0, first.slot, None, "长期护理", 1, "依据", AT.date(),
        funds.Payee("王某", "6222020200012345678", "农行"),
    )  # fmt: skip
    with acting_as(county), pytest.raises(HouseholdUnknown):
        funds.payment_request(viewer=county, request=asked, at=AT)


@pytest.mark.django_db(transaction=True)
def test_a_bill_that_the_county_pays_follows_the_bank_until_every_part_is_paid(real_cast: Cast) -> None:
    care, slot = care_make(real_cast), real_cast.slot
    desk, county = desk_make(real_cast), real_cast.county
    homes = [household_make(slot, head=f"张失能{number}", resident_id=id_of(number)) for number in (1, 2)]
    for number in (1, 2, 3):  # the third is in no register
        care.log(care.plan(care.insured(number)), 1, min(number, 2))
    with acting_as(SYSTEM):  # the register learns of a death that the office does not know
        Person.objects.filter(name="张失能2").update(died_on=START)
        dead = CareInsured.objects.get(name="张失能2")
    again = {"insured_id": dead.pk, "version": dead.version, "applied_on": AT.date(), "note": ""}
    with pytest.raises(errors.CarePersonDead, match="张失能2已于 2020-06-01 去世"):
        care.call("care_apply_again", care.office, **again)
    bill = care.file(5 * 5555)
    with pytest.raises(errors.CareDayAfterDeath, match="张失能2已于 2020-06-01 去世，2020-06-02"):
        care.step("bill_check", care.office, bill.pk)
    with acting_as(SYSTEM):
        Person.objects.filter(name="张失能2").update(died_on=date(2020, 6, 2))
        Household.objects.filter(pk=homes[1].pk).update(ended_on=date(2020, 6, 30), ended_reason="DIED")
        CareBill.objects.update(paid_by="COUNTY")
    care.step("bill_check", care.office, bill.pk)
    care.step("bill_agree", care.provider, bill.pk)
    given = {"on": AT.date(), "reference": "批 1", "account_number": "6222020200012345678", "bank": "农行"}
    budget(county, 1_000_000, money=Money("COUNTY", "长期护理", 2020))
    care.step("bill_pay", county, bill.pk, **given)

    def followed() -> tuple[str, int, str]:
        services.bills_follow(at=AT, lookback=timedelta(hours=2))
        assert services.bills_follow(at=AT, lookback=timedelta(hours=2)) == 0
        now = care.bill(bill.pk)
        return now.state, now.paid_fen, now.payment_said

    def sent(results: dict[int, str]) -> None:
        with acting_as(SYSTEM):
            waiting = list(Commitment.objects.filter(state="OPEN").order_by("pk"))
        batch = batched(desk, *waiting, at=AT)
        with acting_as(county):
            funds.return_read(
                viewer=county, batch_id=batch.pk, name="回盘.csv", content=answer(batch, results=results), at=AT
            )

    assert followed() == ("REQUESTED", 0, "")
    sent({2: "失败"})  # what was done before the death and the end of the household is paid all the same
    state, paid, waits = followed()
    assert (state, paid) == ("REQUESTED", 3 * 4999) and "1 笔被银行退回（账户已销户）" in waits
    with acting_as(SYSTEM):
        back = Commitment.objects.get(needs_payee=True)
    with acting_as(county), pytest.raises(PayeeOfOtherKind):
        funds.payee_correct(
            viewer=county, commitment_id=back.pk, version=back.version, reason="改付本人", at=AT,
            payee=funds.Payee("张三", "62220202000", "农行"),
        )  # fmt: skip
    with acting_as(county):
        funds.commitment_cancel(viewer=county, commitment_id=back.pk, version=back.version, reason="账户错", at=AT)
    state, paid, waits = followed()
    assert (state, paid, waits) == ("AGREED", 3 * 4999, "1 笔已取消，要重新申请付款")
    with acting_as(county):
        assert selectors.care_waiting(county) == [(1, "护理账单等付款", "bills/?state=AGREED")]
    care.step("bill_pay", county, bill.pk, **given)
    sent({})
    assert followed() == ("PAID", 5 * 4999, "") and care.bill(bill.pk).paid_on == AT.date()
    with acting_as(SYSTEM):
        assert sum(grant.amount_fen for grant in Grant.objects.filter(cancelled_at__isnull=True)) == 3 * 4999
        seen = Payment.objects.get(household_id__isnull=True).evidence.body
        assert (seen["household"], seen["members"], seen["owed"]["relation"]) == (None, [], "PROVIDER")
    with acting_as(real_cast.auditor):  # one provider's account for many households is right
        kinds = {one.kind for one in findings(real_cast.auditor, on=AT.date())}
        assert not kinds & {"SHARED", "AFTER"}
