"""Social aid: pledged, matched with reasons, allotted never above what is left, delivered with proof, thanked for."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories.cast import Cast, sign_in
from tests.factories.insurance import photo
from tests.factories.papers import photo as photo_file
from tests.factories.register import household_make
from tests.factories.standards import policy_adopt

from shouwang.assistance.models import Allotment, GiftConfirmation, Need, Pledge
from shouwang.assistance.rules.giving import (
    AllotmentSettled,
    AmountMissing,
    AreaUnknown,
    DayWrong,
    DoesNotSuit,
    GiverUnknown,
    GivingNotFound,
    LackUnsaid,
    NeedMet,
    NotArrived,
    NothingToThank,
    Offered,
    PledgeOver,
    PledgeSpent,
    ProofMissing,
    PurposeNotForHousehold,
    PurposeUnknown,
    StillOut,
    ThingIncomplete,
    ToldByMissing,
    Wanted,
    WhyMissing,
    is_suitable,
    needs_matched,
)
from shouwang.assistance.selectors.giving import (
    allotments_denied,
    allotments_unasked,
    confirmations_of_gift,
    given_publicly,
    matches_of,
    needs_open,
    pledges_visible_to,
    thanks_late,
    unthanked,
)
from shouwang.assistance.services import (
    Arrival,
    Lack,
    NotYetPaid,
    Payee,
    Promise,
    allotment_cancel,
    allotment_confirm,
    allotment_deliver,
    allotment_make,
    allotment_pay,
    need_state,
    need_withdraw,
    pledge_close,
    pledge_make,
    pledge_receive,
    thanks_make,
    thanks_print,
)
from shouwang.funds.models import Account, Commitment
from shouwang.funds.selectors import grants_of_household
from shouwang.funds.services import commitment_cancel
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, StaleWrite, Viewer, acting_as

DAY = date(2024, 5, 20)
days = st.dates(min_value=date(2024, 1, 1), max_value=date(2024, 12, 31))
slots = st.integers(130529101201, 130529101205)


@st.composite
def wanted(draw: st.DrawFn) -> Wanted:
    form = draw(st.sampled_from(["MONEY", "THINGS"]))
    item = draw(st.sampled_from(["棉被", "大米"])) if form == "THINGS" else ""
    left = draw(st.integers(0, 50))
    return Wanted(
        draw(st.integers(1, 10**6)), form, draw(st.sampled_from(["living", "study"])), "日常生活", item,
        "件" if item else "", draw(slots), draw(days), left, draw(st.integers(0, 3)),
    )  # fmt: skip


@given(st.lists(wanted(), max_size=12, unique_by=lambda need: need.id), st.integers(0, 60), days)
@settings(max_examples=40)
def test_what_is_offered_suits_and_never_passes_what_is_left(needs: list[Wanted], left: int, on: date) -> None:
    pledge = Offered("THINGS", "living", "棉 被", "件", 130529101201, 130529101203, 5, left, date(2024, 6, 30))
    found = needs_matched(pledge, needs, on=on)
    by_id = {need.id: need for need in needs}
    assert {match.need_id for match in found} == {need.id for need in needs if is_suitable(pledge, need, on=on)}
    for match in found:
        need = by_id[match.need_id]
        assert 0 < match.quantity <= min(left, need.left)
        assert (need.purpose, need.item) == ("living", "棉被")
        assert need.slot <= 130529101203
        assert on <= date(2024, 6, 30)
    ranks = [(by_id[match.need_id].met > 0, by_id[match.need_id].stated_on) for match in found]
    assert ranks == sorted(ranks)


def test_the_last_day_of_a_pledge_is_still_one() -> None:
    pledge = Offered("MONEY", "study", "", "", 1, 9, 4, 100, DAY)
    need = Wanted(1, "MONEY", "study", "上学", "", "", 5, DAY - timedelta(days=12), 150)
    (match,) = needs_matched(pledge, [need], on=DAY)
    assert match.quantity == 100
    assert match.reasons == (
        "用途相同：上学", "捐给这个乡镇", "还没得到过帮助", "等了 12 天",
        "只够一部分，还差 0.50 元", "捐赠 2024-05-20 到期",
    )  # fmt: skip
    assert not needs_matched(pledge, [need], on=DAY + timedelta(days=1))


def promise(cast: Cast, **more: Any) -> Promise:
    said: dict[str, Any] = {
        "giver": "县青年商会", "giver_kind": "firm", "purpose": "living", "form": "THINGS", "total": 10,
        "area": f"{cast.places.county.lo:012d}", "pledged_on": timezone.localdate(), "item": "棉被", "unit": "床",
        "value_fen": 15_000,
    }  # fmt: skip
    return Promise(**(said | more))


def pledged(viewer: Viewer, said: Promise) -> Pledge:
    with acting_as(viewer):
        return pledge_make(viewer=viewer, promise=said, at=timezone.now())


def stated(viewer: Viewer, home: int, **more: Any) -> Need:
    said: dict[str, Any] = {
        "purpose": "living", "form": "THINGS", "wanted": 4, "stated_on": timezone.localdate(), "item": "棉被",
        "unit": "床", "note": "刚做完手术，家里冷",
    }  # fmt: skip
    with acting_as(viewer):
        return need_state(viewer=viewer, household_id=home, lack=Lack(**(said | more)), at=timezone.now())


def allot(viewer: Viewer, pledge: Pledge, need: Need, quantity: int) -> Allotment:
    with acting_as(viewer):
        version = Pledge.objects.get(pk=pledge.pk).version
        return allotment_make(
            viewer=viewer, pledge_id=pledge.pk, version=version, need_id=need.pk, quantity=quantity, at=timezone.now()
        )


def deliver(viewer: Viewer, made: Allotment, *, version: int = 1, on: date | None = None, proof: bool = True) -> Any:
    with acting_as(viewer):
        arrival = Arrival(on or timezone.localdate(), "入户签收", [photo()] if proof else [])
        return allotment_deliver(
            viewer=viewer, allotment_id=made.pk, version=version, arrival=arrival, at=timezone.now()
        )


def ask(viewer: Viewer, made: Allotment, **more: Any) -> GiftConfirmation:
    said: dict[str, Any] = {"is_received": True, "told_by": "户主本人", "note": "", "on": timezone.localdate()}
    with acting_as(viewer):
        return allotment_confirm(viewer=viewer, allotment_id=made.pk, at=timezone.now(), **(said | more))


def test_things_go_from_giver_to_household_and_a_letter_back(cast: Cast) -> None:
    policy_adopt(cast.places.county)
    county, township, today, now = cast.county, cast.township, timezone.localdate(), timezone.now()
    for wrong, refusal in (
        ({"giver_kind": "nobody"}, GiverUnknown),
        ({"giver": " "}, GiverUnknown),
        ({"purpose": "overspend"}, PurposeUnknown),  # money only
        ({"total": 0}, AmountMissing),
        ({"value_fen": None}, ThingIncomplete),
        ({"area": f"{cast.places.neighbour_county.lo:012d}"}, AreaUnknown),
        ({"pledged_on": today + timedelta(days=1)}, DayWrong),
        ({"expires_on": today - timedelta(days=1)}, DayWrong),
    ):
        with pytest.raises(refusal):
            pledged(county, promise(cast, **wrong))
    for stranger in (cast.officer, cast.medical, cast.auditor):
        with pytest.raises(GivingNotFound):
            pledged(stranger, promise(cast))
    pledge = pledged(county, promise(cast))
    home = household_make(cast.slot, watch_type="MARGINAL", head="欧阳长青").pk
    plain = household_make(cast.slot, poverty_status="NEVER").pk
    with pytest.raises(PurposeNotForHousehold):
        stated(township, plain)
    with pytest.raises(ThingIncomplete):
        stated(township, home, item="")
    with pytest.raises(GivingNotFound):
        stated(cast.neighbour, home)
    need = stated(township, home)
    with acting_as(county):
        ((matched, match),) = matches_of(county, pledge, today)
    assert (matched.pk, match.quantity) == (need.pk, 4)
    assert not any("手术" in reason for reason in match.reasons)
    with acting_as(township):
        assert list(pledges_visible_to(township)) == [pledge]  # a wider area's pledge is read, not allotted
    with pytest.raises(GivingNotFound):
        allot(township, pledge, need, 1)
    with pytest.raises(NeedMet):
        allot(county, pledge, need, 5)
    other = stated(township, household_make(cast.slot, watch_type="SUDDEN").pk, wanted=20)
    with pytest.raises(PledgeSpent):
        allot(county, pledge, other, 11)
    with pytest.raises(DoesNotSuit):
        allot(county, pledge, stated(township, home, item="大米", unit="袋"), 1)
    made = allot(county, pledge, need, 4)
    with acting_as(SYSTEM):
        pledge.refresh_from_db()
        assert (pledge.allotted, pledge.left, Need.objects.get(pk=need.pk).left) == (4, 6, 0)
    # Whoever writes past the services is refused by the database.
    with pytest.raises(IntegrityError), acting_as(county), transaction.atomic():
        Allotment.objects.create(
            slot=other.slot, household_id=other.household_id, pledge=pledge, need=other, quantity=7, decided_at=now,
            decided_by="测试",
        )  # fmt: skip
    with pytest.raises(StaleWrite), acting_as(county):
        allotment_make(viewer=county, pledge_id=pledge.pk, version=1, need_id=other.pk, quantity=1, at=now)
    taken = allot(county, pledge, other, 6)
    with acting_as(county):
        with pytest.raises(StillOut):
            pledge_close(viewer=county, pledge_id=pledge.pk, version=3, reason="到期", at=now)
        with pytest.raises(WhyMissing):
            allotment_cancel(viewer=county, allotment_id=taken.pk, version=1, reason="", at=now)
        allotment_cancel(viewer=county, allotment_id=taken.pk, version=1, reason="已有棉被", at=now)
        pledge.refresh_from_db()
    assert (pledge.allotted, pledge.left) == (4, 6)

    with pytest.raises(ProofMissing):
        deliver(cast.officer, made, proof=False)
    with pytest.raises(DayWrong):
        deliver(cast.officer, made, on=made.decided_at.astimezone(SHANGHAI).date() - timedelta(days=1))
    with pytest.raises(GivingNotFound):
        deliver(cast.sibling_officer, made)
    with acting_as(county), pytest.raises(NothingToThank):
        thanks_make(viewer=county, pledge_id=pledge.pk, at=now)
    with pytest.raises(NotArrived):
        ask(cast.officer, made)
    arrived = deliver(cast.officer, made)
    with pytest.raises(AllotmentSettled):
        deliver(cast.officer, made, version=2)
    # The household is asked; what it did not get is nothing to thank for, and its last word holds.
    for wrong, refusal in (
        ({"told_by": " "}, ToldByMissing), ({"is_received": False}, LackUnsaid),
        ({"on": today + timedelta(days=1)}, DayWrong), ({"on": today - timedelta(days=1)}, DayWrong),
    ):  # fmt: skip
        with pytest.raises(refusal):
            ask(cast.officer, made, **wrong)
    for stranger in (cast.sibling_officer, cast.neighbour, cast.medical, cast.auditor):
        with pytest.raises(GivingNotFound):
            ask(stranger, made)
    with acting_as(county):
        assert list(allotments_unasked(county)) == list(unthanked(county)) == [made]
    ask(cast.officer, made, is_received=False, note="只到了两床")
    with acting_as(county):
        assert list(allotments_denied(county)) == [made]
        assert not allotments_unasked(county).exists()
        with pytest.raises(NothingToThank):
            thanks_make(viewer=county, pledge_id=pledge.pk, at=now)
    ask(cast.officer, made)
    with acting_as(county):
        assert [row.is_received for row in confirmations_of_gift(county, made.pk)] == [True, False]
        assert not allotments_denied(county).exists()
        with pytest.raises(ProgrammingError), transaction.atomic():  # only ever added, in the database too
            GiftConfirmation.objects.update(note="改过")
    with acting_as(county):
        (grant,) = grants_of_household(county, home)
        assert (grant.payer_name, grant.amount_fen, grant.standing) == ("县青年商会", 60_000, "REPORTED")
        assert arrived.grant_id == grant.pk
        assert list(thanks_late(county, cast.slot, today + timedelta(days=31))) == [arrived]
        assert not thanks_late(county, cast.slot, today + timedelta(days=30)).exists()
        letter = thanks_make(viewer=county, pledge_id=pledge.pk, at=now)
        assert letter.lines == [[today.isoformat(), "王虎寨镇", "欧••青家", "4 床"]]
        assert thanks_print(viewer=county, thanks=letter, at=now).startswith(b"%PDF")
        pledge_close(viewer=county, pledge_id=pledge.pk, version=3, reason="其余由捐赠人收回", at=now)
    with pytest.raises(PledgeOver):
        allot(county, pledge, other, 1)
    with acting_as(township):
        assert {each.pk for each in needs_open(township)} >= {other.pk}
        need_withdraw(viewer=township, need_id=other.pk, version=1, reason="已有", at=now)
    assert [(row.giver, row.total, row.delivered) for row in given_publicly(
        lo=cast.places.county.lo, hi=cast.places.county.hi
    )] == [("县青年商会", 10, 4)]  # fmt: skip
    for viewer in (cast.neighbour, cast.medical):
        with acting_as(viewer):
            assert not Pledge.objects.exists()
            assert not Need.objects.exists()
            assert not Allotment.objects.exists()


def test_money_that_came_to_us_goes_through_the_ledger(cast: Cast) -> None:
    policy_adopt(cast.places.county)
    county, today, now = cast.county, timezone.localdate(), timezone.now()
    pledge = pledged(county, promise(cast, form="MONEY", purpose="study", total=500_000, item="", unit="",
                                     giver="王先生", giver_kind="single_person", value_fen=None))  # fmt: skip
    home = household_make(cast.slot, watch_type="MARGINAL").pk
    need = stated(cast.township, home, form="MONEY", purpose="study", wanted=300_000, item="", unit="")
    with acting_as(county):
        pledge_receive(viewer=county, pledge_id=pledge.pk, version=1, on=today, document="收据 1 号", at=now)
        account = Account.objects.get(pk=Pledge.objects.get(pk=pledge.pk).account_id)
        assert (account.source, account.purpose, account.balance_fen) == ("SOCIETY", "上学", 500_000)
    made = allot(county, pledge, need, 300_000)
    with pytest.raises(NotYetPaid):
        deliver(cast.township, made)
    with acting_as(county):
        paid = allotment_pay(viewer=county, allotment_id=made.pk, version=1, at=now,
                             payee=Payee("张胜坤", "6228480402564890018", "农业银行"))  # fmt: skip
        owed = Commitment.objects.get(pk=paid.commitment_id)
        account.refresh_from_db()
        assert (owed.amount_fen, account.balance_fen) == (300_000, 200_000)
        with pytest.raises(AllotmentSettled):
            allotment_cancel(viewer=county, allotment_id=made.pk, version=2, reason="不要了", at=now)
        with transaction.atomic():
            commitment_cancel(viewer=county, commitment_id=owed.pk, version=owed.version, reason="不要了", at=now)
            off = allotment_cancel(viewer=county, allotment_id=made.pk, version=2, reason="不要了", at=now)
            assert (off.state, Pledge.objects.get(pk=pledge.pk).left) == ("CANCELLED", 500_000), (
                "it can be allotted anew"
            )
            transaction.set_rollback(True)
    with acting_as(SYSTEM):  # the bank has answered
        Commitment.objects.filter(pk=owed.pk).update(state="PAID")
    arrived = deliver(county, made, version=2, proof=False)  # the bank's answer is the proof
    assert (arrived.grant_id, arrived.paper_id, arrived.state) == (None, None, "DELIVERED")
    assert given_publicly(lo=cast.places.county.lo, hi=cast.places.county.hi)[0].giver == "爱心人士"


def test_the_pages_of_giving_work_without_scripts(cast: Cast, client: Client) -> None:
    policy_adopt(cast.places.county)
    home = household_make(cast.slot, watch_type="MARGINAL", head="欧阳长青").pk
    today = timezone.localdate().isoformat()
    sign_in(client, cast.county)
    for page in ("pledges", "pledge_new", "needs"):
        assert client.get(reverse(f"assistance:{page}")).status_code == 200
    said = {
        "giver_kind": "firm", "giver": "县青年商会", "purpose": "living", "area": f"{cast.places.county.lo:012d}",
        "form": "THINGS", "item": "棉被", "count": "10", "unit": "床", "value": "150", "pledged_on": today,
    }  # fmt: skip
    for wrong, sentence in [
        ({"value": ""}, "请填每件折价。"), ({"count": ""}, "请填数量。"), ({"giver": " "}, "请填捐赠人名称。"),
        ({"form": "MONEY", "amount": ""}, "请填金额。"), ({"form": "MONEY", "amount": "0"}, "金额要大于 0 元。"),
    ]:  # fmt: skip
        refused = client.post(reverse("assistance:pledge_new"), said | wrong)
        last = [*wrong][-1]
        assert (refused.status_code, refused.context["page"].form.errors) == (422, {last: [sentence]})
    assert client.post(reverse("assistance:pledge_new"), said).status_code == 302
    address = reverse("assistance:household_needs", args=[home])
    need = {"purpose": "living", "form": "THINGS", "item": "棉被", "count": "4", "unit": "床", "stated_on": today}
    ahead = client.post(address, need | {"stated_on": (timezone.localdate() + timedelta(days=1)).isoformat()})
    assert ahead.context["page"].form.errors == {"stated_on": ["日期不能晚于今天。"]}
    assert client.post(address, need | {"note": "刚做完手术"}).status_code == 302
    with acting_as(SYSTEM):
        pledge, wanting = Pledge.objects.get(), Need.objects.get()
    page = reverse("assistance:pledge", args=[pledge.pk])
    assert "用途相同：日常生活" in client.get(page).content.decode()
    allot_at = reverse("assistance:pledge_allot", args=[pledge.pk])
    too_much = client.post(allot_at, {"version": 1, "need": wanting.pk, "quantity": "5"})
    assert too_much.status_code == 422
    assert "还缺 4 床" in too_much.content.decode()
    assert 'value="5"' in too_much.content.decode()
    assert (
        "数量要写成整数。"
        in client.post(allot_at, {"version": 1, "need": wanting.pk, "quantity": "四"}).content.decode()
    )
    (row,) = too_much.context["page"].matches
    assert row.form.errors == {"quantity": ["这一户还缺 4 床，不能分得更多。"]}
    closing = client.post(reverse("assistance:pledge_close", args=[pledge.pk]), {"version": 1, "reason": " "})
    assert (closing.status_code, closing.context["page"].close_form.errors) == (422, {"reason": ["请写原因。"]})
    assert client.post(allot_at, {"version": 1, "need": wanting.pk, "quantity": "4"}).status_code == 302
    with acting_as(SYSTEM):
        made = Allotment.objects.get()
    # What was typed and refused stands there again, with what is wrong.
    off = reverse("assistance:allotment_cancel", args=[made.pk])
    cancelled = client.post(off, {"version": 9, "reason": "已有棉被"})
    assert (cancelled.status_code, cancelled.context["page"].lines[0].why_form.is_valid()) == (422, False)
    assert 'value="已有棉被"' in cancelled.content.decode()
    client.post(address, need | {"item": "大米", "unit": "袋"})
    with acting_as(SYSTEM):
        rice = Need.objects.get(item="大米")
    back = reverse("assistance:need_withdraw", args=[rice.pk])
    kept = client.post(back, {"version": 9, "reason": "亲戚送来了"})
    assert (kept.status_code, kept.context["page"].why_of) == (422, rice.pk)
    assert 'value="亲戚送来了"' in kept.content.decode()
    assert client.post(back, {"version": 1, "reason": "亲戚送来了"}).status_code == 302
    assert client.post(back, {"version": 1, "reason": "亲戚送来了"}).status_code == 302  # withdrawn already: it says so
    at = reverse("assistance:allotment_deliver", args=[made.pk])
    assert client.get(at).status_code == 200
    upload = io.BytesIO(photo_file())
    upload.name = "签收单.jpg"
    assert client.post(at, {"version": 1, "on": today, "result": "签收", "papers": upload}).status_code == 302
    assert client.get(reverse("assistance:allotment_proof", args=[made.pk]))["Content-Type"] == "image/jpeg"
    at = reverse("assistance:allotment_confirm", args=[made.pk])
    assert client.get(at).status_code == 200
    no = client.post(at, {"is_received": "no", "told_by": "户主本人", "on": today, "note": ""})
    assert no.context["page"].form.errors == {"note": ["没收到的，请写缺了什么、差多少。"]}
    assert client.post(at, {"is_received": "yes", "told_by": "户主本人", "on": today}).status_code == 302
    assert "户主本人说：收到了" in client.get(address).content.decode()
    waits = reverse("assistance:allotments")
    assert f'{waits}?show=unthanked"' in client.get(reverse("assistance:pledges")).content.decode()
    for show, rows in (("out", 0), ("unasked", 0), ("denied", 0), ("unthanked", 1), ("late", 0)):
        assert len(client.get(waits, {"show": show}).context["page"].lines) == rows, show
    assert client.post(reverse("assistance:pledge_thank", args=[pledge.pk])).status_code == 302
    with acting_as(SYSTEM):
        letter = pledge.thanks.get()
    assert client.get(reverse("assistance:thanks", args=[letter.pk]))["Content-Type"] == "application/pdf"
    code = f"{cast.places.county.lo:012d}"
    led = Client().get(reverse("public:gifts"), {"in": code})
    assert led["Location"] == reverse("assistance:given", args=[code]), "the way from the public's first page"
    public = Client().get(led["Location"]).content.decode()
    assert "县青年商会" in public
    assert "欧" not in public
    assert "手术" not in public
