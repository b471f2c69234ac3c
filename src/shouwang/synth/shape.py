"""How a rural population is shaped: rates that make the files plausible. None of them is policy.

Published figures used: illness, study and disaster are 80 % of the causes of falling into poverty (连云港, S3);
a watched share of about 4 % of rural households (邢台 2020: 69,348; 衡水: 30,084).
"""

from __future__ import annotations

YEAR_DAYS = 365.2425
HISTORY_MONTHS = 14  # the month of the day, and thirteen before it: both ends of a 12-month window are inside

# Household templates: (weight, age of the head from, to).
TEMPLATES = {
    "old_alone": (10, 60, 93),
    "alone": (4, 22, 60),
    "old_couple": (15, 58, 88),
    "couple": (9, 24, 60),
    "family": (24, 25, 55),
    "lone_parent": (4, 26, 50),
    "three_generations": (12, 28, 57),
    "with_married_child": (14, 49, 85),
    "left_behind": (4, 52, 78),
    "couple_with_parent": (2, 32, 62),
    "siblings": (1, 30, 75),
    "child_with_parents": (3, 24, 60),
}

CAUSE_SHARES = {
    "ILLNESS": 0.50,
    "STUDY": 0.16,
    "DISASTER": 0.14,
    "ACCIDENT": 0.08,
    "DISABILITY": 0.07,
    "EMPLOYMENT": 0.05,
}

SHARE_POOR = 0.0015
SHARE_EXITED = 0.09
SHARE_UNSTABLE_OF_EXITED = 0.06
SHARE_LOW_INCOME = 0.019
SHARE_SUDDEN = 0.001
SHARE_DIBAO = 0.022
SHARE_DIBAO_OF_EXITED = 0.12
SHARE_TEKUN_OF_LONELY_OLD = 0.05
SHARE_REMOVED = 0.30
SHARE_CAUSE_ACTIVE = 0.3  # of households with a cause: it cost them money within the history
SHARE_INCOME_SHOCK = 0.006

# Per-capita net income in yuan of the year 2020; other years move with growth.
BASE_YEAR = 2020
INCOME_GROWTH = 1.07
WATCHED_BAND = (3_300, 7_400)
ORDINARY_FLOOR = (5_450, 9_500)
WAGE_AWAY, WAGE_NEAR, WAGE_WEAK = 3_000, 2_100, 700
PENSION_MONTH = 118
DIBAO_MONTH = (180, 420)
TEKUN_MONTH = 560

SHARE_HEALTH_FRAIL = 1.6  # illness among watched households, times that of others

# Spending: medians in yuan and spreads of log-normal amounts.
STAY_SERIOUS, STAY_PLAIN = (30_000, 0.75), (5_200, 0.65)
ACCIDENT_COST = (9_000, 0.9)
DISASTER_COST = (7_000, 0.9)
REHABILITATION_COST = (3_500, 0.8)
SHARE_ROUND_AMOUNTS = 0.02  # self-paid sums that are whole thousands of yuan; half of them one fen more

# Department files.
FAULT_RATES = {
    "id_missing": 0.012,
    "id_digit_wrong": 0.012,
    "id_swapped": 0.008,
    "id_numeric_cell": 0.008,
    "id_full_width": 0.006,
    "id_blanks": 0.012,
    "id_lower_x": 0.02,
    "id_old_15": 0.004,
    "name_blank_inside": 0.03,
    "name_wrong_character": 0.004,
    "duplicate": 0.01,
    "stranger": 0.02,
}
XLSX_PEOPLE_LIMIT = 100_000
PEOPLE_LIMIT = 20_000_000
BLOCK_PEOPLE = 100_000

# Panels: what happens to households in the months after the first snapshot. Shocks a year as shares of households.
SHOCKS_A_YEAR = {"ILLNESS": 0.020, "STUDY": 0.012, "DISASTER": 0.010, "ACCIDENT": 0.008, "EMPLOYMENT": 0.012}
SHOCK_TILT = 2.2  # shocks among watched households, times that of others
SHARE_VILLAGE_STRUCK = 0.25  # of the households of a village that a disaster hits
# What no department's file holds: travel, a carer's lost wages, medicine over the counter; a share of what is on file.
HIDDEN_SHARE = {"ILLNESS": 0.45, "STUDY": 0.6, "DISASTER": 0.3, "ACCIDENT": 0.35, "EMPLOYMENT": 0.0}
# Months for which wages or payments go on, from and below.
ILL_MONTHS, HURT_MONTHS, JOBLESS_MONTHS = (3, 10), (2, 8), (3, 13)
# Days until what happened stands in the register: from and below, by source; a few come very late.
ARRIVAL_DAYS = {
    "medical_insurance": (5, 40), "education": (15, 60), "emergency": (1, 10), "public_security": (1, 15),
    "disabled": (5, 40), "housing": (5, 40), "labour": (10, 50),
}  # fmt: skip
SHARE_VERY_LATE, VERY_LATE_DAYS = 0.04, (45, 120)
SHARE_UNSETTLED, SETTLING_DAYS = 0.06, (20, 60)  # stays first filed without what the patient paid
# The purse: savings as years of usual net income (median, spread), credit as a share of it, what ordinary living takes.
SAVINGS_YEARS, SAVINGS_YEARS_POOR = (0.7, 0.9), (0.2, 0.8)
CREDIT_SHARE = (0.1, 0.4)
LIVING_SHARE = 0.9
PAID_AT_ONCE, PAID_LATER_MONTHS = 0.25, 6  # relatives lend and hospitals wait: the rest falls due month by month
SHARE_LISTED_AFTER = 0.6  # of the fallen: the register lists them within some months
LISTED_AFTER_MONTHS = (1, 4)
