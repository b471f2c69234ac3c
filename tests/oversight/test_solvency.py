"""The page of solvency: from a pool's claims to figures, and under another ladder."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.cast import Cast, sign_in
from tests.factories.insurance import claim_make, pool_make

from shouwang.insurance.errors import LadderUnsound
from shouwang.insurance.services import LadderChange, ladders_try
from shouwang.oversight.selectors.solvency import claim_facts, pool_facts
from shouwang.people.access import acting_as

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_pool_is_estimated_from_its_claims_and_tried_under_another_ladder(real_cast: Cast) -> None:
    pool = pool_make(real_cast)
    paid = claim_make(real_cast, pool=False)
    for step in (paid.assess, paid.propose, paid.decide, paid.request, paid.pay):
        step()
    open_ = claim_make(real_cast, pool=False)
    open_.assess(4_500_000)
    refused = claim_make(real_cast, pool=False)
    for step in (refused.assess, refused.propose):
        step()
    refused.decide(approve=False)
    gone = claim_make(real_cast, pool=False)
    gone.step("claim_withdraw", real_cast.county, reason="录错")
    viewer = real_cast.county
    with acting_as(viewer):
        found, fact = pool_facts(viewer, pool.pk)
        facts = claim_facts(viewer, found)
        assert fact.has_fen == 149_000_000
        assert [(one.ended_fen, one.paid_fen, one.open_fen) for one in facts] == [
            (1_000_000, 1_000_000, None), (None, 0, 2_400_000), (0, 0, None),
        ]  # fmt: skip
        tried = ladders_try(viewer=viewer, pool=found, change=LadderChange(deductible_fen=0, share=Fraction(1, 2)))
        # 25,000 at 25 % and 35 % above 20,000; 45,000 likewise.
        assert tried.amounts == {paid.claim_id: 675_000, open_.claim_id: 1_375_000}
        (line,) = tried.ladders
        assert (line.claims, line.before_fen, line.after_fen) == (2, 3_400_000, 2_050_000)
        with pytest.raises(LadderUnsound, match="低于"):
            ladders_try(viewer=viewer, pool=found, change=LadderChange(cap_fen=-1))
    client, address = sign_in(Client(), viewer), reverse("oversight:solvency", args=[pool.pk])
    shown = client.get(address).content.decode()
    for text in ("149.00<small> 万元", "审定过的理赔只有 2 件", "照现在这样", "95% 把握要补"):
        assert text in shown
    moved = client.get(address, {"confidence": "90", "deductible": "0", "share": "50"}).content.decode()
    assert "20,500.00" in moved
    assert "90% 把握要补" in moved
    assert client.get(address, {"confidence": "90", "cap": "一万"}).status_code == 422
    assert (
        reverse("oversight:solvency", args=[pool.pk])
        in client.get(reverse("oversight:solvency_pools")).content.decode()
    )
    assert sign_in(Client(), real_cast.neighbour).get(address).status_code == 404
