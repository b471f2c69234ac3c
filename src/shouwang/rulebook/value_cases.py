"""Cases that need no household: what is in force on a day, when a sweep is due, what a ladder pays, a day of care."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shouwang.kit.money import yuan_plain, yuan_text
from shouwang.rulebook.care import care_of
from shouwang.rulebook.care_settlements import PricedDay, care_settle
from shouwang.rulebook.conditions.render import number_text
from shouwang.rulebook.insurance import OffsetKind, claim_terms
from shouwang.rulebook.lines import Measure, Quantity
from shouwang.rulebook.policy import Line, Policy, plain
from shouwang.rulebook.settlements import claim_settle
from shouwang.rulebook.values import Key, Model, Provision, Text

_ABSENT = "（无）"


class ValueCase(Model):
    """What is in force on a day: keys of a topic that `holds` and those it `lacks`; values by `topic.key[.path]`."""

    name: Text
    on: date
    holds: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    lacks: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    values: dict[str, Any] = Field(default_factory=dict)


class SweepCase(Model):
    """A sweep, the rounds made, and how many are still due on the day in the period that holds it."""

    name: Text
    on: date
    sweep: Key
    rounds: tuple[date, ...] = ()
    missing: int


_Yuan = Annotated[str, BeforeValidator(str)]


class ClaimCase(Model):
    """A loss and what the ladders pay for it; `ladder` null: none covers it. `pool` and `due` are checked where said.

    `others` is what others paid by kind, `year` what the household had this year, `advance` what it had for this event.
    """

    name: Text
    on: date
    cause: Text
    type_: Annotated[str | None, Field(alias="type")] = None
    loss: _Yuan
    others: dict[OffsetKind, _Yuan] = Field(default_factory=dict)
    year: _Yuan = "0.00"
    advance: _Yuan = "0.00"
    ladder: Key | None
    pool: Key | None = None
    paid: _Yuan = "0.00"
    due: _Yuan | None = None


class CareCase(Model):
    """Some days of care from a day on, alike, and what is paid for them; `paid` null: the policy pays no such day.

    `bill_due` and `valid_until` are checked where said: the last day for the bill of the day's month, and the day from
    which an assessment made on the day holds no more.
    """

    name: Text
    on: date
    group: Key
    mode: Key
    level: Key
    charge: _Yuan
    days: Annotated[int, Field(ge=1, le=31)] = 1
    paid: _Yuan | None
    bill_due: date | None = None
    valid_until: date | None = None


class AreaCase(Model):
    """An area of a level with its facts, and the area rules that hold for it or cannot be told."""

    name: Text
    on: date
    level: Literal["village", "township", "county"]
    facts: dict[Key, int | bool | None]
    holds: tuple[Key, ...] = ()
    unknown: tuple[Key, ...] = ()


def quantity_plain(value: Quantity) -> Any:
    """This function returns a quantity as a case writes it: yuan with two digits, or an exact number as text."""

    def text(number: Any) -> str:
        return yuan_plain(int(number)) if value.measure is not Measure.NUMBER else number_text(number)

    if not value.areas:
        return text(value.value)
    return {"else": text(value.value), **{str(lo): text(number) for lo, _, number in value.areas}}


def value_at(policy: Policy, path: str) -> Any:
    """This function returns what stands at `topic.key[.path]` on the policy's day, in the shape a case writes it.

    The path `@pack` gives the pack whose value is in force.
    """
    topic, key, *rest = path.split(".")
    found = policy.topics[topic].get(key) if topic in policy.topics else None
    stated = found.at(0) if isinstance(found, Line) else found
    if not isinstance(stated, Provision):
        return _ABSENT
    if rest == ["@pack"]:
        return stated.pack
    value = stated.value
    body = quantity_plain(value) if isinstance(value, Quantity) else plain(value)
    for part in rest:
        if isinstance(body, list):
            body = body[int(part)] if part.isdigit() and int(part) < len(body) else _ABSENT
        else:
            body = body.get(part, _ABSENT) if isinstance(body, dict) else _ABSENT
    return body


def _in_force(policy: Policy, topic: str) -> set[str]:
    found = policy.topics[topic]
    return {key for key, stated in found.items() if not isinstance(stated, Line) or stated.at(0) is not None}


def value_misses(policy: Policy, case: ValueCase) -> Iterator[str]:
    """This function yields what is in force otherwise than the case says."""
    for topic, keys in case.holds.items():
        for key in sorted(set(keys) - _in_force(policy, topic)):
            yield f"{topic}.{key}：应当有效，当日没有"
    for topic, keys in case.lacks.items():
        for key in sorted(set(keys) & _in_force(policy, topic)):
            yield f"{topic}.{key}：当日不应有效"
    for path, wanted in case.values.items():
        got_value = value_at(policy, path)
        if plain(wanted) != got_value:
            yield f"{path}：应为 {wanted}，得到 {got_value}"


def sweep_misses(policy: Policy, case: SweepCase) -> Iterator[str]:
    """This function yields how the rounds due differ from the case."""
    stated = policy.topic("sweeps").get(case.sweep)
    if stated is None:
        yield f"当日没有“{case.sweep}”这项排查"
        return
    missing = stated.value.missing(case.rounds, on=case.on)
    if missing != case.missing:
        yield f"missing：应为 {case.missing}，得到 {missing}"


def claim_misses(policy: Policy, case: ClaimCase) -> Iterator[str]:
    """This function yields how the payment differs from the case; the first ladder that covers the claim pays."""
    from shouwang.rulebook.cases import fen

    def money(text: str) -> int:
        return fen(text) or 0

    terms = claim_terms(policy, cause=case.cause, type_key=case.type_)
    key = terms.ladder.key if terms.ladder else None
    if key != case.ladder:
        yield f"ladder：应为 {case.ladder}，得到 {key}"
    pool = terms.pool.key if terms.pool else None
    if case.pool is not None and pool != case.pool:
        yield f"pool：应为 {case.pool}，得到 {pool}"
    if terms.ladder is None:
        if money(case.paid):
            yield f"paid：应为 {case.paid}，没有阶梯可赔"
        return
    others: dict[str, int] = {kind: money(text) for kind, text in case.others.items()}
    found = claim_settle(
        terms.ladder.value, loss_fen=money(case.loss), offsets=others, paid_year_fen=money(case.year),
        advance_fen=money(case.advance),
    )  # fmt: skip
    for name, wanted, got in (("paid", case.paid, found.paid_fen), ("due", case.due, found.due_fen)):
        if wanted is not None and got != money(wanted):
            yield f"{name}：应为 {wanted}，得到 {yuan_text(got)}"


def care_misses(policy: Policy, case: CareCase) -> Iterator[str]:
    """This function yields how the payment of some days of care, or a date, differs from the case."""
    from shouwang.rulebook.cases import fen

    care = care_of(policy)
    found = care.cell(group=case.group, mode=case.mode, level=case.level) if care is not None else None
    if care is None or found is None:
        if case.paid is not None:
            yield f"paid：应为 {case.paid}，当日没有这样的支付标准"
        return
    scheme, cell = care.scheme.value, found[1]
    names = (scheme.name_of("modes", case.mode), scheme.name_of("levels", case.level))
    days = [
        PricedDay(case.on + timedelta(days=n), *names, fen(case.charge) or 0, cell.ratio, cell.cap)
        for n in range(case.days)
    ]
    paid = care_settle(days, cap_on=scheme.cap_on, rounds=scheme.rounds).paid_fen
    if case.paid is None or paid != fen(case.paid):
        yield f"paid：应为 {case.paid}，得到 {yuan_text(paid)}"
    if case.bill_due is not None and scheme.bill_due(case.on.replace(day=1)) != case.bill_due:
        yield f"bill_due：应为 {case.bill_due}，得到 {scheme.bill_due(case.on.replace(day=1))}"
    if case.valid_until is not None and scheme.valid_until(case.on) != case.valid_until:
        yield f"valid_until：应为 {case.valid_until}，得到 {scheme.valid_until(case.on)}"
