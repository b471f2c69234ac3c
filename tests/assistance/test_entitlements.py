"""A month's payments are made once each, set by set; what cannot be right is found with its owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import AT, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.funds import MONEY, answer, batched, budget, desk_make
from tests.factories.register import household_make, person_make, resident_id_make

from shouwang.assistance.errors import (
    BackTooMuch,
    ChangeOutOfOrder,
    EntitlementNotFound,
    EntitlementNotYours,
    EntitlementPayeeMissing,
    EntitlementPayerUnknown,
    EntitlementRunning,
    EntitlementStale,
    FindingSettled,
    MonthNotCome,
    NothingToBringBack,
    NotPaidByCentre,
    NotRecurring,
    ReasonMissing,
)
from shouwang.assistance.models import Entitlement, EntitlementChange, EntitlementFinding, EntitlementMonth, MonthWork
from shouwang.assistance.selectors import findings_open, measure_counts, month_sum
from shouwang.assistance.services import (
    Start,
    entitlement_change,
    entitlement_finding_settle,
    entitlement_payee_change,
    entitlement_start,
    entitlements_run,
    month_execute,
    month_request,
    months_resume,
    working,
)
from shouwang.audit.models import Entry
from shouwang.funds.errors import AccountNumberUnreadable
from shouwang.funds.models import Account, Commitment, Grant
from shouwang.funds.selectors import request_standings
from shouwang.funds.services import Payee, return_read
from shouwang.kit.masks import account_mask
from shouwang.people.access import SYSTEM, Role, Viewer, acting_as
from shouwang.register.models import Household, Person
from shouwang.rulebook.measures import excluded_pairs
from shouwang.rulebook.policy import Policy
from shouwang.standards.selectors import policy_for

pytestmark = pytest.mark.django_db(transaction=True)

JULY, AUGUST, JANUARY = date(2020, 7, 1), date(2020, 8, 1), date(2021, 1, 1)
LATER = AT + timedelta(days=400)


def policy_of(cast: Cast) -> Policy:
    workflow_ready(cast)
    return policy_for(slot=cast.slot, on=JULY)[1]


def begun(cast: Cast, household_id: int, offer: str = "dibao", fen: int = 23_500, **more: object) -> Entitlement:
    stated = {"payer_organisation_id": cast.civil.organisation_id, "month": JULY} | more
    with acting_as(cast.county):
        start = Start(household_id=household_id, slot=cast.slot, offer=offer, amount_fen=fen, **stated)  # type: ignore[arg-type]
        return entitlement_start(viewer=cast.county, policy=policy_of(cast), start=start, at=AT)


def changed(
    cast: Cast, row: Entitlement, what: str, month: date, *, version: int = 1, fen: int | None = None,
    reason: str = "家庭情况有变", viewer: Viewer | None = None,
) -> None:  # fmt: skip
    who = viewer or cast.county
    with acting_as(who):
        entitlement_change(
            viewer=who, entitlement_id=row.pk, version=version, what=what, month=month, amount_fen=fen, reason=reason,
            at=LATER,
        )  # fmt: skip


def ran(cast: Cast, month: date, *, viewer: Viewer | None = None, at: datetime = LATER) -> tuple[int, int, int]:
    who = viewer or cast.county
    pairs = excluded_pairs(policy_of(cast))
    with acting_as(who):
        found = entitlements_run(viewer=who, month=month, pairs=pairs, at=at)
    return found.made, found.total_fen, found.findings


def test_a_month_is_paid_once_whoever_runs_it_and_a_late_start_is_added(real_cast: Cast) -> None:
    cast = real_cast
    home = household_make(cast.slot)
    first = begun(cast, home.pk)
    grant = begun(cast, home.pk, "education_grant", 125_000, payer_organisation_id=cast.education.organisation_id)
    assert (first.months, grant.months, grant.payer_name) == (1, 6, "巨鹿县教育局")
    with pytest.raises(MonthNotCome):
        ran(cast, AUGUST, at=AT)
    assert ran(cast, JULY, viewer=cast.civil) == (1, 23_500, 0)  # a department runs its own alone
    assert ran(cast, JULY) == (1, 125_000, 0)
    assert ran(cast, JULY) == (0, 0, 0)
    second = household_make(cast.slot)
    begun(cast, second.pk)
    assert ran(cast, JULY) == (1, 23_500, 0)
    assert ran(cast, AUGUST) == (2, 47_000, 0)  # the grant comes each sixth month
    assert ran(cast, JANUARY)[:2] == (3, 172_000)
    with acting_as(SYSTEM):
        assert EntitlementMonth.objects.count() == 8 == Grant.objects.count()
        paid = Grant.objects.get(source_ref=f"entitlement:{first.pk}:2020-07")
        assert (paid.amount_fen, paid.unit, paid.standing, paid.purpose) == (
            23_500,
            "ONCE",
            "REPORTED",
            "农村低保 2020-07",
        )
        assert (paid.from_date, paid.until_date, paid.household_id) == (JULY, AUGUST, home.pk)
        assert Entry.objects.filter(action="entitlement.run").count() == 6
    with acting_as(cast.county):
        assert month_sum(cast.county, month=JULY).total_fen == 172_000
    with acting_as(cast.civil):
        assert month_sum(cast.civil, month=JULY).entitlements == 2
    with acting_as(cast.neighbour):
        assert month_sum(cast.neighbour, month=JULY).entitlements == 0
    assert ran(cast, JULY, viewer=cast.neighbour) == (0, 0, 0)


def test_changes_are_dated_and_follow_one_another(real_cast: Cast) -> None:
    cast = real_cast
    row = begun(cast, household_make(cast.slot).pk)
    with pytest.raises(ChangeOutOfOrder, match="从 2020-07 开始"):
        changed(cast, row, "CHANGE", date(2020, 6, 1), fen=1)
    with pytest.raises(ChangeOutOfOrder, match="现在是“开始”，不能再恢复"):
        changed(cast, row, "RESUME", AUGUST)
    with pytest.raises(ReasonMissing):
        changed(cast, row, "SUSPEND", AUGUST, reason=" ")
    changed(cast, row, "CHANGE", AUGUST, fen=30_000)
    with pytest.raises(EntitlementStale):
        changed(cast, row, "SUSPEND", AUGUST)
    changed(cast, row, "SUSPEND", date(2020, 9, 1), version=2)
    with pytest.raises(ChangeOutOfOrder, match="2020-09 已有变动（暂停），不能再往前插"):
        changed(cast, row, "END", AUGUST, version=3)
    changed(cast, row, "RESUME", date(2020, 11, 15), version=3)  # worth what it last was, from the month on
    changed(cast, row, "END", date(2020, 12, 1), version=4, viewer=cast.civil)
    for outsider in (cast.medical, cast.neighbour, cast.neighbour_medical):
        with pytest.raises(EntitlementNotFound):
            changed(cast, row, "RESUME", JANUARY, version=5, viewer=outsider)
    months = [date(2020, number, 1) for number in range(7, 13)]
    assert [ran(cast, month)[1] for month in months] == [23_500, 30_000, 0, 0, 30_000, 0]


def test_a_month_made_worth_less_afterwards_is_found_and_what_came_back_taken_off(real_cast: Cast) -> None:
    cast = real_cast
    row, own = (begun(cast, household_make(cast.slot).pk) for _ in range(2))
    assert [ran(cast, month)[1:] for month in (JULY, AUGUST)] == [(47_000, 0)] * 2
    changed(cast, own, "CHANGE", AUGUST, fen=30_000)  # more: nothing was paid too much
    changed(cast, row, "CHANGE", AUGUST, fen=20_000)
    assert [ran(cast, JULY)[2] for _ in range(2)] == [1, 0]
    with acting_as(cast.civil):
        (found,) = findings_open(cast.civil)
        assert (found.kind, found.month, found.amount_fen) == ("TOO_MUCH", AUGUST, 3_500)
        done = {"viewer": cast.civil, "finding_id": found.pk, "version": 1, "note": "已退回", "at": LATER}
        with pytest.raises(BackTooMuch):
            entitlement_finding_settle(back_fen=3_501, **done)  # type: ignore[arg-type]
        entitlement_finding_settle(back_fen=3_500, **done)  # type: ignore[arg-type]
    with acting_as(SYSTEM):
        ref = f"entitlement:{row.pk}:2020-08"
        assert Grant.objects.get(source_ref__startswith=ref, cancelled_at=None).amount_fen == 20_000


def test_what_cannot_begin_is_refused(real_cast: Cast) -> None:
    cast = real_cast
    home = household_make(cast.slot)
    begun(cast, home.pk)
    with pytest.raises(EntitlementRunning, match="“农村低保”从 2020-07 起已经在发"):
        begun(cast, home.pk)
    with pytest.raises(NotRecurring):
        begun(cast, home.pk, "temporary_relief")
    for payer in (cast.neighbour_medical, cast.insurer):
        with pytest.raises(EntitlementPayerUnknown):
            begun(cast, home.pk, "disability_care", payer_organisation_id=payer.organisation_id)
    with pytest.raises(EntitlementPayeeMissing, match="由本中心发放的，要写明从哪项资金付"):
        begun(cast, home.pk, "disability_care", payer_organisation_id=cast.county.organisation_id)


def test_only_who_handles_entitlements_begins_changes_and_runs_them(real_cast: Cast) -> None:
    cast = real_cast
    policy, home = policy_of(cast), household_make(cast.slot).pk
    row = begun(cast, home)
    start = Start(home, cast.slot, "tekun", cast.civil.organisation_id or 0, 60_000, JULY)
    at_office = replace(cast.county, role=Role.SUPERVISOR)
    for viewer in (cast.officer, cast.leader, cast.city, cast.auditor, cast.insurer, at_office):
        with acting_as(viewer), pytest.raises(EntitlementNotYours, match="不由您的单位或岗位办"):
            entitlement_start(viewer=viewer, policy=policy, start=start, at=AT)
        with pytest.raises(EntitlementNotYours):
            changed(cast, row, "END", AUGUST, viewer=viewer)
        with pytest.raises(EntitlementNotYours):
            ran(cast, JULY, viewer=viewer)
        with acting_as(viewer), pytest.raises(EntitlementNotYours):
            month_request(viewer=viewer, month=JULY, at=LATER, is_queued=False)
    with pytest.raises(EntitlementNotYours):  # a township begins and changes, and runs no month
        ran(cast, JULY, viewer=cast.township)
    # Elsewhere, for another department to pay, and outside the area asked for.
    for who in (cast.neighbour, cast.sibling_township, cast.medical):
        with acting_as(who), pytest.raises(EntitlementNotYours):
            entitlement_start(viewer=who, policy=policy, start=start, at=AT)
    with acting_as(cast.county), pytest.raises(EntitlementNotYours):
        entitlements_run(
            viewer=cast.county, month=JULY, pairs=set(), at=LATER, part=(cast.neighbour_slot, cast.neighbour_slot)
        )
    with acting_as(cast.township):
        assert entitlement_start(viewer=cast.township, policy=policy, start=start, at=AT).pk


def test_what_was_paid_after_death_end_or_exit_and_what_overlaps_is_found_once_with_its_owner(real_cast: Cast) -> None:
    cast = real_cast
    home, gone, other = (household_make(cast.slot) for _ in range(3))
    mother = person_make(home, "王桂英", "PARENT")
    own = begun(cast, home.pk, "disability_care", 8_000, person_id=mother.pk)
    moved, ended = begun(cast, gone.pk), begun(cast, other.pk)
    assert [ran(cast, month)[2] for month in (JULY, AUGUST)] == [0, 0]
    with acting_as(SYSTEM):  # the register learns of it later
        Person.objects.filter(pk=mother.pk).update(died_on=date(2020, 7, 31))
        Household.objects.filter(pk=gone.pk).update(ended_on=date(2020, 7, 31), ended_reason="MOVED")
    changed(cast, ended, "END", AUGUST)
    assert ran(cast, date(2020, 9, 1)) == (0, 0, 3)  # nobody of them is paid again
    begun(cast, other.pk, "tekun", 60_000, month=date(2020, 9, 1))
    again = begun(cast, other.pk, month=date(2020, 9, 1), reason="重新申请")
    begun(cast, other.pk, "disability_care", 8_000, payer_organisation_id=cast.disabled.organisation_id)
    assert ran(cast, date(2020, 10, 1)) == (3, 91_500, 2)
    assert ran(cast, date(2020, 10, 1)) == (0, 0, 0)
    with acting_as(cast.county):
        found = {(row.kind, row.entitlement_id, row.amount_fen) for row in findings_open(cast.county)}
    assert {row for row in found if row[0].startswith("AFTER")} == {
        ("AFTER_DEATH", own.pk, 8_000), ("AFTER_EXIT", moved.pk, 23_500), ("AFTER_END", ended.pk, 23_500),
    }  # fmt: skip
    assert (
        sorted(row[0] for row in found if row[0] not in ("AFTER_DEATH", "AFTER_EXIT", "AFTER_END")) == ["EXCLUDED"] * 2
    )
    with acting_as(cast.disabled):
        (mine,) = findings_open(cast.disabled)
        assert mine.kind == "EXCLUDED"
        with pytest.raises(ReasonMissing):
            entitlement_finding_settle(viewer=cast.disabled, finding_id=mine.pk, version=1, note=" ", at=LATER)
        entitlement_finding_settle(viewer=cast.disabled, finding_id=mine.pk, version=1, note="已停发护理补贴", at=LATER)
        with pytest.raises(FindingSettled):
            entitlement_finding_settle(viewer=cast.disabled, finding_id=mine.pk, version=2, note="再来", at=LATER)
    assert again.pk


def recorded(client: Client, month: str) -> None:
    """Asks on the page, and does what the worker would."""
    said = client.post(reverse("assistance:entitlement_run"), {"month": month}, follow=True).content.decode()
    assert f"{month} 在后台记" in said
    with acting_as(SYSTEM):
        work = MonthWork.objects.latest("pk")
    again = client.post(reverse("assistance:entitlement_run"), {"month": month}, follow=True).content.decode()
    assert f"{month} 正在记" in again
    month_execute(work_id=work.pk, at=timezone.now())


def worked(cast: Cast, month: date = JULY) -> MonthWork:
    now = timezone.now()
    with acting_as(cast.county):
        work = month_request(viewer=cast.county, month=month, at=now, is_queued=False)
    month_execute(work_id=work.pk, at=now)
    with acting_as(SYSTEM):
        work.refresh_from_db()
        return work


def counted_2020(cast: Cast) -> dict[str, tuple[int, int, int]]:
    """Times, households and money by offer, as the city counts them."""
    at = cast.places.county
    with acting_as(cast.city):
        found = measure_counts(cast.city, lo=at.lo, hi=at.hi, year=2020, step=10**6)
    return {one.offer: (one.times, one.households, one.amount_fen) for one in found}


def test_what_the_centre_pays_itself_is_set_aside_once_as_far_as_its_money_goes(real_cast: Cast) -> None:
    cast, desk = real_cast, desk_make(real_cast)
    home, second = household_make(cast.slot), household_make(cast.slot, head="李建国")
    county = cast.county.organisation_id
    with pytest.raises(EntitlementPayeeMissing):
        begun(cast, home.pk, payer_organisation_id=county)
    with pytest.raises(NotPaidByCentre):
        begun(cast, home.pk, purpose="防贫救助")
    with pytest.raises(AccountNumberUnreadable):
        begun(cast, home.pk, payer_organisation_id=county, purpose="防贫救助", payee=Payee("张胜坤", "62", "农行"))
    own = {"payer_organisation_id": county, "purpose": MONEY.purpose}
    first = begun(cast, home.pk, payee=Payee("张胜坤", "6228480600000000017", "农行"), **own)
    begun(cast, second.pk, payee=Payee("李建国", "6228480600000000025", "农行"), **own)
    begun(cast, home.pk, "education_grant", 125_000, payer_organisation_id=cast.education.organisation_id)
    found = worked(cast)
    assert (found.state, found.made, found.asked, found.short) == ("PARTLY", 3, 0, 2)
    budget(cast.county, 30_000)
    found = worked(cast)
    assert (found.state, found.made, found.asked, found.asked_fen, found.short) == ("PARTLY", 0, 1, 23_500, 1)
    assert "1 笔没有足够的可用资金" in found.said
    budget(cast.county, 17_000)
    assert [(one.state, one.asked) for one in (worked(cast), worked(cast))] == [("DONE", 1), ("DONE", 0)]
    ref = f"entitlement:{first.pk}:2020-07"
    with acting_as(SYSTEM):
        owed = list(Commitment.objects.order_by("pk"))
        assert [(row.amount_fen, row.state, row.case_id) for row in owed] == [(23_500, "OPEN", None)] * 2
        assert Grant.objects.get().standing == "REPORTED"  # the department's; ours once the bank has paid
    assert counted_2020(cast) == {"education_grant": (1, 1, 125_000)}
    batch = batched(desk, *owed)
    with acting_as(cast.county):
        return_read(viewer=cast.county, batch_id=batch.pk, name="回盘.csv", content=answer(batch), at=LATER)
        assert request_standings([ref])[ref].state == "PAID"
    assert counted_2020(cast) == {"education_grant": (1, 1, 125_000), "dibao": (2, 2, 47_000)}
    with acting_as(SYSTEM):
        assert sum(row.amount_fen for row in Grant.objects.filter(standing="PAID_BY_US")) == 47_000
    said = {"entitlement_id": first.pk, "version": 1, "reason": "换卡", "at": LATER}
    new = Payee("张胜坤", "6228480600000000033", "农行")
    for viewer in (cast.township, cast.civil):
        with acting_as(viewer), pytest.raises(EntitlementNotYours):
            entitlement_payee_change(viewer=viewer, payee=new, **said)  # type: ignore[arg-type]
    with acting_as(cast.county):
        entitlement_payee_change(viewer=cast.county, payee=new, **said)  # type: ignore[arg-type]
        with pytest.raises(EntitlementStale):
            entitlement_payee_change(viewer=cast.county, payee=new, **said)  # type: ignore[arg-type]
    budget(cast.county, 47_000)
    assert worked(cast, AUGUST).asked == 2
    with acting_as(SYSTEM):
        august = Commitment.objects.get(source_ref=f"entitlement:{first.pk}:2020-08")
        assert august.account_shown == account_mask("6228480600000000033")
    overpaid_settled(cast, home.pk)


def overpaid_settled(cast: Cast, household_id: int) -> None:
    """The register learns late that the household ended: what was paid comes back, what was set aside is free again."""
    with acting_as(SYSTEM):
        Household.objects.filter(pk=household_id).update(ended_on=date(2020, 6, 30), ended_reason="MOVED")
        account = Account.objects.get(organisation_id=cast.county.organisation_id, stage="AVAILABLE")
    assert worked(cast, AUGUST).findings == 3, "July and August, and the department's month"
    at = {"viewer": cast.county, "version": 1, "at": LATER}

    def settled(finding: EntitlementFinding, note: str, back_fen: int = 0) -> str:
        return entitlement_finding_settle(finding_id=finding.pk, note=note, back_fen=back_fen, **at).note  # type: ignore[arg-type]

    with acting_as(cast.county):
        school, july, august = findings_open(cast.county)
        with pytest.raises(BackTooMuch, match="多发了 235"):
            settled(july, "退了", 23_501)
        assert settled(july, "分两次，先退一百", 10_000) == "已追回 100.00 元，记回可用资金。分两次，先退一百"
        with pytest.raises(NothingToBringBack):
            settled(august, "没有付", 1)
        assert settled(august, "不发了") == "没有付出，留出的 235.00 元已回到可用资金。不发了"
        assert settled(school, "学校退回", 125_000) == "已追回 1,250.00 元。学校退回"
        assert Account.objects.get(pk=account.pk).balance_fen == account.balance_fen + 10_000 + 23_500
        living = Grant.objects.filter(household_id=household_id, cancelled_at=None)
        assert list(living.values_list("amount_fen", flat=True)) == [13_500], "what is left of July"
    assert worked(cast, AUGUST).asked == 0, "what was freed is not set aside again"


def test_a_worker_that_dies_between_two_parts_is_followed_by_one_that_counts_nothing_twice(
    real_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, lo, now = real_cast, real_cast.slot, timezone.now()
    for _ in range(2):
        begun(cast, household_make(lo).pk)
        begun(cast, household_make(lo + 1).pk)
    ((first, last),) = cast.county.ranges
    assert [working.parts_of(cast.county), working.parts_of(cast.city)[0][0]] == [
        [(first, last)],
        cast.city.ranges[0][0],
    ]
    ends = working.parts_of(cast.city)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(ends)) and len(ends) > 1
    monkeypatch.setattr(working, "parts_of", lambda viewer: [(first, lo), (lo + 1, last)])
    with acting_as(cast.county):
        work = month_request(viewer=cast.county, month=JULY, at=now - timedelta(minutes=5), is_queued=False)
    monkeypatch.setattr(working, "_advance", dies)
    with pytest.raises(KeyboardInterrupt):
        month_execute(work_id=work.pk, at=now)
    monkeypatch.undo()
    monkeypatch.setattr(working, "parts_of", lambda viewer: [(first, lo), (lo + 1, last)])
    assert (months_resume(at=now), months_resume(at=now)) == (1, 0)
    month_execute(work_id=work.pk, at=now)
    month_execute(work_id=work.pk, at=now)
    with acting_as(SYSTEM):
        work.refresh_from_db()
        assert (work.state, work.made, work.total_fen, work.attempts) == ("DONE", 4, 4 * 23_500, 2)
        assert EntitlementMonth.objects.count() == Grant.objects.count() == 4


def dies(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_the_pages_begin_change_run_and_settle(client: Client, cast: Cast) -> None:
    policy_of(cast)
    home = household_make(cast.slot)
    sign_in(client, cast.county)
    address = reverse("assistance:entitlement_start", args=[home.pk])
    body = {"offer": "dibao", "person": "", "payer": str(cast.civil.organisation_id), "amount": "235", "reason": ""}
    refused = client.post(address, {**body, "month": "七月"})
    assert refused.status_code == 422 and "月份写成“2020-07”的样子" in refused.content.decode()
    assert client.post(address, {**body, "month": "2020-07"}).status_code == 302
    again = client.post(address, {**body, "month": "2020-08"})
    assert again.status_code == 422 and "已经在发" in again.content.decode()
    listed = reverse("assistance:entitlements")
    recorded(client, "2020-07")
    said = client.get(f"{listed}?month=2020-07").content.decode()
    assert "没有这一项的救助" in client.get(f"{listed}?offer=tekun").content.decode()
    assert "张胜坤" in client.get(f"{listed}?offer=dibao").content.decode()
    assert "2020-07：新记 1 笔" in said and "<strong>235.00</strong> 元" in said
    assert "农村低保" in client.get(reverse("desks:household", args=[home.pk])).content.decode()
    with acting_as(SYSTEM):
        row = Entitlement.objects.get()
    one = reverse("assistance:entitlement", args=[row.pk])
    sign_in(client, cast.civil)
    assert "张胜坤" not in client.get(listed).content.decode()
    asked = client.post(one, {"version": "1", "what": "END", "month": "2020-07", "amount": "", "reason": ""})
    assert asked.status_code == 422 and "暂停、停发要写明理由" in asked.content.decode()
    done = {"version": "1", "what": "END", "month": "2020-07", "amount": "", "reason": "收入超过标准"}
    assert client.post(one, done).status_code == 302
    recorded(client, "2020-07")
    with acting_as(SYSTEM):
        finding = EntitlementFinding.objects.get()
    assert "按期发放的救助待核" in client.get(reverse("desks:desk")).content.decode()
    text = client.get(listed).content.decode()
    assert "停发或暂停后仍发放" in text and "多发 235.00 元" in text
    settle = reverse("assistance:entitlement_settle", args=[finding.pk])
    refused = client.post(settle, {"version": "1", "note": "退了一部分", "back": "236"})
    assert refused.status_code == 422 and "追回的不能比多发的多" in refused.content.decode()
    assert "退了一部分" in refused.content.decode(), "nothing typed is lost"
    client.post(settle, {"version": "1", "note": "已追回", "back": "235"})
    assert "停发或暂停后仍发放" not in client.get(listed).content.decode()


def test_a_departments_file_begins_what_it_may_and_names_the_other_lines(client: Client, cast: Cast) -> None:
    policy_of(cast)
    mine, far, gone = resident_id_make(), resident_id_make(), resident_id_make()
    household_make(cast.slot, head="周爱民", resident_id=mine)
    household_make(cast.neighbour_slot, head="孙远", resident_id=far)
    lines = [
        "身份证号,姓名,项目,金额,月份", f"{mine},周爱民,农村低保,235,2020-07", f"{mine},周爱明,农村低保,235,2020-07",
        f"{far},孙远,农村低保,235,2020-07", f"{gone},无此人,农村低保,235,2020-07",
        f"{mine},周爱民,临时救助,235,2020-07",
        f"{mine},周爱民,特困供养,235,七月", f"{mine},周爱民,特困供养,-1,2020-07",
    ]  # fmt: skip
    file = SimpleUploadedFile("低保.csv", "\n".join(lines).encode())
    sign_in(client, cast.civil)
    text = client.post(reverse("assistance:entitlements_take"), {"file": file}).content.decode()
    assert "登记了 1 项，6 行没有登记" in text
    assert text.count("身份证号和姓名在本地登记里对不上") == 3  # another name, another county, nobody: all alike
    assert "政策里没有“临时救助”这项按期发放的救助" in text and "月份看不懂" in text
    assert mine not in text and far not in text
    with acting_as(SYSTEM):
        row = Entitlement.objects.get()
        assert (row.offer, row.payer_organisation_id, row.slot) == ("dibao", cast.civil.organisation_id, cast.slot)
    file = SimpleUploadedFile("别的.csv", "甲,乙\n1,2".encode())
    assert client.post(reverse("assistance:entitlements_take"), {"file": file}).status_code == 422


def test_a_year_of_runs_pays_what_the_changes_say_month_by_month(real_cast: Cast) -> None:
    """Random changes, also several in one month and written late; the model walks them one by one."""
    cast, dice = real_cast, Random(20)
    policy_of(cast)
    months = [date(2020, number, 1) for number in range(1, 13)]
    told: dict[int, list[tuple[date, int | None]]] = {}
    with acting_as(SYSTEM):
        rows = Entitlement.objects.bulk_create(
            Entitlement(
                slot=cast.slot, household_id=number, offer="dibao", kind="SAFETY_NET", name="农村低保",
                months=dice.choice((1, 1, 3, 6)), first_month=dice.choice(months[:6]),
                payer_organisation_id=cast.civil.organisation_id or 0, payer_name="民政局", opened_at=AT,
                opened_by="测试",
            )
            for number in range(1, 81)
        )  # fmt: skip
        for row in rows:
            worth: int | None = dice.randrange(100, 90_000)
            told[row.pk] = [(row.first_month, worth)]
            for _ in range(dice.randrange(4)):
                worth = dice.choice((None, dice.randrange(100, 90_000)))
                told[row.pk].append((dice.choice([month for month in months if month >= row.first_month]), worth))
            EntitlementChange.objects.bulk_create(
                EntitlementChange(
                    entitlement=row, slot=row.slot, organisation_id=row.payer_organisation_id, from_month=month,
                    what="START" if not number else "CHANGE" if fen else "SUSPEND", amount_fen=fen, at=AT, by="测试",
                )
                for number, (month, fen) in enumerate(told[row.pk])
            )  # fmt: skip

    def due(row: Entitlement, month: date) -> int:
        gone = (month.year - row.first_month.year) * 12 + month.month - row.first_month.month
        before = [(since, number, fen) for number, (since, fen) in enumerate(told[row.pk]) if since <= month]
        return (max(before)[2] or 0) if before and gone >= 0 and gone % row.months == 0 else 0

    for month in months:
        amounts = [amount for row in rows if (amount := due(row, month))]
        assert ran(cast, month)[:2] == (len(amounts), sum(amounts))
    assert [ran(cast, month)[0] for month in months[::4]] == [0, 0, 0]
