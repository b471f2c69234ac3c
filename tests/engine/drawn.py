"""Packs and populations as Hypothesis draws them, over everything a pack can say of a household or an area."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from tests.engine.populations import KINDS, MAYBE

from shouwang.engine.casebook import Rows
from shouwang.kit.codes import IncomeKind, Labour, PovertyStatus, SpendingCause, WatchType
from shouwang.rulebook import PackSource, Policy, load_policy
from shouwang.rulebook.area_facts import COUNTED, TOLD
from shouwang.rulebook.facts import FACTS, TYPE_FACTS, Fact, Kind

# Days on which windows end at the ends of months, in a leap year and out of one.
RUN_DAYS = st.sampled_from(
    [date(2020, 2, 29), date(2020, 3, 31), date(2020, 6, 30), date(2021, 2, 28), date(2020, 1, 1)]
)
EDGES = [
    date(2019, 2, 28),
    date(2019, 3, 1),
    date(2019, 12, 31),
    date(2020, 1, 31),
    date(2020, 2, 29),
    date(2020, 3, 31),
]
DAYS = st.one_of(st.sampled_from(EDGES), st.dates(date(2018, 1, 1), date(2021, 3, 31)))
MAYBE_DAYS = st.one_of(st.none(), DAYS)
RATES = st.sampled_from(["1.5", "0.25", "3", "0", "1.333", "2.0001"])
OPS = st.sampled_from(["<", "<=", ">", ">=", "=", "<>"])
WORDS = ["胃癌", "尿毒症", "公办", "高收费民办学校", "", " 胃癌", '双"引\\号/\t\n', "𠮷é\u200b", "A", "a", "癌\x01\x7f"]


def _of(*kinds: Kind, but: frozenset[str] = TYPE_FACTS | {"village_code"}) -> list[str]:
    return [fact.key for fact in FACTS.values() if fact.kind in kinds and fact.key not in but]


MONEY, HEADS, NUMBERS = _of(Kind.MONEY), _of(Kind.PER_HEAD), _of(Kind.NUMBER)
DATES, FLAGS, SETS = _of(Kind.DATE), _of(Kind.BOOL), _of(Kind.SET)
_name = st.sampled_from


def _money() -> st.SearchStrategy[str]:
    return st.one_of(
        _name(MONEY),
        _name(["amount('limit')", "yuan(0)", "yuan(5000.01)", "yuan(20)"]),
        st.tuples(RATES, _name(MONEY)).map(lambda pair: f"{pair[0]} * {pair[1]}"),
        st.tuples(_name(MONEY), _name(MONEY)).map(lambda pair: f"({pair[0]} - {pair[1]})"),
        st.tuples(_name(MONEY), _name(MONEY)).map(lambda pair: f"(coalesce({pair[0]}, 0) + {pair[1]})"),
        st.tuples(_name(NUMBERS), _name(MONEY)).map(lambda pair: f"{pair[0]} * {pair[1]}"),
        st.tuples(_name(MONEY), _name(MONEY)).map(lambda pair: f"coalesce({pair[0]}, -{pair[1]})"),
    )


def _heads() -> st.SearchStrategy[str]:
    lines = ["line('national')", "line('national', -1)", "line('national', -2)", "amount('head_limit')"]
    return st.one_of(
        _name(HEADS),
        _name(lines),
        st.tuples(RATES, _name([*HEADS, *lines])).map(lambda pair: f"{pair[0]} * {pair[1]}"),
        st.tuples(_name(HEADS), _name(lines)).map(lambda pair: f"({pair[0]} - 0.5 * {pair[1]})"),
        _name(HEADS).map(lambda head: f"amount('multiple') * {head}"),
    )


def _numbers() -> st.SearchStrategy[str]:
    return st.one_of(
        _name(NUMBERS),
        st.integers(0, 4).map(str),
        _name(["amount('multiple')", "amount('several')", "0.5 * member_count"]),
        st.tuples(_name(NUMBERS), _name(NUMBERS)).map(lambda pair: f"({pair[0]} - coalesce({pair[1]}, 0))"),
    )


def _days() -> st.SearchStrategy[str]:
    moved = st.tuples(_name(["months_after", "days_after"]), _name(DATES), st.integers(-31, 31))
    return st.one_of(
        _name(DATES),
        moved.map(lambda drawn: f"{drawn[0]}({drawn[1]}, {drawn[2]})"),
        st.tuples(_name(["months_ago", "days_ago"]), st.integers(0, 31)).map(lambda pair: f"{pair[0]}({pair[1]})"),
        st.one_of(st.just("today()"), _name(EDGES).map(lambda day: f"DATE '{day.isoformat()}'")),
    )


def _compared(*sides: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    drawn = [st.tuples(side, OPS, side) for side in sides]
    return st.one_of(*drawn).map(lambda parts: f"{parts[0]} {parts[1]} {parts[2]}")


def _coded(fact: Fact) -> st.SearchStrategy[str]:
    codes = _name([str(code) for code in fact.values])
    return st.one_of(
        st.tuples(_name(["=", "<>"]), codes).map(lambda pair: f"{fact.key} {pair[0]} '{pair[1]}'"),
        st.lists(codes, min_size=1, max_size=2, unique=True).map(
            lambda found: f"{fact.key} in ({', '.join(repr(code) for code in found)})"
        ),
    )


def _logic(atoms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " and ".join(parts) + ")"),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " or ".join(parts) + ")"),
            inner.map(lambda part: f"not ({part})"),
            inner.map(lambda part: f"({part}) is false"),
        ),
        max_leaves=4,
    )


_SETS = st.tuples(
    _name(SETS), _name(["'DIBAO', 'CAR'", "'胃癌'", "'栏目=值'", "listed('serious_diseases')", "'A', ''"])
)
_ATOMS = st.one_of(
    _compared(_money(), _heads(), _numbers(), _days()),
    _compared(_money(), _heads()),
    st.one_of([_coded(FACTS[key]) for key in ("poverty_status", "watch_type", "rigid_cause")]),
    _SETS.map(lambda pair: f"has({pair[0]}, {pair[1]})"),
    _name(FLAGS),
    _name([*MONEY, *HEADS, *DATES, *FLAGS]).map(lambda key: f"{key} is null"),
    _name([*HEADS, *NUMBERS]).map(lambda key: f"known({key})"),
    _name(FLAGS).map(lambda key: f"coalesce({key}, false)"),
    st.tuples(_name(NUMBERS), st.integers(0, 2)).map(lambda pair: f"{pair[0]} between {pair[1]} and 3"),
)
CONDITIONS = _logic(_ATOMS)
AREA_CONDITIONS = _logic(
    st.one_of(
        st.tuples(RATES, _name(list(COUNTED)), OPS, _name(list(COUNTED))).map(
            lambda parts: f"{parts[0]} * {parts[1]} {parts[2]} {parts[3]}"
        ),
        st.tuples(_name(list(COUNTED)), OPS, st.integers(0, 5)).map(lambda parts: f"{parts[0]} {parts[1]} {parts[2]}"),
        _name(list(TOLD)),
    )
)
_PAIRS = st.one_of(*(st.tuples(side, side) for side in (_money(), _heads(), _numbers())))
_EVIDENCE: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.one_of(
        st.tuples(st.lists(_name(list(SpendingCause)), min_size=1, max_size=3, unique=True), st.booleans()).map(
            lambda pair: {"table": "spending", "causes": [str(cause) for cause in pair[0]], "is_listed": pair[1]}
        ),
        st.lists(_name(KINDS), min_size=1, max_size=2, unique=True).map(
            lambda kinds: {"table": "status", "kinds": kinds}
        ),
        _name(["income", "recent_income", "previous_income"]).map(lambda window: {"table": "income", "window": window}),
        st.just({"table": "household"}),
    ),
    min_size=1,
    max_size=2,
)


def _stated(value: Any, **more: Any) -> dict[str, Any]:
    return {"name": "某项", "values": [{"from": date(2014, 1, 1), "value": value, "source": "甲文件", **more}]}


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@st.composite
def _triggers(draw: st.DrawFn, types: list[str]) -> dict[str, Any]:
    found = {}
    for number in range(draw(st.integers(1, 4))):
        measured, threshold = draw(_PAIRS)
        value: dict[str, Any] = {
            "types": draw(st.lists(_name(types), unique=True, max_size=2)) if types else [],
            "cause": draw(_name(["LARGEST", "ILLNESS", "STUDY", "EMPLOYMENT", "ACCIDENT"])),
            "when": draw(CONDITIONS), "on_unknown": draw(_name(["report", "warn"])), "measured": measured,
            "threshold": threshold, "evidence": draw(_EVIDENCE), "rest_months": draw(_name([0, 0, 3])),
        }  # fmt: skip
        if draw(st.booleans()):
            value["undecided"] = draw(CONDITIONS)
        found[f"trigger_{number}"] = _stated(value)
    return found


@st.composite
def _windows(draw: st.DrawFn) -> dict[str, Any]:
    own = st.one_of(
        st.tuples(_name(["full_months", "months"]), st.integers(1, 14), _name([0, 0, 1, 12])).map(
            lambda drawn: {"kind": drawn[0], "months": drawn[1], "skip": drawn[2]}
        ),
        st.just({"kind": "year"}),
    )
    found = {key: _stated(draw(own)) for key in ("income", "recent_income", "previous_income", "spending")}
    if draw(st.booleans()):
        found["previous_spending"] = _stated(draw(own))
    if draw(st.booleans()):
        found["since_event"] = _stated({"kind": "since", "event": draw(_name(["identified", "removed"]))})
    return found


@st.composite
def packs(draw: st.DrawFn) -> dict[str, Any]:
    """A pack of one place by topic: every window, list, line, limit, type, trigger, flag, judgement and area rule."""
    types = [f"TYPE_{number}" for number in range(draw(st.integers(0, 3)))]
    amounts = {
        "limit": ("元", _name(["5000", "15000.01", "0", "0.01"])),
        "head_limit": ("元/人·年", st.just("6000")),
        "multiple": ("倍", RATES),
        "several": ("个", _name(["2", "0"])),
    }
    local = {"130529": "4000.01", "130529103201": "7.77"}
    years = [(2014, draw(st.integers(200_000, 500_000))), (2019, 374_700), (2020, draw(st.integers(300_000, 500_000)))]
    ends = [date(year, 1, 1) for year, _ in years[1:]]
    line = [
        {"from": date(year, 1, 1), **({"until": end} if end else {}), "value": _yuan(fen), "unit": "元/人·年",
         "source": "甲文件", **({"areas": local} if draw(st.booleans()) else {})}
        for (year, fen), end in zip(years, [*ends, None], strict=True)
    ]  # fmt: skip
    causes = {
        str(cause): _stated({"counts_as": str(draw(_name(list(SpendingCause)))), "is_rigid": draw(st.booleans())})
        for cause in SpendingCause if draw(st.booleans())
    }  # fmt: skip
    return {
        "lines": {"national": {"name": "线", "values": line}},
        "amounts": {
            key: _stated(draw(values), unit=unit, **({"areas": local} if key == "limit" else {}))
            for key, (unit, values) in amounts.items()
        },
        "lists": {
            "serious_diseases": _stated(["胃癌", {"name": "终末期肾病", "aliases": ["尿毒症", "癌\x01\x7f"]}]),
            **({"covered_schools": _stated(["公办"])} if draw(st.booleans()) else {}),
        },
        "causes": causes,
        "windows": draw(_windows()),
        "types": {key: _stated({"when": draw(CONDITIONS), "order": draw(st.integers(0, 9))}) for key in types},
        "triggers": draw(_triggers(types)),
        "flags": {
            f"flag_{number}": _stated({"when": draw(CONDITIONS), "action": draw(_name(["look", "hold"])),
                                       "reason": f"理由“{number}”"})
            for number in range(draw(st.integers(0, 3)))
        },
        "measures": {"offer": _stated({"provides": "某事", "kinds": ["HEALTH"], "when": draw(CONDITIONS)})},
        "exit": {"gone": _stated({"decides": "removal", "requires": draw(CONDITIONS)})},
        "watch": {
            f"watch_{level}": _stated({"level": level, "when": draw(AREA_CONDITIONS)})
            for level in ("village", "township", "county")
        },
    }  # fmt: skip


def policy_of_pack(pack: dict[str, Any], on: date) -> Policy:
    """The policy of a drawn pack on a day; the house's reader reads it from YAML as it reads any pack."""
    import yaml

    class Writer(yaml.SafeDumper):
        """Writes what is repeated again: the strict reader knows no shorthand in the place of a date."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    files = {"drawn/pack.yaml": "name: 某市\ndivision: '1305'\nowner: 测试\n"}
    for topic, body in pack.items():
        if body:
            files[f"drawn/{topic}.yaml"] = yaml.dump(body, Dumper=Writer, allow_unicode=True, sort_keys=False)
    return load_policy(PackSource.from_files(files), place="drawn", on=on)


AMOUNTS = st.one_of(
    st.integers(-5_000_000, 5_000_000),
    st.sampled_from([374_700, 374_699, 1_498_800, 500_000, 500_001, 0, None, None, 9_007_199_254_740_993]),
)
VILLAGES = st.sampled_from([130529103201, 130529103202, 130529104201, 130503101001, 131102001001])
BORN = st.one_of(
    st.none(), st.sampled_from([date(2002, 2, 28), date(2002, 3, 1), date(1960, 2, 29), date(1960, 6, 30)])
)
_TOLD_OF_HOUSEHOLD = ("is_exit_unstable", "is_low_income", "is_without_labour", "housing_safe", "water_safe")
_TOLD_OF_PERSON = ("is_chronic", "is_seriously_ill", "is_disabled", "is_medically_insured", "has_dropped_out")


def _household(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "household_key": st.just(number),
            "village_code": VILLAGES,
            "poverty_status": st.sampled_from([*PovertyStatus, None]),
            **dict.fromkeys(_TOLD_OF_HOUSEHOLD, MAYBE),
            "watch_type": st.sampled_from([*WatchType, None]),
            "identified_date": MAYBE_DAYS,
            "removed_date": MAYBE_DAYS,
            "verified_income_fen": AMOUNTS,
        }
    )


def _rows(key: st.SearchStrategy[int]) -> dict[str, tuple[str, int, dict[str, st.SearchStrategy[Any]]]]:
    """The key of each table, how many rows it has at most, and what its columns hold."""
    texts = st.sampled_from([*WORDS, None])
    person = {
        "labour": st.sampled_from([*Labour, None]), "birth_date": BORN, "work_place": st.sampled_from(["外省", None]),
        "work_months": st.sampled_from([0, 6, None]), "student_status": st.sampled_from(["小学", None]),
        "disability_level": st.sampled_from([1, 3, None]), **dict.fromkeys(_TOLD_OF_PERSON, MAYBE),
    }  # fmt: skip
    income = {"month": DAYS.map(lambda day: day.replace(day=1)), "kind": st.sampled_from(list(IncomeKind)),
              "amount_fen": AMOUNTS}  # fmt: skip
    spending = {"cause": st.sampled_from(list(SpendingCause)), "event_date": DAYS, "self_paid_fen": AMOUNTS,
                "gross_fen": AMOUNTS, "reimbursed_fen": AMOUNTS, "detail": texts}  # fmt: skip
    status = {"kind": st.sampled_from(KINDS), "from_date": DAYS, "until_date": MAYBE_DAYS}
    named = {"name": st.sampled_from(["栏目", 'a"b']), "value": st.one_of(st.just("值"), texts)}
    found = {"person": ("person_key", 20, person), "income": ("", 24, income), "spending": ("event_key", 24, spending),
             "status": ("status_key", 12, status), "named": ("", 8, named)}  # fmt: skip
    return {table: (name, most, {"household_key": key, **columns}) for table, (name, most, columns) in found.items()}


@st.composite
def populations(draw: st.DrawFn, households: int = 8) -> tuple[Rows, list[dict[str, Any]]]:
    """Households with every table of a snapshot filled, unknown everywhere it may be; and evidence handled before."""
    key = st.integers(1, households)
    rows: Rows = {"household": [draw(_household(number)) for number in range(1, households + 1)]}
    for table, (name, most, columns) in _rows(key).items():
        drawn = draw(st.lists(st.fixed_dictionaries(columns), max_size=most))
        rows[table] = [{**row, name: number} for number, row in enumerate(drawn, 1)] if name else drawn
    events = {"household_key": key, "table": st.sampled_from(["spending", "status"]), "key": st.integers(1, 24)}
    months = {"household_key": key, "table": st.just("income"), "key": st.sampled_from([201912, 202001, 202005])}
    handled = st.lists(st.one_of(st.fixed_dictionaries(events), st.fixed_dictionaries(months)), max_size=6)
    return rows, draw(handled)
