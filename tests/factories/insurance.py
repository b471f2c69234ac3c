"""Pools and claims as tests need them, under the demo ladders of 邢台's pack."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from tests.factories.casework import AT, Walk, adopted, case_make, second_clerk, version_ready, workflow_ready
from tests.factories.cast import Cast
from tests.factories.papers import ready_photo
from tests.factories.people import viewer_make

from shouwang.insurance import services
from shouwang.insurance.models import Claim, Pool
from shouwang.insurance.services import Event, Item, Opening
from shouwang.kit.papers import Ready
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.register.models import Membership
from shouwang.standards.models import PackVersion

LATER = AT + timedelta(days=20)
TERM = date(2020, 1, 1)
DAY = AT.date()


def policy_changed(cast: Cast, old: str, new: str, *, file: str = "xingtai/insurance.yaml") -> None:
    """This function puts 邢台's pack in force with one text of a file replaced, before any other is in force."""
    with acting_as(SYSTEM):
        base = version_ready("xingtai")
        files = {**base.files, file: base.files[file].replace(old, new)}
        assert files[file] != base.files[file]
        digest = hashlib.sha256(files[file].encode()).hexdigest()
        changed = PackVersion.objects.create(
            place="xingtai", digest=digest, name="改过的", files=files, loaded_at=AT, loaded_by="测试"
        )
    adopted(cast, changed, valid_from=date(2019, 1, 1))


def pool_make(cast: Cast, *, key: str = "fund", from_date: date = TERM, premium_fen: int | None = None) -> Pool:
    """This function opens a term of the county's pool with the cast's insurer, its premium paid in whole."""
    workflow_ready(cast)
    viewer = cast.county
    with acting_as(viewer):
        pool = services.pool_open(
            viewer=viewer,
            opening=Opening(
                key, from_date, None, cast.insurer.organisation_id or 0, "巨合〔2020〕1 号", tender="巨招〔2020〕1 号"
            ),
            at=AT,
        )
        fen = pool.fund_fen if premium_fen is None else premium_fen
        if fen:
            services.pool_pay_in(viewer=viewer, pool_id=pool.pk, version=pool.version, move="PREMIUM", amount_fen=fen,
                                 on=min(from_date, DAY), note="巨财社 1 号", at=AT, with_budget=True)  # fmt: skip
    return pool


def head_of(household_id: int) -> int:
    with acting_as(SYSTEM):
        return Membership.objects.get(household_id=household_id, relationship="HEAD").person_id


@lru_cache(maxsize=1)
def photo() -> Ready:
    return ready_photo()


@dataclass
class ClaimWalk:
    """One claim on its way, each step in the name of who takes it."""

    cast: Cast
    walk: Walk
    claim_id: int
    at: datetime = LATER
    second: Viewer | None = None
    used: dict[str, Viewer] = field(default_factory=dict)

    @property
    def claim(self) -> Claim:
        with acting_as(SYSTEM):
            return Claim.objects.get(pk=self.claim_id)

    @property
    def decider(self) -> Viewer:
        if self.second is None:
            self.second = second_clerk(self.cast)
        return self.second

    def step(self, name: str, viewer: Viewer, **more: object) -> Claim:
        """Takes one step by the name of its service."""
        with acting_as(viewer):
            given = {"viewer": viewer, "claim_id": self.claim_id, "version": self.claim.version, "at": self.at, **more}
            return getattr(services, name)(**given)  # type: ignore[no-any-return]

    def assess(self, fen: int = 2_500_000, *, receipt: str = "", **offsets: int) -> Claim:
        items = [Item("住院费用", fen, fen, fen, receipt=receipt)]
        return self.step("claim_assess", self.cast.insurer, items=items, offsets=offsets)

    def papers(self) -> None:
        with acting_as(SYSTEM):
            kinds = services.documents_missing(self.claim)
        for kind in kinds:
            self.step("claim_paper_add", self.cast.insurer, kind=kind, ready=[photo()])

    def propose(self) -> Claim:
        self.papers()
        return self.step("claim_propose", self.cast.insurer)

    def decide(self, *, approve: bool = True) -> Claim:
        return self.step("claim_decide", self.decider, approve=approve, reason="核查属实" if approve else "不属实")

    def request(self) -> Claim:
        return self.step("payment_request", self.cast.county)

    def pay(self) -> Claim:
        return self.step("payment_record", self.cast.insurer, on=self.at.date(), reference="转账 1")


def claim_make(
    cast: Cast, *, upto: str = "help", cause: str = "ILLNESS", on: date = DAY, walk: Walk | None = None,
    person_id: int | None = None, pool: bool = True, viewer: Viewer | None = None,
) -> ClaimWalk:  # fmt: skip
    """This function opens a claim by the county centre about a case that waits for the act `upto`."""
    if pool:
        with acting_as(SYSTEM):
            known = Pool.objects.filter(slot=cast.places.county.lo).exists()
        if not known:
            pool_make(cast)
    walk = walk or case_make(cast, upto=upto, cause=cause)
    who = viewer or cast.county
    event = Event(cause, on, head_of(walk.case.household_id), "住院治疗", person_id=person_id, type_key="MARGINAL",
                  type_note="入户核查，收入在监测线以内")  # fmt: skip
    with acting_as(who):
        claim = services.claim_open(viewer=who, event=event, at=LATER, case_id=walk.case_id)
    return ClaimWalk(cast, walk, claim.pk)


def leader_of_insurer(cast: Cast) -> Viewer:
    return viewer_make(
        Kind.INSURER, Role.LEADER, cast.places.county, name="核赔人", organisation_name="承保公司巨鹿支公司"
    )
