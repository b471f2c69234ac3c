"""What a person is: at school or not, healthy or not, able to work or not, at work or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from shouwang.kit.codes import Education, Labour, StudentStatus
from shouwang.synth import shape
from shouwang.synth.draws import Bools, Ints, chance, pick
from shouwang.synth.households import RELATIONSHIPS, Kin

STUDENT = tuple(StudentStatus)
EDUCATION = tuple(Education)
LABOUR = tuple(Labour)
WORK_PLACES = ("乡（镇）内", "乡（镇）外县（区）内", "县（区）外省内", "省外")

_DAY_ZERO = date(1970, 1, 1)
_ORDINARY, _SKILLED, _WEAK, _LOST, _NONE = range(5)
_FAMILY_HEADS = [RELATIONSHIPS.index(code) for code in ("HEAD", "SPOUSE", "CHILD_IN_LAW")]


@dataclass
class Persons:
    """Columns of the members, one row a person; -1 stands for unknown or none in code columns."""

    birth_day: Ints  # days since 1970-01-01
    years: Ints
    sex: Ints
    student: Ints
    education: Ints
    is_chronic: Bools
    is_serious: Bools
    is_disabled: Bools
    category: Ints
    grade: Ints
    labour: Ints
    work_place: Ints
    work_months: Ints
    is_insured: Bools
    has_dropped_out: Bools


def day_number(day: date) -> int:
    """This function returns a day as the number of days since 1970-01-01."""
    return (day - _DAY_ZERO).days


def full_years(birth_day: Ints, on: date) -> Ints:
    """This function returns the full years of age of many birth days on a day."""
    born = birth_day.astype("datetime64[D]")
    month = born.astype("datetime64[M]").astype(np.int64)
    day = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    months = (on.year - 1970) * 12 + on.month - 1 - month - (on.day < day)
    return np.asarray(months // 12, dtype=np.int64)


def persons_describe(rng: np.random.Generator, kin: Kin, frail: Bools, on: date) -> Persons:
    """This function describes every member; `frail` marks the households in which illness is more frequent."""
    count = kin.people
    birth = day_number(on) - kin.age_days
    years = full_years(birth, on)
    school_on = date(on.year if on.month >= 9 else on.year - 1, 8, 31)
    school_years = full_years(birth, school_on)
    is_free = ~np.isin(kin.relationship, _FAMILY_HEADS)
    weight = np.where(frail[kin.household], shape.SHARE_HEALTH_FRAIL, 1.0)
    serious = chance(rng, weight * np.interp(years, [0, 30, 50, 70, 90], [0.001, 0.002, 0.008, 0.02, 0.025]), count)
    chronic = (
        chance(rng, weight * np.interp(years, [0, 30, 50, 65, 90], [0.003, 0.01, 0.08, 0.25, 0.38]), count) & ~serious
    )
    disabled = chance(rng, weight * np.interp(years, [0, 20, 50, 70, 90], [0.006, 0.012, 0.03, 0.07, 0.1]), count)
    category = np.where(disabled, pick(rng, [12, 15, 1.5, 45, 9, 10, 7.5], count) + 1, -1)
    grade = np.where(disabled, pick(rng, [13, 27, 28, 32], count) + 1, -1)
    grave = disabled & (grade <= 2)
    student, dropped = _students(rng, school_years, years, is_free, grave)
    education = _education(rng, years, student, dropped)
    labour = _labour(rng, years, student, serious, chronic, disabled, grave)
    work_place, work_months = _work(rng, kin, years, labour)
    return Persons(
        birth_day=birth,
        years=years,
        sex=kin.sex,
        student=student,
        education=education,
        is_chronic=chronic,
        is_serious=serious,
        is_disabled=disabled,
        category=category,
        grade=grade,
        labour=labour,
        work_place=work_place,
        work_months=work_months,
        is_insured=chance(rng, 0.993, count),
        has_dropped_out=dropped,
    )


def _students(
    rng: np.random.Generator, school_years: Ints, years: Ints, is_free: Bools, grave: Bools
) -> tuple[Ints, Bools]:
    count = len(years)
    index = {code: place for place, code in enumerate(STUDENT)}
    draw = rng.random(count)
    student = np.full(count, -1, dtype=np.int64)
    bands = (
        (3, 5, ((StudentStatus.PRESCHOOL, 0.86),)),
        (6, 11, ((StudentStatus.PRIMARY, 1.0),)),
        (12, 14, ((StudentStatus.JUNIOR, 1.0),)),
        (15, 17, ((StudentStatus.SENIOR, 0.55), (StudentStatus.VOCATIONAL, 0.32))),
        (18, 20, ((StudentStatus.COLLEGE, 0.26), (StudentStatus.BACHELOR, 0.2))),
        (21, 21, ((StudentStatus.BACHELOR, 0.2),)),
        (22, 24, ((StudentStatus.GRADUATE, 0.02),)),
    )
    for low, high, kinds in bands:
        inside = is_free & (school_years >= low) & (school_years <= high)
        reached = 0.0
        for code, share in kinds:
            student[inside & (draw >= reached) & (draw < reached + share)] = index[code]
            reached += share
    compulsory = is_free & (school_years >= 6) & (school_years <= 14)
    special = compulsory & grave & chance(rng, 0.5, count)
    student[special] = index[StudentStatus.SPECIAL]
    dropped = compulsory & ~special & chance(rng, np.where(school_years >= 12, 0.0012, 0.0003), count)
    student[dropped] = -1
    return student, dropped


def _education(rng: np.random.Generator, years: Ints, student: Ints, dropped: Bools) -> Ints:
    """This function draws the highest education of those who are not at school; -1 for pupils and small children."""
    count = len(years)
    order = [EDUCATION.index(code) for code in EDUCATION]
    cohorts = (
        (75, 200, (40, 48, 11, 1, 0, 0, 0, 0)),
        (60, 74, (14, 46, 34, 5, 1, 0, 0, 0)),
        (40, 59, (3, 24, 60, 8, 3, 2, 0, 0)),
        (25, 39, (0.5, 6, 60, 12, 9, 9, 3.3, 0.2)),
        (15, 24, (0.3, 3, 52, 14, 20, 8, 2.7, 0)),
        (6, 14, (0, 100, 0, 0, 0, 0, 0, 0)),
    )
    education = np.full(count, -1, dtype=np.int64)
    for low, high, weights in cohorts:
        inside = (student < 0) & (years >= low) & (years <= high)
        drawn = pick(rng, weights, count)
        education[inside] = np.asarray(order)[drawn[inside]]
    education[dropped] = EDUCATION.index(Education.PRIMARY)
    return education


def _labour(
    rng: np.random.Generator, years: Ints, student: Ints, serious: Bools, chronic: Bools, disabled: Bools, grave: Bools
) -> Ints:
    count = len(years)
    draw = rng.random(count)
    labour = np.full(count, _NONE, dtype=np.int64)
    working_age = (years >= 16) & (years < 60) & (student < 0)
    labour[working_age] = np.where(draw[working_age] < 0.09, _SKILLED, _ORDINARY)
    ageing = (years >= 60) & (years < 70)
    labour[ageing] = np.where(draw[ageing] < 0.28, _ORDINARY, np.where(draw[ageing] < 0.8, _WEAK, _NONE))
    old = (years >= 70) & (years < 76)
    labour[old & (draw < 0.25)] = _WEAK
    able = np.isin(labour, (_ORDINARY, _SKILLED))
    labour[able & (disabled | (chronic & (draw > 0.6)))] = _WEAK
    adult = (years >= 16) & (years < 76) & (student < 0)
    labour[adult & (grave | (serious & (draw > 0.35)))] = _LOST
    return labour


def _work(rng: np.random.Generator, kin: Kin, years: Ints, labour: Ints) -> tuple[Ints, Ints]:
    """This function draws where somebody works for wages and how many months of the year; -1 for nobody."""
    count = len(years)
    able = np.isin(labour, (_ORDINARY, _SKILLED))
    has_baby = np.zeros(kin.count, dtype=bool)
    has_baby[kin.household[years < 3]] = True
    mother_at_home = has_baby[kin.household] & (kin.sex == 0) & (years < 40)
    probability = np.select(
        [able & mother_at_home, able & (years < 50), able & (years < 60), able, labour == _WEAK],
        [0.25, 0.82, 0.62, 0.25, 0.2],
        0.0,
    )
    works = chance(rng, probability, count)
    weak = labour == _WEAK
    drawn = pick(rng, [22, 28, 28, 22], count)
    place = np.where(weak | (years >= 60), drawn % 2, drawn)
    months = np.clip(np.rint(rng.normal(np.where(weak, 6.5, 9.2), 2.2, count)), 2, 12).astype(np.int64)
    return np.where(works, place, -1), np.where(works, months, -1)
