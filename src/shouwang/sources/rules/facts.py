"""What a row means: spending events, statuses, incomes and named facts, as the kind's description says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shouwang.kit.dates import month_first, months_add
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_plain
from shouwang.kit.resident_id import ResidentId
from shouwang.sources.rules.kinds import DATA_DATE, Amount, FeedKind, IncomeOf, SpendingOf, StatusOf, When, Word
from shouwang.sources.rules.repairs import BrokenId
from shouwang.sources.rules.rows import Row, Value

LONGEST_MONTHS = 24
VALUE_LIMIT = 120


class DayOfEventMissing(Refusal):
    """None of the columns that say when holds a day."""

    sentence = "看不出是哪一天的事：日期各列都没有填写。"


class PartsAboveGross(Refusal):
    """What was reimbursed and what was paid by the person exceed the whole."""

    sentence = "报销与自付之和超过了总费用，请核对这几个金额。"


class NeverEnding(Refusal):
    """A period runs backwards."""

    sentence = "结束日期早于开始日期，请核对。"


@dataclass(frozen=True)
class SpendingFact:
    """A spending event; amounts in fen, None = not known."""

    cause: str
    event_date: date
    gross_fen: int | None
    reimbursed_fen: int | None
    self_paid_fen: int | None
    detail: str
    is_household: bool = False


@dataclass(frozen=True)
class StatusFact:
    """A status from a day to before another; not `is_dated`: the row names no day, the data's own day stands in."""

    kind: str
    value: str | None
    from_date: date
    until_date: date | None
    is_household: bool
    is_dated: bool = True


@dataclass(frozen=True)
class IncomeFact:
    """Income of one month."""

    kind: str
    month: date
    amount_fen: int
    is_household: bool


@dataclass(frozen=True)
class RowFacts:
    """Everything one row says; `named` maps names to texts."""

    spendings: tuple[SpendingFact, ...] = ()
    statuses: tuple[StatusFact, ...] = ()
    incomes: tuple[IncomeFact, ...] = ()
    named: tuple[tuple[str, str], ...] = ()

    @property
    def count(self) -> int:
        """How many facts these are."""
        return len(self.spendings) + len(self.statuses) + len(self.incomes) + bool(self.named)

    def canonical(self) -> str:
        """This function returns the facts as one text, equal for facts that say the same."""
        parts = (
            *(
                (f.cause, f.event_date, f.gross_fen, f.reimbursed_fen, f.self_paid_fen, f.detail)
                for f in self.spendings
            ),
            *((f.kind, f.value, f.from_date if f.is_dated else None, f.until_date) for f in self.statuses),
            *((f.kind, f.month, f.amount_fen) for f in self.incomes),
            *self.named,
        )
        return json.dumps(parts, default=str, ensure_ascii=False)


def _shown(value: Value, *, is_amount: bool) -> str:
    if value is None or isinstance(value, ResidentId | BrokenId):
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if is_amount and isinstance(value, int):
        return yuan_plain(value)
    return str(value)


class _Reader:
    """Reads one row under its kind."""

    def __init__(self, row: Row, kind: FeedKind, data_date: date) -> None:
        self.row, self.kind, self.data_date = row, kind, data_date

    def text(self, name: str) -> str:
        spec = self.kind.fields.get(name)
        return _shown(self.row.get(name), is_amount=spec is not None and spec.reads == "amount")

    def joined(self, names: Sequence[str]) -> str:
        return " ".join(filter(None, map(self.text, names)))[:VALUE_LIMIT]

    def first_text(self, names: Sequence[str]) -> str:
        return next(filter(None, map(self.text, names)), "")[:VALUE_LIMIT]

    def day(self, names: Sequence[str]) -> date | None:
        for name in names:
            value = self.data_date if name == DATA_DATE else self.row.get(name)
            if isinstance(value, date):
                return value
        return None

    def fits(self, when: Sequence[When]) -> bool:
        return all(self._fits(condition) for condition in when)

    def _fits(self, when: When) -> bool:
        value, text = self.row.get(when.field), self.text(when.field)
        if when.is_known is not None and (value is not None) != when.is_known:
            return False
        if when.above_zero is not None and (isinstance(value, int) and value > 0) != when.above_zero:
            return False
        if when.has and not any(word in text.upper() for word in when.has):
            return False
        return not any(text == word or (len(word) > 1 and word in text) for word in when.has_not)

    def word(self, word: Word) -> str:
        text = self.text(word.field) if word.field else ""
        for code, words in word.words.items():
            if text and any(part in text for part in words):
                return code
        return word.default

    def amount(self, amount: Amount | None) -> int | None:
        if amount is None:
            return None
        result = self._amount(amount)
        return self.amount(amount.or_else) if result is None else result

    def _amount(self, amount: Amount) -> int | None:
        if amount.sum:
            parts = [self.row.get(name) for name in amount.sum]
            known = [part for part in parts if isinstance(part, int)]
            return sum(known) if known else None
        base = self.row.get(amount.field)
        if not isinstance(base, int):
            return None
        less = [self.row.get(name) for name in amount.less]
        known = [part for part in less if isinstance(part, int)]
        if amount.less and not known:
            return None
        return base - sum(known)


def _spending(reader: _Reader, spec: SpendingOf) -> SpendingFact:
    day = reader.day(spec.day)
    if day is None:
        raise DayOfEventMissing
    gross, reimbursed = reader.amount(spec.gross), reader.amount(spec.reimbursed)
    own = reader.amount(spec.self_paid)
    if any(part is not None and part < 0 for part in (gross, reimbursed, own)):
        raise PartsAboveGross
    if gross is not None and (reimbursed or 0) + (own or 0) > gross:
        raise PartsAboveGross
    detail = reader.first_text(spec.detail)
    return SpendingFact(reader.word(spec.cause), day, gross, reimbursed, own, detail, spec.is_household)


def _status(reader: _Reader, spec: StatusOf) -> StatusFact:
    since, until = reader.day(spec.since), reader.day(spec.until)
    if since is None:
        raise DayOfEventMissing
    if until is not None and until < since:
        raise NeverEnding
    if until is not None:
        until += timedelta(days=1)
    is_dated = reader.day([name for name in spec.since if name != DATA_DATE]) is not None
    value = reader.joined(spec.value) or None
    return StatusFact(reader.word(spec.status), value, since, until, spec.is_household, is_dated)


def _incomes(reader: _Reader, spec: IncomeOf) -> list[IncomeFact]:
    amount = reader.amount(spec.amount)
    if amount is None:
        return []
    code = reader.word(spec.income)
    single = reader.day(spec.month)
    if single is not None:
        return [IncomeFact(code, month_first(single), amount, spec.is_household)]
    first, last = reader.day(spec.since), reader.day(spec.until) or reader.data_date
    if first is None:
        raise DayOfEventMissing
    if last < first:
        raise NeverEnding
    found: list[IncomeFact] = []
    month, end = month_first(first), month_first(min(last, reader.data_date))
    while month <= end and len(found) < LONGEST_MONTHS:
        found.append(IncomeFact(code, month, amount, spec.is_household))
        month = months_add(month, 1)
    return found


def row_facts(row: Row, *, kind: FeedKind, data_date: date) -> RowFacts:
    """This function returns what a row means; raises a Refusal when it cannot be meant so."""
    reader, facts = _Reader(row, kind, data_date), kind.facts
    named = {
        spec.name: reader.text(spec.field)
        for spec in facts.named
        if reader.row.get(spec.field) is not None and reader.fits(spec.when)
    }
    return RowFacts(
        spendings=tuple(_spending(reader, spec) for spec in facts.spendings if reader.fits(spec.when)),
        statuses=tuple(_status(reader, spec) for spec in facts.statuses if reader.fits(spec.when)),
        incomes=tuple(fact for spec in facts.incomes if reader.fits(spec.when) for fact in _incomes(reader, spec)),
        named=tuple(sorted(named.items())),
    )


def row_identity(row: Row, facts: RowFacts, *, kind: FeedKind, person_id: int) -> str:
    """This function returns what makes two rows of a feed the same event; without any such cell, all that is said."""
    cells: dict[str, Any] = {name: str(row.get(name)) for name in kind.identity if row.get(name) is not None}
    said: Any = cells if cells or not kind.identity else facts.canonical()
    return json.dumps([person_id, said], ensure_ascii=False, sort_keys=True)
