"""OpenFisca-core: entities, monthly inputs and formulas over whole vectors, as its country packages are written.

Inputs are prepared with NumPy (one sum a household and month); what is added up over months, compared and judged is
formulas. Its integers have 32 bits: a sum in fen that does not fit would be refused by the assertion, not cut.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from openfisca_core.entities import build_entity
from openfisca_core.periods import MONTH
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from bench.screening.task import ANSWER, CAUSES, TRIGGERS, Task

Array = npt.NDArray[np.generic]
PERSON = build_entity(key="person", plural="persons", label="person", is_person=True)
HOUSEHOLD = build_entity(key="household", plural="households", label="household", roles=[{"key": "member"}])
LISTED = {"illness": "listed", "study": "covered", "disaster": "disaster", "accident": "accident"}
MONTHLY = ("net_income", "transfer_income", "income_rows", "income_unknown")
STATED = (
    *(f"{name}{end}" for name in (*CAUSES, "listed", "covered") for end in ("", "_unknown")),
    *(f"{cause}_start" for cause in CAUSES),
)
FLAGS = ("is_exited", "is_never_poor", "is_exit_unstable", "is_low_income", "house_damaged", "has_casualty")


def _variable(name: str, entity: object, kind: type, formula: object = None) -> type[Variable]:
    content = {"value_type": kind, "entity": entity, "definition_period": MONTH, "label": name}
    return type(name, (Variable,), {**content, **({"formula": formula} if formula else {})})


def _system(task: Task) -> TaxBenefitSystem:
    """This function declares inputs and formulas; the period of a rule is the month of the day."""
    months = _months(task.income)
    recent = _months(task.recent)
    line, multiple, share = task.line_fen, task.multiple, task.share

    def total(name: str, count: int) -> object:
        def formula(households, period):  # type: ignore[no-untyped-def]
            return sum(households(name, period.offset(-back, "month")) for back in range(1, count + 1))

        return formula

    def members(households, period):  # type: ignore[no-untyped-def]
        return households.nb_persons()

    def able(households, period):  # type: ignore[no-untyped-def]
        return households.sum(households.members("is_able", period))

    def is_income_known(households, period):  # type: ignore[no-untyped-def]
        return (households("year_rows", period) > 0) & (households("year_unknown", period) == 0)

    def is_recent_known(households, period):  # type: ignore[no-untyped-def]
        return (households("recent_rows", period) > 0) & (households("recent_unknown", period) == 0)

    def is_monitored(households, period):  # type: ignore[no-untyped-def]
        net, heads = households("year_net", period).astype(np.int64), households("members", period)
        limit = np.int64(line) * heads
        within = (net > limit) & (net * multiple.denominator <= limit * multiple.numerator)
        return households("is_income_known", period) & (heads > 0) & within

    def is_unstable(households, period):  # type: ignore[no-untyped-def]
        return households("is_exited", period) & households("is_exit_unstable", period)

    def is_marginal(households, period):  # type: ignore[no-untyped-def]
        return households("is_never_poor", period) & households("is_low_income", period)

    def is_watched(households, period):  # type: ignore[no-untyped-def]
        kinds = ("is_monitored", "is_unstable", "is_marginal")
        return np.logical_or.reduce([households(kind, period) for kind in kinds])

    def may_be_watched(households, period):  # type: ignore[no-untyped-def]
        unknown = ~households("is_income_known", period) | (households("members", period) == 0)
        return households("is_watched", period) | unknown

    def bill(cause: str) -> object:
        def formula(households, period):  # type: ignore[no-untyped-def]
            start, name = households(f"{cause}_start", period), LISTED[cause]
            unclear = households(f"{name}_unknown", period) > 0
            if name != cause:
                unclear &= (households(cause, period) >= start) | (households(f"{cause}_unknown", period) > 0)
            return households("may_be_watched", period) & ((households(name, period) >= start) | unclear)

        return formula

    def undecided(cause: str) -> object:
        def formula(households, period):  # type: ignore[no-untyped-def]
            enough = households(LISTED[cause], period) >= households(f"{cause}_start", period)
            return ~(households("is_watched", period) & enough)

        return formula

    def damaged(households, period):  # type: ignore[no-untyped-def]
        return households("is_watched", period) & households("house_damaged", period)

    def casualty(households, period):  # type: ignore[no-untyped-def]
        return households("is_watched", period) & households("has_casualty", period)

    def income_loss(households, period):  # type: ignore[no-untyped-def]
        net = households("recent_net", period).astype(np.int64)
        earned = net - households("recent_transfer", period)
        below = net * share.denominator < np.int64(share.numerator * line) * households("members", period)
        known = households("is_recent_known", period) & (households("able", period) > 0)
        return households("is_watched", period) & known & (earned <= 0) & below

    formulas: dict[str, tuple[type, object]] = {
        "year_net": (int, total("net_income", months)),
        "year_rows": (int, total("income_rows", months)),
        "year_unknown": (int, total("income_unknown", months)),
        "recent_net": (int, total("net_income", recent)),
        "recent_transfer": (int, total("transfer_income", recent)),
        "recent_rows": (int, total("income_rows", recent)),
        "recent_unknown": (int, total("income_unknown", recent)),
        "members": (int, members),
        "able": (int, able),
        **{
            formula.__name__: (bool, formula)
            for formula in (is_income_known, is_recent_known, is_monitored, is_unstable, is_marginal, is_watched,
                            may_be_watched)
        },
        **{f"warns_{cause}": (bool, bill(cause)) for cause in CAUSES},
        **{f"undecided_{cause}": (bool, undecided(cause)) for cause in CAUSES},
        "warns_house_damaged": (bool, damaged),
        "warns_casualty": (bool, casualty),
        "warns_income_loss": (bool, income_loss),
    }  # fmt: skip
    system = TaxBenefitSystem([PERSON, HOUSEHOLD])
    system.add_variable(_variable("is_able", PERSON, bool))
    for name in (*MONTHLY, *STATED):
        system.add_variable(_variable(name, HOUSEHOLD, int))
    for name in FLAGS:
        system.add_variable(_variable(name, HOUSEHOLD, bool))
    for name, (kind, formula) in formulas.items():
        system.add_variable(_variable(name, HOUSEHOLD, kind, formula))
    return system


def _months(span: tuple[date, date]) -> int:
    return (span[1].year - span[0].year) * 12 + span[1].month - span[0].month


def _read(task: Task, table: str, columns: list[str], where: ds.Expression | None = None) -> pa.Table:
    return ds.dataset(task.file(table)).to_table(columns=columns, filter=where)


def _between(column: str, span: tuple[date, date]) -> ds.Expression:
    return (ds.field(column) >= pa.scalar(span[0])) & (ds.field(column) < pa.scalar(span[1]))


def _flag(values: pa.ChunkedArray) -> Array:
    return pc.fill_null(values, False).to_numpy()


class _Inputs:
    """The tables as vectors, one place a household."""

    def __init__(self, task: Task, simulation: Simulation, keys: Array, period: str) -> None:
        self.task, self.simulation, self.keys, self.period = task, simulation, keys, period

    def places(self, rows: pa.Table) -> Array:
        return np.searchsorted(self.keys, rows["household_key"].to_numpy())

    def put(self, name: str, values: Array, *, period: str = "") -> None:
        if values.dtype == np.float64:
            assert np.abs(values).max(initial=0) < 2**31
            values = values.astype(np.int32)
        self.simulation.set_input(name, period or self.period, values)

    def count(self, places: Array, weights: Array | None = None) -> Array:
        return np.bincount(places, weights=weights, minlength=len(self.keys)).astype(np.float64, copy=False)

    def households(self, rows: pa.Table) -> None:
        self.put("is_exited", _flag(pc.equal(rows["poverty_status"], "EXITED")))
        self.put("is_never_poor", _flag(pc.equal(rows["poverty_status"], "NEVER")))
        self.put("is_exit_unstable", _flag(rows["is_exit_unstable"]))
        self.put("is_low_income", _flag(rows["is_low_income"]))
        county = rows["village_code"].to_numpy() // 10**6
        for cause in CAUSES:
            start = self.task.starts[cause]
            chosen = np.full(len(county), start.general, dtype=np.int32)
            for code, fen in start.counties:
                chosen[county == code] = fen
            self.put(f"{cause}_start", chosen)

    def incomes(self) -> None:
        rows = _read(
            self.task, "income", ["household_key", "month", "kind", "amount_fen"], _between("month", self.task.income)
        )
        first, count = self.task.income[0], _months(self.task.income)
        months = rows["month"].to_numpy().astype("datetime64[M]").astype(np.int64) + 1970 * 12
        months -= first.year * 12 + first.month - 1
        cells = self.places(rows) * count + months
        amounts = pc.fill_null(rows["amount_fen"], 0).to_numpy().astype(np.float64)
        is_transfer = _flag(pc.equal(rows["kind"], "TRANSFER"))
        amounts[_flag(pc.equal(rows["kind"], "COST"))] *= -1
        amounts[_flag(pc.equal(rows["kind"], "CLAIMS"))] = 0
        unknown = _flag(pc.is_null(rows["amount_fen"]))
        vectors = {
            "net_income": amounts, "transfer_income": amounts * is_transfer, "income_rows": None,
            "income_unknown": unknown,
        }  # fmt: skip
        for name, weights in vectors.items():
            table = np.bincount(cells, weights=weights, minlength=len(self.keys) * count).reshape(-1, count)
            for month in range(count):
                at = first.month - 1 + month
                self.put(name, table[:, month].astype(np.float64), period=f"{first.year + at // 12}-{at % 12 + 1:02d}")

    def bills(self) -> None:
        columns = ["household_key", "cause", "detail", "gross_fen", "reimbursed_fen", "self_paid_fen"]
        rows = _read(self.task, "spending", columns, _between("event_date", self.task.spending))
        places = self.places(rows)
        paid = pc.coalesce(rows["self_paid_fen"], pc.subtract(rows["gross_fen"], rows["reimbursed_fen"]))
        unknown, amounts = _flag(pc.is_null(paid)), pc.fill_null(paid, 0).to_numpy().astype(np.float64)
        no_detail = _flag(pc.is_null(rows["detail"]))
        lists = {"illness": self.task.diseases, "study": self.task.schools}
        for cause in CAUSES:
            of = _flag(pc.equal(rows["cause"], cause.upper()))
            self.put(cause, self.count(places, amounts * of))
            self.put(f"{cause}_unknown", self.count(places, unknown & of))
            if cause in lists:
                listed = of & _flag(pc.is_in(rows["detail"], value_set=pa.array(lists[cause])))
                self.put(LISTED[cause], self.count(places, amounts * listed))
                self.put(f"{LISTED[cause]}_unknown", self.count(places, of & (no_detail | (listed & unknown))))

    def statuses(self) -> None:
        begun = _between("from_date", self.task.spending) & (ds.field("from_date") <= pa.scalar(self.task.on))
        rows = _read(self.task, "status", ["household_key", "kind"], begun)
        places = self.places(rows)
        self.put("house_damaged", self.count(places, _flag(pc.equal(rows["kind"], "HOUSE_DAMAGED"))) > 0)
        hurt = _flag(pc.is_in(rows["kind"], value_set=pa.array(["INJURY", "DEATH"])))
        self.put("has_casualty", self.count(places, hurt) > 0)


def _simulation(task: Task, period: str) -> tuple[Simulation, Array]:
    columns = ["household_key", "village_code", "poverty_status", "is_exit_unstable", "is_low_income"]
    households = _read(task, "household", columns).sort_by("household_key")
    keys = households["household_key"].to_numpy()
    persons = _read(task, "person", ["household_key", "labour"])
    system, builder = _system(task), SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("person", np.arange(persons.num_rows))
    groups = builder.declare_entity("household", keys)
    groups.members_entity_id = np.searchsorted(keys, persons["household_key"].to_numpy())
    simulation = builder.build(system)
    inputs = _Inputs(task, simulation, keys, period)
    able = pc.is_in(persons["labour"], value_set=pa.array(["ORDINARY", "SKILLED", "WEAK"]))
    inputs.put("is_able", _flag(able))
    inputs.households(households)
    inputs.incomes()
    inputs.bills()
    inputs.statuses()
    return simulation, keys


def answer(task: Task) -> pa.Table:
    """This function screens with OpenFisca."""
    period = f"{task.on:%Y-%m}"
    simulation, keys = _simulation(task, period)

    def value(name: str) -> Array:
        return simulation.calculate(name, period)

    type_key = np.select(
        [value("is_monitored"), value("is_unstable"), value("is_marginal")],
        ["MONITORED", "EXIT_UNSTABLE", "MARGINAL"], "",
    )  # fmt: skip
    causes = (*(cause.upper() for cause in CAUSES), "DISASTER", "ACCIDENT", "EMPLOYMENT")
    found: dict[str, list[Array]] = {name: [] for name in (*ANSWER.names, "place")}
    for place, (trigger, cause) in enumerate(zip(TRIGGERS, causes, strict=True)):
        at = np.flatnonzero(value(f"warns_{trigger}"))
        measured, threshold = np.ones(len(at), np.int64), np.ones(len(at), np.int64)
        undecided = np.zeros(len(at), bool)
        if trigger in CAUSES:
            measured, threshold = value(LISTED[trigger])[at], value(f"{trigger}_start")[at]
            undecided = value(f"undecided_{trigger}")[at]
        elif trigger == "income_loss":
            measured = value("recent_net")[at].astype(np.int64) // value("members")[at]
            threshold = threshold * (task.line_fen * task.share.numerator // task.share.denominator)
        columns = (keys[at], type_key[at], np.full(len(at), trigger), np.full(len(at), cause), measured, threshold,
                   undecided, np.full(len(at), place))  # fmt: skip
        for name, column in zip(found, columns, strict=True):
            found[name].append(column)
    return _firsts({name: np.concatenate(parts) for name, parts in found.items()})


def _firsts(hits: dict[str, Array]) -> pa.Table:
    """This function keeps of every household and cause the trigger that names the warning."""
    order = np.lexsort((hits["place"], hits["is_undecided"], hits["cause"], hits["household_key"]))
    keys, causes = hits["household_key"][order], hits["cause"][order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (keys[1:] != keys[:-1]) | (causes[1:] != causes[:-1])
    chosen = order[is_first]
    columns = {name: pa.array(hits[name][chosen]) for name in ANSWER.names}
    columns["type_key"] = pc.if_else(pc.equal(columns["type_key"], ""), None, columns["type_key"])
    return pa.table(columns).cast(ANSWER)
