"""The population is one: kinship, ages, school, work, money and what is on file agree with each other."""

from datetime import date

from tests.synth.conftest import ON, PEOPLE

from shouwang.kit.dates import years_old
from shouwang.kit.resident_id import resident_id_parse
from shouwang.synth.shape import CAUSE_SHARES

NET = """
    SELECT h.household_key, n, coalesce(sum(CASE kind WHEN 'COST' THEN -amount_fen WHEN 'CLAIMS' THEN 0
        ELSE amount_fen END), 0) AS net
    FROM household h JOIN (SELECT household_key, count(*) AS n FROM person GROUP BY 1) USING (household_key)
    LEFT JOIN income i ON i.household_key = h.household_key AND month >= DATE '2019-06-01' AND month < DATE '2020-06-01'
    GROUP BY ALL
"""


def none(rows, sql):
    assert rows(f"SELECT count(*) FROM ({sql})") == [(0,)]


def test_every_household_has_exactly_one_head_and_at_most_one_spouse(rows):
    none(rows, "SELECT household_key FROM person GROUP BY 1 HAVING sum((relationship = 'HEAD')::INT) <> 1")
    none(rows, "SELECT household_key FROM person GROUP BY 1 HAVING sum((relationship = 'SPOUSE')::INT) > 1")
    none(rows, "SELECT household_key FROM household ANTI JOIN person USING (household_key)")
    none(rows, "SELECT household_key FROM person ANTI JOIN household USING (household_key)")


def test_a_spouse_has_the_other_sex_and_an_age_near_the_heads(rows):
    none(
        rows,
        """SELECT 1 FROM person h JOIN person s USING (household_key) WHERE h.relationship = 'HEAD'
           AND s.relationship = 'SPOUSE' AND (h.sex = s.sex OR abs(h.birth_date - s.birth_date) > 12 * 366)""",
    )


def test_children_are_younger_than_their_parents_and_grandchildren_than_their_grandparents(rows):
    for elder, younger, years in (
        ("HEAD", "CHILD", 16), ("SPOUSE", "CHILD", 16), ("PARENT", "HEAD", 18), ("HEAD", "GRANDCHILD", 34),
        ("PARENT_IN_LAW", "SPOUSE", 18), ("GRANDPARENT", "PARENT", 18),
    ):  # fmt: skip
        none(
            rows,
            f"""SELECT 1 FROM person e JOIN person y USING (household_key) WHERE e.relationship = '{elder}'
                AND y.relationship = '{younger}' AND y.birth_date - e.birth_date < {years} * 365""",
        )


def test_heads_and_spouses_are_adults_and_nobody_is_older_than_a_hundred_and_one(rows):
    none(rows, "SELECT 1 FROM person WHERE relationship IN ('HEAD', 'SPOUSE') AND birth_date > DATE '2002-06-30'")
    none(rows, "SELECT 1 FROM person WHERE birth_date < DATE '1919-06-30' OR birth_date > DATE '2020-06-30'")


def test_households_have_a_plausible_size_and_people_plausible_ages(rows):
    ((size,),) = rows("SELECT count(*) / (SELECT count(*) FROM household) FROM person")
    assert 2.5 < size < 3.6
    ((old, young),) = rows(
        "SELECT avg((birth_date < DATE '1960-06-30')::INT), avg((birth_date > DATE '2006-06-30')::INT) FROM person"
    )
    assert 0.15 < old < 0.35
    assert 0.1 < young < 0.25


def test_somebody_at_school_has_no_education_no_work_and_no_wage(rows):
    none(rows, "SELECT 1 FROM person WHERE student_status IS NOT NULL AND (education IS NOT NULL OR work_months > 0)")
    none(rows, "SELECT 1 FROM income JOIN person USING (person_key) WHERE kind = 'WAGE' AND student_status IS NOT NULL")


def test_work_place_and_months_stand_together_and_only_with_labour(rows):
    none(rows, "SELECT 1 FROM person WHERE (work_place IS NULL) <> (work_months IS NULL)")
    none(rows, "SELECT 1 FROM person WHERE work_months IS NOT NULL AND labour IN ('LOST', 'NONE')")
    none(rows, "SELECT 1 FROM person WHERE work_months NOT BETWEEN 1 AND 12")
    none(rows, "SELECT 1 FROM income JOIN person USING (person_key) WHERE kind = 'WAGE' AND work_months IS NULL")


def test_wages_of_a_window_are_paid_in_no_more_months_than_worked(rows):
    none(
        rows,
        """SELECT 1 FROM income JOIN person USING (person_key) WHERE kind = 'WAGE' AND month >= DATE '2019-06-01'
           AND month < DATE '2020-06-01' GROUP BY person_key, work_months HAVING count(*) > work_months""",
    )


def test_a_household_is_without_labour_exactly_when_nobody_can_work(rows):
    none(
        rows,
        """SELECT 1 FROM household JOIN person USING (household_key) GROUP BY household_key, is_without_labour
           HAVING is_without_labour <> NOT bool_or(labour IN ('ORDINARY', 'SKILLED', 'WEAK'))""",
    )


def test_dropouts_are_of_school_age_and_on_file(rows):
    none(
        rows, "SELECT 1 FROM person WHERE has_dropped_out AND (student_status IS NOT NULL OR birth_date > '2014-09-01')"
    )
    none(
        rows,
        """SELECT person_key FROM person WHERE has_dropped_out
           EXCEPT SELECT person_key FROM status WHERE kind = 'DROPOUT_SUSPECTED'""",
    )


def test_disability_has_category_and_level_and_a_certificate_says_the_same(rows):
    none(rows, "SELECT 1 FROM person WHERE is_disabled <> (disability_category BETWEEN 1 AND 7) "
               "OR (disability_category IS NULL) <> (disability_level IS NULL)")  # fmt: skip
    none(
        rows,
        """SELECT 1 FROM status JOIN person USING (person_key) WHERE kind = 'DISABILITY_CERT'
           AND value IS DISTINCT FROM disability_category::VARCHAR || disability_level::VARCHAR""",
    )


def test_an_event_belongs_to_a_member_of_its_household(rows):
    for table in ("spending", "status", "income"):
        none(
            rows,
            f"""SELECT 1 FROM {table} t LEFT JOIN person p USING (person_key)
                WHERE t.person_key IS NOT NULL AND p.household_key IS DISTINCT FROM t.household_key""",
        )


def test_what_is_paid_adds_up_and_unknown_is_not_zero(rows):
    none(rows, "SELECT 1 FROM spending WHERE self_paid_fen + reimbursed_fen <> gross_fen OR gross_fen < 0")
    none(rows, "SELECT 1 FROM spending WHERE (self_paid_fen IS NULL) <> (reimbursed_fen IS NULL)")
    ((unknown,),) = rows("SELECT count(*) FROM spending WHERE self_paid_fen IS NULL")
    assert unknown > 0
    none(rows, "SELECT 1 FROM income WHERE amount_fen <= 0")


def test_an_allowance_is_paid_from_its_first_month_on(rows):
    none(
        rows,
        """SELECT 1 FROM income i JOIN status s USING (household_key) WHERE i.source = 'civil_affairs'
           AND s.kind IN ('DIBAO', 'TEKUN_DISPERSED', 'TEKUN_CENTRAL') AND
           i.month < date_trunc('month', s.from_date)""",
    )


def test_identities_are_valid_unique_and_agree_with_the_person(rows):
    found = rows("SELECT resident_id, birth_date, sex, name, phone FROM identity JOIN person USING (person_key)")
    assert len({row[0] for row in found}) == PEOPLE
    for number, birth_date, sex, name, _ in found:
        read = resident_id_parse(number, on=ON)
        assert (read.birth_date, read.sex, read.number) == (birth_date, sex, number)
        assert 2 <= len(name) <= 3
    phones = [row[4] for row in found if row[4]]
    assert len(set(phones)) == len(phones)
    assert all(len(phone) == 11 and phone.startswith("160") for phone in phones)


def test_children_bear_the_name_of_their_father(rows):
    ((same,),) = rows(
        """SELECT avg((substr(hi.name, 1, 1) = substr(ci.name, 1, 1))::INT)
           FROM person h JOIN person c USING (household_key) JOIN identity hi ON hi.person_key = h.person_key
           JOIN identity ci ON ci.person_key = c.person_key
           WHERE h.relationship = 'HEAD' AND h.sex = 'M' AND c.relationship = 'CHILD'"""
    )
    assert same == 1


def test_the_needy_are_poorer_than_the_rest(rows):
    ((low, rest),) = rows(
        f"""SELECT median(net / n) FILTER (is_low_income), median(net / n) FILTER (NOT is_low_income) FROM ({NET})
            JOIN household USING (household_key)"""
    )
    assert low < 0.8 * rest


def test_a_watched_share_of_households_lies_between_line_and_one_and_a_half_times_the_line(rows):
    # 3,747 yuan, the national exit line of 2019, from both sides of 1.5 times it
    ((below, inside, above),) = rows(
        f"""SELECT avg((net <= 374700 * n)::INT), avg((net > 374700 * n AND net * 2 <= 374700 * 3 * n)::INT),
            avg((net * 2 > 374700 * 3 * n AND net < 750000 * n)::INT) FROM ({NET})"""
    )
    assert below < 0.01
    assert 0.015 < inside < 0.05
    assert above > 0.05


def test_warnings_by_the_five_types_would_be_few_but_some(rows):
    ((share, kinds),) = rows(
        """
        WITH kind AS (SELECT household_key, CASE WHEN is_exit_unstable THEN 1 WHEN poverty_status = 'POOR' THEN 2
                WHEN bool_or(s.kind = 'TEKUN_DISPERSED') THEN 3 WHEN
                bool_or(s.kind = 'DIBAO') AND poverty_status = 'NEVER' THEN 4 WHEN is_low_income THEN 5 END AS kind
            FROM household LEFT JOIN status s USING (household_key)
            GROUP BY household_key, is_exit_unstable, poverty_status, is_low_income),
        spent AS (SELECT household_key, sum(self_paid_fen) AS fen FROM spending
            WHERE cause IN ('ILLNESS', 'STUDY', 'DISASTER') GROUP BY 1)
        SELECT count(*) FILTER (fen > CASE kind WHEN 5 THEN 1500000 ELSE 500000 END) / (SELECT count(*) FROM household),
               count(DISTINCT kind) FILTER (fen > CASE kind WHEN 5 THEN 1500000 ELSE 500000 END)
        FROM kind JOIN spent USING (household_key) WHERE kind IS NOT NULL
        """
    )
    assert 0.003 < share < 0.02
    assert kinds >= 4


def test_some_self_paid_sums_are_round_and_some_one_fen_more(rows):
    ((round_, more),) = rows(
        "SELECT count(*) FILTER (self_paid_fen = 500000), count(*) FILTER (self_paid_fen = 500001) FROM spending"
    )
    assert round_ > 0
    assert more > 0


def test_causes_come_in_the_published_shares(tmp_path):
    from shouwang.synth.draws import stream
    from shouwang.synth.households import kin_compose
    from shouwang.synth.persons import persons_describe
    from shouwang.synth.standing import CAUSES, causes_plant, frail_draw, standing_draw

    rng = stream(1, "test")
    kin = kin_compose(rng, 300_000)
    frail = frail_draw(rng, kin)
    persons = persons_describe(rng, kin, frail, ON)
    standing = standing_draw(rng, kin, persons, frail, ON)
    causes_plant(rng, kin, persons, standing)
    needy = standing.cause[standing.cause >= 0]
    share = {name: float((needy == index).mean()) for index, name in enumerate(CAUSES)}
    # 连云港 (S3): illness, study and disaster make 80 %
    assert abs(share["ILLNESS"] + share["STUDY"] + share["DISASTER"] - 0.8) < 0.04
    for name in ("STUDY", "DISASTER", "ACCIDENT", "DISABILITY"):
        assert abs(share[name] - CAUSE_SHARES[name]) < 0.03


def test_ages_are_those_of_the_calendar():
    import numpy as np

    from shouwang.synth.persons import day_number, full_years

    births = [date(2000, 6, 30), date(2000, 7, 1), date(2000, 2, 29), date(2020, 6, 30), date(1919, 12, 31)]
    found = full_years(np.array([day_number(day) for day in births]), ON)
    assert found.tolist() == [years_old(day, on=ON) for day in births]
