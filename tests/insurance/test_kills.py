"""Claims with the process ended before any write: a step is whole or it never was, and everything still adds up."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from tests.factories.kills import Guillotine, Killed
from tests.insurance.test_states import Claims

from shouwang.audit.models import Entry as AuditEntry
from shouwang.funds.models import Grant, Posting
from shouwang.insurance.models import Claim, ClaimChange
from shouwang.people.access import SYSTEM, acting_as


class KilledClaims(Claims):
    """The same people and steps; now and then one of them is ended before its n-th write."""

    def __init__(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.after: int | None = None
        super().__init__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @rule(after=st.integers(1, 12))
    def will_be_killed(self, after: int) -> None:
        self.after = after

    def seen(self) -> tuple[object, ...]:
        with acting_as(SYSTEM):
            return (
                tuple(Claim.objects.order_by("pk").values_list("pk", "state", "version", "amount_fen")),
                ClaimChange.objects.count(), Grant.objects.count(), Posting.objects.count(),
                AuditEntry.objects.count(),
            )  # fmt: skip

    def act(self, place: int, name: str, viewer: str, **more: object) -> None:
        after, self.after = self.after, None
        before = self.seen()
        try:
            with connection.execute_wrapper(Guillotine(after)):
                super().act(place, name, viewer, **more)
        except Killed:
            assert self.seen() == before, f"{name} left something behind when it was ended before write {after}"


@pytest.mark.full
@pytest.mark.django_db
def test_a_claim_ended_before_any_write_is_as_it_was_and_goes_on() -> None:
    run_state_machine_as_test(
        KilledClaims,
        settings=settings(
            max_examples=40, stateful_step_count=30, suppress_health_check=list(HealthCheck), deadline=None
        ),
    )
