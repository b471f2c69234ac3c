"""What cases were given in money, in words, for pages of casework, which knows no benefits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from shouwang.funds.selectors import grants_visible_to
from shouwang.kit.money import yuan_text
from shouwang.people.access import Viewer

PER = {"ONCE": "一次性", "MONTHLY": "每月", "DAILY": "每天"}
WHOSE = {"PAID_BY_US": "", "REPORTED": "（其他单位）"}


def case_amounts(viewer: Viewer, case_ids: Collection[int]) -> dict[int, str]:
    """This function returns what each case was given, sums by unit and by whose money it is; in one query.

    Cancelled benefits and those out of the viewer's sight are left out.
    """
    rows = (
        grants_visible_to(viewer)
        .filter(case_id__in=list(case_ids), cancelled_at__isnull=True)
        .values_list("case_id", "standing", "unit", "amount_fen")
    )
    sums: dict[int, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for case_id, standing, unit, amount_fen in rows:
        sums[case_id or 0][(standing, unit)] += amount_fen
    return {
        case_id: "；".join(
            f"{PER[unit]} {yuan_text(of_case[(standing, unit)])} 元{WHOSE[standing]}"
            for standing in WHOSE
            for unit in PER
            if (standing, unit) in of_case
        )
        for case_id, of_case in sums.items()
    }
