"""A month's run: one payment for each entitlement that runs, exactly once, in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from shouwang.assistance.errors import EntitlementNotYours, MonthNotCome
from shouwang.assistance.models import MonthRun
from shouwang.assistance.services.permitting import RUNNERS, entitlements_refuse
from shouwang.assistance.services.verifying import HOLDING, entitlements_verify, gone_of, scope_of
from shouwang.audit.services import entry_append
from shouwang.funds.services import grants_report
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import Viewer

# Two runs at once wait for one another's rows: each writes in the order of the keys, so that neither waits in a ring.
# Nobody who is known to have died before the month, and no household that stood no more, is paid.
_GONE = """
    dead as (select * from unnest(%(dead)s::bigint[], %(died)s::date[]) d(person_id, died_on)),
    ended as (select * from unnest(%(homes)s::bigint[], %(ended)s::date[]) h(household_id, ended_on))
"""
_DUE = f"""
    with holding as materialized ({HOLDING}), {_GONE}
    insert into assistance_entitlementmonth (entitlement_id, slot, organisation_id, month, amount_fen, run_id)
    select e.id, e.slot, e.payer_organisation_id, %(month)s, h.amount_fen, %(run)s
    from assistance_entitlement e join holding h on h.entitlement_id = e.id
    left join dead d on d.person_id = e.person_id
    left join ended x on x.household_id = e.household_id
    where e.slot between %(lo)s and %(hi)s and (%(payer)s::bigint is null or e.payer_organisation_id = %(payer)s)
      and h.what in ('START', 'CHANGE', 'RESUME') and e.first_month <= %(month)s
      and (extract(year from %(month)s::date) * 12 + extract(month from %(month)s::date)
           - extract(year from e.first_month) * 12 - extract(month from e.first_month))::int %% e.months = 0
      and (d.died_on is null or d.died_on >= %(month)s) and (x.ended_on is null or x.ended_on >= %(month)s)
    order by e.id
    on conflict (entitlement_id, month) do nothing
"""  # noqa: S608 - statements of our own
_GRANTS = """
    select e.slot, e.household_id, e.person_id, null::bigint as case_id, e.payer_organisation_id, e.payer_name,
           (e.name || ' ' || to_char(m.month, 'YYYY-MM'))::varchar(120) as purpose, m.amount_fen,
           m.month as from_date, (m.month + interval '1 month')::date as until_date,
           'entitlement:' || e.id || ':' || to_char(m.month, 'YYYY-MM') as source_ref
    from assistance_entitlementmonth m join assistance_entitlement e on e.id = m.entitlement_id
    where e.purpose = '' and m.month = %s and m.run_id = %s
      and m.slot between %s and %s and (%s::bigint is null or m.organisation_id = %s)
"""
_COUNT = """
    select count(*), coalesce(sum(amount_fen), 0) from assistance_entitlementmonth
    where month = %(month)s and run_id = %(run)s and slot between %(lo)s and %(hi)s
      and (%(payer)s::bigint is null or organisation_id = %(payer)s)
"""


@dataclass(frozen=True)
class Ran:
    """What a run made: new payments and their sum, and how many findings are new."""

    made: int
    total_fen: int
    findings: int


def month_begun(month: date, *, at: datetime) -> date:
    """This function returns the first day of a month; raises MonthNotCome for one that has not begun."""
    first = month.replace(day=1)
    if first > at.astimezone(SHANGHAI).date():
        raise MonthNotCome(first)
    return first


def entitlements_run(
    *,
    viewer: Viewer,
    month: date,
    pairs: set[tuple[str, str]],
    at: datetime,
    part: tuple[int, int] | None = None,
) -> Ran:
    """This function records one month of each entitlement of the viewer that is due in it; run again, none twice.

    Whoever died or whose household ended before the month, as the register knows, is left out. `pairs` are offers that
    exclude each other: what cannot be right is found at once. `part`: slots inside the viewer's ranges, all of them
    where unsaid. What a department pays becomes a grant at once, what the centre pays once the bank has paid it
    (`month_ask`). Raises EntitlementNotYours, MonthNotCome.
    """
    entitlements_refuse(viewer, RUNNERS)
    if part is not None and not viewer.covers(*part):
        raise EntitlementNotYours
    month = month_begun(month, at=at)
    scope = scope_of(viewer, month=month, at=at, part=part)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select nextval(pg_get_serial_sequence('assistance_monthrun', 'id'))")
            scope["run"] = cursor.fetchone()[0]
            cursor.execute(_DUE, scope | gone_of(scope))
            cursor.execute(_COUNT, scope)
            made, total = cursor.fetchone()
        run = MonthRun.objects.create(
            pk=scope["run"], slot=scope["lo"], hi=scope["hi"], organisation_id=scope["payer"], month=month, made=made,
            total_fen=total, at=at, by=viewer.label[:200],
        )  # fmt: skip
        if made:
            where = [month, run.pk, scope["lo"], scope["hi"], scope["payer"], scope["payer"]]
            grants_report(
                viewer=viewer, query=_GRANTS, parameters=where, about=f"entitlements {month:%Y-%m}", slot=scope["lo"],
                at=at,
            )  # fmt: skip
        entry_append(
            viewer=viewer, action="entitlement.run", subject_type="assistance.MonthRun", subject_id=run.pk,
            slot=scope["lo"], at=at, after={"month": month.isoformat(), "made": made, "total_fen": int(total)},
        )  # fmt: skip
        found = entitlements_verify(viewer=viewer, month=month, pairs=pairs, at=at, part=part)
    return Ran(int(made), int(total), found)
