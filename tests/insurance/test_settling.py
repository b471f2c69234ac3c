"""Many claims of a pool computed in one go: an insurer's list, all open claims again; what cannot be says why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import AT
from tests.factories.cast import Cast, sign_in
from tests.factories.insurance import LATER, ClaimWalk, claim_make, leader_of_insurer

from shouwang.audit.models import Entry
from shouwang.insurance import errors, services
from shouwang.insurance.models import Claim, ClaimEvent, ClaimItem, Computation, SettleLeft, SettleWork
from shouwang.insurance.services import settling
from shouwang.kit.tables import cell_text, tables_open
from shouwang.office.services import ATTEMPTS
from shouwang.people.access import SYSTEM, Viewer, acting_as

pytestmark = pytest.mark.django_db
DAY = AT.date()
HEAD = "理赔号,版本,户主,项目,票据号,凭证金额（元）,申报金额（元）,核定金额（元）,核减的理由,医保报销（元）"


def listed(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines]).encode()


def line(found: ClaimWalk, yuan: str, *, version: int | str = "", receipt: str = "", more: str = ",") -> str:
    return f"{found.claim_id},{version},张胜坤,住院费用,{receipt},{yuan},{yuan},{yuan}{more}"


def worked(viewer: Viewer, found: ClaimWalk, content: bytes = b"", *, name: str = "定损.csv") -> SettleWork:
    with acting_as(viewer):
        work = services.settle_request(
            viewer=viewer, pool_id=found.claim.pool_id, at=LATER, list_name=name, content=content, is_queued=False
        )
    services.settle_execute(work_id=work.pk, at=LATER)
    return seen(work)


def seen(work: SettleWork) -> SettleWork:
    with acting_as(SYSTEM):
        return SettleWork.objects.get(pk=work.pk)


def reasons(work: SettleWork) -> dict[tuple[int | None, int | None], str]:
    with acting_as(SYSTEM):
        return {(left.claim_id, left.row): left.reason for left in SettleLeft.objects.filter(work=work)}


def another(cast: Cast, first: ClaimWalk, days: int) -> ClaimWalk:
    """Another claim of the same household, some days after the first (below zero: before)."""
    return claim_make(cast, walk=first.walk, on=DAY + timedelta(days=days))


def test_a_list_is_computed_in_the_order_of_events_and_what_cannot_be_says_why(cast: Cast) -> None:
    later = claim_make(cast)
    earlier, other = another(cast, later, -9), claim_make(cast)
    wrong, stale, proposed = (another(cast, later, days) for days in (1, 2, 3))
    proposed.assess(receipt="A7")  # 10,000 yuan of the year, whenever it was: it waits for its decision
    proposed.propose()
    stale.assess()
    work = worked(
        cast.insurer,
        later,
        listed(
            line(later, "90000", version=1, receipt="A1"),  # before the earlier one, as lists are
            line(earlier, "90000", receipt="A2"),
            line(other, "25000", receipt="A3", more=",床位费超标,1000"),
            f"{other.claim_id},,张胜坤,药费,A4,100,100,100,,1000",
            f"{wrong.claim_id},,张胜坤,住院费用,,100,100.01,100,,",
            line(stale, "1", version=1),
            line(proposed, "1"),
            "999999999,,,住院费用,,1,1,1,,",
            "甲,,,住院费用,,1,1,1,,",
        ),
    )
    assert (work.state, work.total, work.computed, work.same, work.left) == ("PARTLY", 8, 3, 0, 5)
    assert [found.claim.amount_fen for found in (earlier, later, other)] == [5_000_000, 2_000_000, 955_000]
    assert reasons(work) == {
        (None, 10): "第 10 行：理赔号“甲”看不懂。",
        (None, 9): "理赔号 999999999：找不到这件理赔，或者它不由您的单位办理。",
        (wrong.claim_id, 6): "第 1 项“住院费用”的申报金额 100.01 元，多于凭证金额 100.00 元。",
        (stale.claim_id, 7): reasons(work)[(stale.claim_id, 7)],
        (proposed.claim_id, 8): "这件理赔现在是“等审定”，不能办这一步。",
    }
    assert "这件理赔" in reasons(work)[(stale.claim_id, 7)]
    with acting_as(SYSTEM):
        kept = Computation.objects.get(claim_id=later.claim_id)
        assert kept.steps[-1]["text"].startswith("本年封顶 80,000.00 元，本年已赔 60,000.00 元，只剩 20,000.00")
        assert ClaimItem.objects.filter(claim_id=other.claim_id).count() == 2
        assert Entry.objects.filter(action="claim.assess", subject_id=later.claim_id).count() == 1
        assert cast.insurer.user_id in later.claim.handled_user_ids
    with acting_as(cast.auditor):
        assert services.claim_replay(viewer=cast.auditor, claim_id=later.claim_id, at=LATER).holds
    again = worked(cast.insurer, later, listed(line(later, "90000", receipt="A1"), line(other, "25000", receipt="A1")))
    # The same list changes nothing; an invoice that another claim has is refused.
    assert (again.computed, again.same, list(reasons(again).values())) == (
        0,
        1,
        ["第 1 项的票据 A1 已经用在别的理赔里，请核对票据号。"],
    )
    for found in (proposed, earlier, later):  # decided in their order, nothing is to be computed anew
        found.second = later.decider
        if found is not proposed:
            found.propose()
        assert found.decide().state == "APPROVED"


def test_a_version_or_a_receipt_that_cannot_be_is_told_by_its_line_and_stops_nothing_else() -> None:
    good, long = "住院费用,A1,10,10,10,,", "A" * 41
    rows = (f"1,3,,{good}", f"2,²,,{good}", f"3,{'9' * 5000},,{good}", f"4,,,住院费用,{long},10,10,10,,")
    found, left = services.list_read(listed(*rows), name="定损.csv")
    assert list(found) == [1] and [one.claim_id for one in left] == [2, 3, 4]
    assert left[0].reason.startswith("第 3 行：版本“²”看不懂")
    assert left[2].reason == "第 5 行：票据号太长，最多 40 个字。"


def test_all_open_claims_are_computed_again_but_what_two_people_changed(cast: Cast) -> None:
    first = claim_make(cast)
    second, changed, bare = (another(cast, first, days) for days in (-9, 1, 2))
    for found in (first, second, changed):
        found.assess(9_000_000)
    changed.step("change_ask", cast.insurer, to_fen=900_000, reason="有一张票据重复")
    changed.step("change_settle", leader_of_insurer(cast), approve=True, reason="")
    with acting_as(cast.medical), pytest.raises(errors.PoolNotFound):
        services.settle_request(viewer=cast.medical, pool_id=first.claim.pool_id, at=LATER)
    work = worked(cast.county, first)
    assert (work.state, work.computed, work.same, work.left) == ("PARTLY", 1, 1, 2)
    assert (first.claim.amount_fen, second.claim.amount_fen) == (3_000_000, 5_000_000)
    assert (changed.claim.amount_fen, changed.claim.version) == (900_000, 4)
    assert {key[0]: said for key, said in reasons(work).items()} == {
        changed.claim_id: errors.ChangedByHand.sentence,
        bare.claim_id: "还没有定损。",
    }
    with acting_as(SYSTEM):
        assert ClaimEvent.objects.filter(claim_id=first.claim_id).latest("pk").text == (
            "随资金池一起计算，算得应赔 30,000.00 元（原来 50,000.00 元）"
        )


def dies(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_worker_that_dies_is_followed_by_one_that_computes_nothing_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [claim_make(cast) for _ in range(2)]
    monkeypatch.setattr(settling, "HOUSEHOLDS", 1)
    content = listed(*(line(one, "25000") for one in found), "999999999,,,住院费用,,1,1,1,,")
    with acting_as(cast.insurer):
        work = services.settle_request(
            viewer=cast.insurer, pool_id=found[0].claim.pool_id, at=LATER, list_name="定损.csv",
            content=content, is_queued=False,
        )  # fmt: skip
        with pytest.raises(errors.SettleUnderWay):
            services.settle_request(viewer=cast.insurer, pool_id=found[0].claim.pool_id, at=LATER)
    whole = settling._batch
    with monkeypatch.context() as patch:
        patch.setattr(settling, "_batch", lambda *a, **k: dies() if seen(work).computed else whole(*a, **k))
        with pytest.raises(KeyboardInterrupt):
            services.settle_execute(work_id=work.pk, at=LATER)
    with monkeypatch.context() as patch:
        patch.setattr(settling, "_advance", dies)  # after it had written all but how far it came
        with pytest.raises(KeyboardInterrupt):
            services.settle_execute(work_id=work.pk, at=LATER)
    assert (seen(work).state, seen(work).computed) == ("RUNNING", 1)
    later = LATER + timedelta(minutes=5)
    assert (services.settles_resume(at=later), services.settles_resume(at=later)) == (1, 0)
    services.settle_execute(work_id=work.pk, at=LATER)
    services.settle_execute(work_id=work.pk, at=LATER)
    assert (seen(work).state, seen(work).computed, seen(work).left, seen(work).attempts) == ("PARTLY", 2, 1, 3)
    with acting_as(SYSTEM):
        assert Computation.objects.count() == ClaimEvent.objects.filter(what="assess").count() == 2
        assert set(Claim.objects.values_list("amount_fen", "version")) == {(1_000_000, 2)}


def test_work_whose_worker_dies_again_and_again_is_given_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    pool_id = claim_make(cast).claim.pool_id
    with acting_as(cast.insurer):
        work = services.settle_request(viewer=cast.insurer, pool_id=pool_id, at=LATER, is_queued=False)
    with monkeypatch.context() as patch:
        patch.setattr(settling, "_batch", dies)
        for _ in range(ATTEMPTS):
            with pytest.raises(KeyboardInterrupt):
                services.settle_execute(work_id=work.pk, at=LATER)
    services.settle_execute(work_id=work.pk, at=LATER)
    assert (seen(work).state, seen(work).attempts, seen(work).computed) == ("FAILED", ATTEMPTS, 0)
    assert seen(work).said.startswith("中断了 3 次。")
    assert services.settles_resume(at=LATER + timedelta(hours=1)) == 0


def test_the_pages_hand_out_the_list_take_it_back_and_show_what_came_of_it(client: Client, cast: Cast) -> None:
    found = claim_make(cast)
    sign_in(client, cast.insurer)
    pool = reverse("insurance:pool", args=[found.claim.pool_id])
    address = reverse("insurance:settle", args=[found.claim.pool_id])
    assert address in client.get(pool).content.decode()
    assert "重新计算 1 件" in client.get(address).content.decode()
    assert client.post(address + "list/", {"purpose": ""}).status_code == 422
    content = client.post(address + "list/", {"purpose": "定损"}).content
    with tables_open(content, name="a.xlsx") as sheets:
        rows = [[cell_text(cell) for cell in row] for sheet in sheets for _, row in sheet.rows]
    assert rows[0][:2] == ["理赔号", "版本"]
    assert rows[1][:3] == [str(found.claim_id), "1", "张胜坤"]
    assert client.post(address, {}).status_code == 422
    file = SimpleUploadedFile("定损.csv", listed("1,,,,,,,,,"), content_type="text/csv")
    shown = client.post(address, {"file": file}, follow=True)
    with acting_as(SYSTEM):
        work = SettleWork.objects.get()
    services.settle_execute(work_id=work.pk, at=timezone.now())
    assert (seen(work).state, "表里没有读到定损的行" in seen(work).said) == ("FAILED", True)
    done = shown.redirect_chain[-1][0]
    assert "表里没有读到定损的行" in client.get(done).content.decode()
    again = client.post(address, {"again": "1"}, follow=True).redirect_chain[-1][0]
    with acting_as(SYSTEM):
        services.settle_execute(work_id=SettleWork.objects.latest("pk").pk, at=timezone.now())
    said = client.get(again).content.decode()
    assert "还没有定损。" in said and f"理赔号 {found.claim_id}" in said
    assert client.get(address + f"{work.pk + 99}/").status_code == 404
