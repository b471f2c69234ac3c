"""The queries by which the batch role takes a snapshot of an area (design §4); screening runs them, nobody else.

Every key is `row id # salt`: it means nothing outside the snapshot. No name, number, phone or address is selected.
"""

# ruff: noqa: S608 - the values put into the text are integers and dates of our own

from __future__ import annotations

from datetime import date

from shouwang.kit.dates import months_add

HISTORY_MONTHS = 36
RISKS_EACH = 16  # keys that each household has for its risks


def _holds(alias: str, on: date) -> str:
    return (
        f"{alias}.superseded_at is null and {alias}.valid_from <= date '{on}'"
        f" and ({alias}.valid_to is null or {alias}.valid_to > date '{on}')"
    )


def snapshot_queries(*, lo: int, hi: int, on: date, salt: int) -> dict[str, str]:
    """This function returns one query a snapshot table, ordered so that the same rows give the same bytes."""
    lo, hi, salt = int(lo), int(hi), int(salt)
    since = months_add(on.replace(day=1), -HISTORY_MONTHS)
    living = f"h.slot between {lo} and {hi} and (h.ended_on is null or h.ended_on > date '{on}')"
    return {
        "household": f"""
            select h.id # {salt} as household_key, h.slot as village_code, s.poverty_status, s.is_exit_unstable,
                   s.is_low_income, s.watch_type, s.identified_date, s.removed_date, s.is_without_labour,
                   s.housing_safe, s.water_safe, s.verified_income_fen
            from register_household h
            left join register_householdstate s on s.household_id = h.id and {_holds("s", on)}
            where {living} order by 1""",
        "person": f"""
            select p.id # {salt} as person_key, h.id # {salt} as household_key, m.relationship,
                   nullif(p.sex, '') as sex, p.birth_date, s.labour, s.student_status, s.education, s.is_chronic,
                   s.is_seriously_ill, s.is_disabled, s.disability_category::int as disability_category,
                   s.disability_level::int as disability_level, s.work_place, s.work_months::int as work_months,
                   s.is_medically_insured, s.has_dropped_out
            from register_household h
            join register_membership m on m.household_id = h.id and {_holds("m", on)}
            join register_person p on p.id = m.person_id and p.merged_into_id is null
             and (p.died_on is null or p.died_on > date '{on}')
            left join register_personstate s on s.person_id = p.id and {_holds("s", on)}
            where {living} order by 1""",
        "income": f"""
            select i.household_id # {salt} as household_key, i.person_id # {salt} as person_key, i.month, i.kind,
                   i.amount_fen, i.source
            from register_income i join register_household h on h.id = i.household_id
            where {living} and i.superseded_at is null and i.month >= date '{since}'
            order by 1, 3, 4, 2 nulls first, 5, i.id""",
        "spending": f"""
            select e.id # {salt} as event_key, e.household_id # {salt} as household_key,
                   e.person_id # {salt} as person_key, e.cause, e.event_date, e.gross_fen, e.reimbursed_fen,
                   e.self_paid_fen, nullif(e.detail, '') as detail, e.source
            from register_spending e join register_household h on h.id = e.household_id
            where {living} and e.superseded_at is null and e.event_date >= date '{since}' order by 1""",
        "status": f"""
            select t.id # {salt} as status_key, t.household_id # {salt} as household_key,
                   t.person_id # {salt} as person_key, t.kind, t.value, t.from_date, t.until_date, t.source
            from register_status t join register_household h on h.id = t.household_id
            where {living} and t.superseded_at is null order by 1""",
        "named": f"""
            select n.household_id # {salt} as household_key, n.person_id # {salt} as person_key, f.key as name,
                   f.value as value
            from register_namedfact n join register_household h on h.id = n.household_id
            cross join lateral jsonb_each_text(n.facts) f
            where {living} and n.superseded_at is null order by 1, 2 nulls first, 3, n.id""",
        "risk": f"""
            select (h.id * {RISKS_EACH} + r.place) # {salt} as risk_key, h.id # {salt} as household_key,
                   r.risk as risk, s.identified_date as from_date, s.removed_date,
                   case when s.removed_date is null then null when s.removal like '%自然%' then 'SELF'
                        when s.removal like '%帮扶%' or s.removal = 'HELP' then 'HELP'
                        when s.removal = 'SELF' then 'SELF' end as removal
            from register_household h join register_householdstate s on s.household_id = h.id and {_holds("s", on)}
            cross join lateral jsonb_array_elements_text(s.risks) with ordinality as r(risk, place)
            where {living} order by 1""",
    }
