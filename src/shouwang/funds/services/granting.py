"""Grants in bulk: one row of a query, one benefit; made once under its name, in one statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from shouwang.audit.services import entry_append
from shouwang.people.access import Viewer

# What a query gives for each benefit, in this order; the amount has been held to its bounds where it was written.
COLUMNS = (
    "slot", "household_id", "person_id", "case_id", "payer_organisation_id", "payer_name", "purpose", "amount_fen",
    "from_date", "until_date", "source_ref",
)  # fmt: skip
_ADD = """
    insert into funds_grant (slot, household_id, person_id, case_id, payer_organisation_id, payer_name, purpose,
                             amount_fen, from_date, until_date, source_ref, unit, standing, recorded_at, recorded_by,
                             cancelled_reason)
    select q.slot, q.household_id, q.person_id, q.case_id, q.payer_organisation_id, q.payer_name, q.purpose,
           q.amount_fen, q.from_date, q.until_date, q.source_ref, 'ONCE', 'REPORTED', %s, %s, ''
    from ({query}) q
    on conflict (source_ref) do nothing
"""


def grants_report(*, viewer: Viewer, query: str, parameters: list[Any], about: str, slot: int, at: datetime) -> int:
    """This function records what another body paid, one benefit a row of a query, and returns how many are new.

    The query gives `COLUMNS` under the caller's scope; a `source_ref` that stands already is left as it is. One audit
    row tells of all of them (`about` names the act).
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(query=query), [at, viewer.label[:200], *parameters])
        made = cursor.rowcount
    entry_append(
        viewer=viewer, action="grant.record", subject_type="funds.Grant", subject_id=0, slot=slot, at=at,
        after={"grants": made, "about": about, "standing": "REPORTED"},
    )  # fmt: skip
    return made
