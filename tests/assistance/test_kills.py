"""A month of entitlements, ended before any write or run by fifty at once: each is paid once, and told once."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from django.db.models import Sum
from tests.assistance.test_entitlements import AUGUST, JULY, LATER, begun, changed, policy_of
from tests.factories.cast import Cast
from tests.factories.kills import FIFTY, House, at_once, killed_everywhere
from tests.factories.register import household_make

from shouwang.assistance.models import EntitlementFinding, EntitlementMonth
from shouwang.assistance.services import Ran, entitlement_finding_settle, entitlements_run
from shouwang.audit.models import Entry
from shouwang.funds.models import Grant
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.rulebook.measures import excluded_pairs

pytestmark = [pytest.mark.full, pytest.mark.django_db(transaction=True)]


def run(viewer: Viewer, month: date, pairs: set[tuple[str, str]]) -> Ran:
    with acting_as(viewer):
        return entitlements_run(viewer=viewer, month=month, pairs=pairs, at=LATER)


def paid_as_due() -> int:
    """What the months come to; the grants come to the same, one for each."""
    with acting_as(SYSTEM):
        months = EntitlementMonth.objects.aggregate(all=Sum("amount_fen", default=0))["all"]
        grants = Grant.objects.filter(source_ref__startswith="entitlement:")
        assert grants.aggregate(all=Sum("amount_fen", default=0))["all"] == months
        assert grants.count() == EntitlementMonth.objects.count()
    return int(months)


def test_a_month_ended_before_any_write_is_whole_or_was_never(real_cast: Cast, admin_url: str) -> None:
    cast, pairs = real_cast, excluded_pairs(policy_of(real_cast))
    homes = [household_make(cast.slot).pk for _ in range(3)]
    with psycopg.connect(admin_url, autocommit=True) as admin:
        house = House(admin)
        first = killed_everywhere(house, lambda: begun(cast, homes[0]))
        for home in homes[1:]:
            begun(cast, home)
        assert killed_everywhere(house, lambda: run(cast.civil, JULY, pairs)).total_fen == 3 * 23_500
        killed_everywhere(house, lambda: changed(cast, first, "CHANGE", AUGUST, fen=30_000))
        assert killed_everywhere(house, lambda: run(cast.county, AUGUST, pairs)).total_fen == 77_000
        killed_everywhere(house, lambda: changed(cast, first, "END", AUGUST, version=2))
        assert killed_everywhere(house, lambda: run(cast.county, AUGUST, pairs)) == Ran(0, 0, 1)
        with acting_as(SYSTEM):
            found = EntitlementFinding.objects.get()

        def settle() -> None:
            with acting_as(cast.civil):
                entitlement_finding_settle(viewer=cast.civil, finding_id=found.pk, version=1, note="已追回", at=LATER)

        killed_everywhere(house, settle)
    assert paid_as_due() == 3 * 23_500 + 77_000


def test_a_month_run_by_fifty_at_once_is_paid_once_and_its_findings_are_told_once(real_cast: Cast) -> None:
    """The centre runs all, two departments run their own: all wait for the same rows, none of them in a ring."""
    cast, pairs = real_cast, excluded_pairs(policy_of(real_cast))
    for number in range(40):
        row = begun(cast, household_make(cast.slot).pk)
        if number % 4 == 0:  # paid in July, and ended from July on afterwards: a finding each
            with acting_as(SYSTEM):
                EntitlementMonth.objects.create(
                    entitlement=row, slot=row.slot, organisation_id=row.payer_organisation_id, month=JULY,
                    amount_fen=23_500, run_id=0,
                )  # fmt: skip
            changed(cast, row, "END", JULY)
        begun(cast, row.household_id, "education_grant", 90_000, payer_organisation_id=cast.education.organisation_id)
    made: list[Ran] = []

    def one(seat: int) -> None:
        made.append(run((cast.county, cast.civil, cast.education)[seat % 3], JULY, pairs))

    assert at_once(one) == {"": FIFTY}
    assert sum(ran.made for ran in made) == 30 + 40
    assert sum(ran.findings for ran in made) == 10
    with acting_as(SYSTEM):
        assert EntitlementMonth.objects.count() == 80
        assert Grant.objects.count() == 70
        assert EntitlementFinding.objects.count() == 10
        assert Entry.objects.filter(action="entitlement.run").count() == FIFTY
