"""A pool adds up: premium by head, supplements, what is left over and what is lacking."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.factories.casework import AT, case_make, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.insurance import LATER, ClaimWalk, claim_make, head_of, pool_make

from shouwang.insurance import errors, services
from shouwang.insurance.models import Pool, PoolEntry
from shouwang.insurance.selectors import pool_months, pool_sums
from shouwang.insurance.services import Event, Opening
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, acting_as

pytestmark = pytest.mark.django_db(transaction=True)
TERM = date(2020, 1, 1)


def put_in(cast: Cast, pool: Pool, fen: int, *, move: str = "PREMIUM") -> None:
    with acting_as(cast.county):
        version = Pool.objects.get(pk=pool.pk).version
        services.pool_pay_in(viewer=cast.county, pool_id=pool.pk, version=version, move=move, amount_fen=fen, on=TERM,
                             note="财政拨付", at=AT, with_budget=True)  # fmt: skip


def test_a_supplement_pays_for_those_it_insures_alone_and_says_who_is_which(real_cast: Cast) -> None:
    workflow_ready(real_cast, "weixian")
    viewer, insurer = real_cast.county, real_cast.insurer.organisation_id or 0
    with acting_as(viewer):
        for key, first, until in (("fund", TERM, None), ("supplement", date(2020, 3, 1), date(2021, 3, 1))):
            services.pool_open(viewer=viewer, opening=Opening(key, first, until, insurer, "魏招〔2020〕1 号"), at=AT)
    walk = case_make(real_cast, upto="dispatch", cause="EMPLOYMENT")
    away = Event("EMPLOYMENT", AT.date(), head_of(walk.case.household_id), "停工三个月", type_key="LOW_INCOME",
                 type_note="入户核查")  # fmt: skip
    with acting_as(viewer), pytest.raises(errors.NotInsured, match="特定产业项目、务工人员"):
        services.claim_open(viewer=viewer, event=away, at=LATER, case_id=walk.case_id)
    with acting_as(viewer):
        event = replace(away, insured_as="务工人员", insured_note="外出务工名册")
        claim = services.claim_open(viewer=viewer, event=event, at=LATER, case_id=walk.case_id)
    assert (claim.pool.key, claim.insured_as, claim.ladder_key) == ("supplement", "务工人员", "employment_payout")
    with acting_as(SYSTEM):
        fund = Pool.objects.get(key="fund")
    address, main = (reverse("insurance:pool", args=[each.pk]) for each in (claim.pool, fund))
    county = sign_in(Client(), viewer)
    assert f'补充<a href="{main}">防贫保险金，2020-01-01 起的一期</a>' in county.get(address).content.decode()
    assert f'<a href="{address}">防贫补充方案</a>' in county.get(main).content.decode()


def test_terms_do_not_overlap_and_last_as_long_as_the_policy_says(real_cast: Cast) -> None:
    pool_make(real_cast)
    viewer, insurer = real_cast.county, real_cast.insurer.organisation_id or 0

    def opened(key: str, first: date, until: date | None = None, who: int = insurer, tender: str = "招 1 号") -> None:
        with acting_as(viewer):
            services.pool_open(viewer=viewer, at=AT, opening=Opening(key, first, until, who, "文号", tender=tender))

    with pytest.raises(errors.PoolTaken):
        opened("fund", date(2020, 12, 31))
    with pytest.raises(errors.PoolTerm, match="2021-12-31"):
        opened("fund", date(2021, 1, 1), date(2021, 6, 1))
    with pytest.raises(errors.PoolNotFound):
        opened("nowhere", date(2021, 1, 1))
    with pytest.raises(errors.InsurerUnknown):
        opened("fund", date(2021, 1, 1), who=real_cast.medical.organisation_id or 0)
    with pytest.raises(errors.TenderMissing, match="公开招标"):
        opened("fund", date(2021, 1, 1), tender=" ")
    opened("fund", date(2021, 1, 1))


def test_what_is_left_over_goes_into_the_next_term_once(real_cast: Cast) -> None:
    pool = pool_make(real_cast)
    following = pool_make(real_cast, from_date=date(2021, 1, 1))

    def carried(on: date) -> None:
        with acting_as(real_cast.county):
            version = Pool.objects.get(pk=pool.pk).version
            services.pool_carry(viewer=real_cast.county, pool_id=pool.pk, version=version, on=on, at=AT)

    with pytest.raises(errors.NothingToCarry):
        carried(date(2020, 12, 31))
    with acting_as(SYSTEM):
        assert services.carry_waits(pool, following, on=date(2020, 12, 31)) == "2021-01-01 期满以后才能转"
    county = sign_in(Client(), real_cast.county)
    before, after = (reverse("insurance:pool", args=[each.pk]) for each in (pool, following))
    assert "结余 1,500,000.00 元转入下一期</button>" in county.get(before).content.decode()
    assert "下一期还没有登记，登记以后才能转" in county.get(after).content.decode()
    carried(date(2021, 1, 1))
    assert f'已转入<a href="{after}">下一期</a>' in county.get(before).content.decode()
    with pytest.raises(errors.NothingToCarry):
        carried(date(2021, 1, 1))
    with acting_as(SYSTEM):
        assert Pool.objects.get(pk=pool.pk).balance_fen == 0
        assert Pool.objects.get(pk=following.pk).balance_fen == 300_000_000
        months = pool_months(Pool.objects.get(pk=pool.pk), on=date(2021, 3, 1))
    assert [(one.month, one.balance_fen) for one in (months[0], months[-2], months[-1])] == [
        (date(2020, 1, 1), 150_000_000), (date(2020, 12, 1), 150_000_000), (date(2021, 1, 1), 0),
    ]  # fmt: skip
    assert len(months) == 13


def test_a_pool_that_is_topped_up_pays_and_the_county_makes_up(real_cast: Cast) -> None:
    pool = pool_make(real_cast, premium_fen=0)
    found = claim_make(real_cast, pool=False)
    for step in (found.assess, found.propose, found.decide, found.request, found.pay):
        step()
    with acting_as(SYSTEM):
        assert Pool.objects.get().balance_fen == -1_000_000
    with pytest.raises(errors.NotOwing, match="差 10,000"):
        put_in(real_cast, pool, 1_000_001, move="TOP_UP")
    put_in(real_cast, pool, 1_000_000, move="TOP_UP")
    with acting_as(SYSTEM):
        assert Pool.objects.get().balance_fen == 0


def test_a_pool_that_is_not_topped_up_pays_no_more_than_it_has(real_cast: Cast, admin_url: str) -> None:
    import psycopg

    pool = pool_make(real_cast, premium_fen=999_999)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("update insurance_pool set may_owe = false where id = %s", [pool.pk])
    found = claim_make(real_cast, pool=False)
    for step in (found.assess, found.propose, found.decide, found.request):
        step()
    with pytest.raises(errors.PoolEmpty, match="不够付 10,000"):
        found.pay()
    put_in(real_cast, pool, 1)
    assert found.pay().state == "PAID"


def raced(count: int, call: object) -> list[str]:
    """What each of some threads, let go at once, came to: '' or the name of its refusal."""
    gate, found = threading.Barrier(count), []

    def one() -> None:
        try:
            gate.wait()
            call()  # type: ignore[operator]
            found.append("")
        except Refusal as refusal:
            found.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def test_of_many_who_pay_or_decide_at_once_one_does(real_cast: Cast) -> None:
    found: ClaimWalk = claim_make(real_cast)
    found.assess()
    found.propose()
    found.decider  # noqa: B018 - made before the race
    version = found.claim.version
    decide = {"approve": True, "reason": "属实", "version": version}
    assert raced(8, lambda: found.step("claim_decide", found.decider, **decide)) == ["", *["ClaimStale"] * 7]
    found.request()
    version = found.claim.version
    pay = {"on": LATER.date(), "reference": "", "version": version}
    assert raced(8, lambda: found.step("payment_record", real_cast.insurer, **pay)).count("") == 1
    with acting_as(SYSTEM):
        pool = Pool.objects.get()
        assert PoolEntry.objects.filter(move="PAYMENT").count() == 1
        assert pool.balance_fen == sum(entry.amount_fen for entry in pool.entries.all())
        assert pool_sums(pool).by_move["PAYMENT"] == -1_000_000
