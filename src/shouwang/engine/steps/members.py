"""Households and their members: one row a household each."""

from __future__ import annotations

from sqlglot import exp

from shouwang.engine.shape import Shape
from shouwang.engine.sqltext import sql_tree
from shouwang.rulebook.windows import months_before

_HOUSEHOLD = """
SELECT
  household_key, village_code, poverty_status, is_exit_unstable, is_low_income, watch_type, identified_date,
  removed_date,
  watch_type IS NOT NULL AND (identified_date IS NULL OR identified_date <= :today)
    AND (removed_date IS NULL OR removed_date > :today) AS is_watched,
  is_without_labour, housing_safe, water_safe, verified_income_fen
FROM household
"""

_MEMBERS = """
SELECT
  household_key,
  count(*) AS member_count,
  count(*) FILTER (WHERE birth_date <= :adult_born) AS adult_count,
  count(*) FILTER (WHERE birth_date > :adult_born) AS child_count,
  count(*) FILTER (WHERE birth_date <= :elder_born) AS elder_count,
  count(*) FILTER (WHERE labour IN ('ORDINARY', 'SKILLED', 'WEAK')) AS labour_count,
  count(*) FILTER (WHERE labour IN ('ORDINARY', 'SKILLED')) AS full_labour_count,
  count(*) FILTER (WHERE work_place IS NOT NULL AND work_months > 0) AS working_count,
  count(*) FILTER (WHERE student_status IS NOT NULL) AS student_count,
  count(*) FILTER (WHERE is_chronic) AS chronic_count,
  count(*) FILTER (WHERE is_seriously_ill) AS serious_illness_count,
  count(*) FILTER (WHERE is_disabled) AS disabled_count,
  count(*) FILTER (WHERE is_disabled AND disability_level IN (1, 2)) AS severely_disabled_count,
  count(*) FILTER (WHERE NOT is_medically_insured) AS uninsured_count,
  count(*) FILTER (WHERE has_dropped_out) AS dropout_count,
  count(*) FILTER (
    WHERE birth_date IS NULL OR labour IS NULL OR is_chronic IS NULL OR is_seriously_ill IS NULL
      OR is_disabled IS NULL OR is_medically_insured IS NULL
  ) AS unknown_member_count
FROM person
GROUP BY household_key
"""


def household_step(shape: Shape) -> exp.Expr:
    """This function returns the query of what the register says about each household."""
    return sql_tree(_HOUSEHOLD, today=shape.on)


def members_step(shape: Shape) -> exp.Expr:
    """This function returns the query that counts the members; ages are complete years on the day."""
    return sql_tree(_MEMBERS, adult_born=months_before(shape.on, 18 * 12), elder_born=months_before(shape.on, 60 * 12))
