"""Rows of the national system read into values, each fault with its row, column and one Chinese sentence.

A fault in what identifies a person or counts as money refuses the row; a word that is in no code list leaves the fact
unknown, keeps the cell as a named fact and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from shouwang.kit.codes import (
    Code,
    Education,
    Health,
    Labour,
    PovertyStatus,
    Relationship,
    Risk,
    Sex,
    StudentStatus,
    WatchType,
    YesNo,
    nationality_parse,
)
from shouwang.kit.dates import day_parse, month_parse
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.kit.resident_id import ResidentIdMissing, is_id_number, resident_id_parse
from shouwang.kit.tables import cell_text
from shouwang.kit.texts import has_personal_number, numbers_hidden, squeezed
from shouwang.register.rules import scrubbed
from shouwang.register.services.importing.layout import Layout
from shouwang.register.services.importing.parsed import (
    BirthInFuture,
    EndsBeforeStart,
    HouseholdFacts,
    NobodyNamed,
    NumberIsId,
    NumberLostDigits,
    ParsedPerson,
    Problem,
    WorkStint,
)
from shouwang.register.services.importing.reading import NamedColumn, RawRow, named_cells

INCOMES = {
    "income_wage": "WAGE", "income_business": "BUSINESS", "income_property": "PROPERTY", "income_transfer": "TRANSFER",
    "income_cost": "COST", "income_claims": "CLAIMS",
}  # fmt: skip
RISKS = ("risk1", "risk2", "risk3", "risk4", "risk5")


class RowParser:
    """Reads rows as of a day and gathers their problems."""

    def __init__(self, layout: Layout, *, on: date) -> None:
        self.layout = layout
        self.on = on
        self.problems: list[Problem] = []
        self._known: dict[tuple[type[Code], str], Any] = {}

    # ---- one cell ----

    def _column(self, row: RawRow, name: str) -> str:
        column = row.sheet.column(name)
        return row.sheet.heading.columns.get(column, "") if column is not None else self.layout.label(name)

    def refuse(self, row: RawRow, name: str, refusal: Refusal | str) -> None:
        """This function refuses a row for a fault in a column."""
        message = numbers_hidden(refusal if isinstance(refusal, str) else refusal.message)
        self.problems.append(Problem(row, self._column(row, name) if name else "", message))

    def notice(self, row: RawRow, name: str, message: str) -> None:
        """This function notes something about a row that goes in."""
        self.problems.append(
            Problem(row, self._column(row, name) if name else "", numbers_hidden(message), is_notice=True)
        )

    def _soft(self, row: RawRow, name: str, read: Callable[[str], Any], named: dict[str, str]) -> Any:
        """This function reads a cell that may be unknown: a bad one is noted and kept as a named fact."""
        text = row.text(name)
        if not text:
            return None
        try:
            return read(text)
        except Refusal as refusal:
            self.notice(row, name, f"{refusal.message}这一项先按“未登记”导入，原文保留。")
            named[self._column(row, name)] = scrubbed(text)
            return None

    def _code(self, row: RawRow, name: str, code: type[Code], named: dict[str, str]) -> Any:
        text = row.text(name)
        if not text:
            return None
        known = self._known.get((code, text))
        if known is None:
            found = self._soft(row, name, code.parse, named)
            if found is None:
                return None
            known = self._known[(code, text)] = found.value
        return known

    def _yes(self, row: RawRow, name: str, named: dict[str, str]) -> bool | None:
        found = self._code(row, name, YesNo, named)
        return None if found is None else found == YesNo.YES.value

    # ---- a person ----

    def person(self, row: RawRow, *, relationship: str | None = None) -> ParsedPerson | None:
        """This function reads a row of a person; None when it is refused."""
        before = len(self.problems)
        parsed = ParsedPerson(row, relationship or "", name=squeezed(row.text("name"))[:60])
        parsed.number = self._number(row, "person_number")
        self._identity(row, parsed)
        if relationship is None:
            try:
                parsed.relationship = Relationship.parse(row.text("relationship")).value
            except Refusal as refusal:
                self.refuse(row, "relationship", refusal)
        self._numbers(row, parsed)
        self._person_facts(row, parsed)
        for name in INCOMES:
            self._amount(row, name)
        self._amount(row, "verified_income", may_be_negative=True)
        self._named(row, parsed)
        is_refused = any(not problem.is_notice for problem in self.problems[before:])
        return None if is_refused else parsed

    def _number(self, row: RawRow, name: str) -> str:
        cell = row.cell(name)
        if isinstance(cell, float) and abs(cell) >= 1e15:
            self.refuse(row, name, NumberLostDigits())
            return ""
        text = squeezed(cell_text(cell))[:40]
        if is_id_number(text):
            self.refuse(row, name, NumberIsId())
            return ""
        return text

    def _identity(self, row: RawRow, parsed: ParsedPerson) -> None:
        birth: date | None = None
        if row.cell("birth_date") is not None:
            try:
                birth = day_parse(row.cell("birth_date"))
                if birth > self.on:
                    raise BirthInFuture
            except Refusal as refusal:
                self.refuse(row, "birth_date", refusal)
        try:
            parsed.identity = resident_id_parse(row.cell("resident_id"), on=self.on)
        except ResidentIdMissing:
            if not (parsed.number or parsed.name):
                self.refuse(row, "resident_id", NobodyNamed())
            else:
                self.notice(row, "resident_id", "没有证件号码，以后核对到本人时请补登。")
        except Refusal as refusal:
            self.refuse(row, "resident_id", refusal)
        sex = self._code(row, "sex", Sex, parsed.named)
        parsed.sex, parsed.birth_date = sex or "", birth
        if parsed.identity is not None:
            if birth is not None and birth != parsed.identity.birth_date:
                self.notice(row, "birth_date", "出生日期和身份证号不一致，按身份证号登记，请核对。")
            if sex is not None and sex != parsed.identity.sex:
                self.notice(row, "sex", "性别和身份证号不一致，按身份证号登记，请核对。")
            parsed.sex, parsed.birth_date = parsed.identity.sex, parsed.identity.birth_date
        parsed.nationality = self._soft(row, "nationality", nationality_parse, parsed.named) or ""

    def _numbers(self, row: RawRow, parsed: ParsedPerson) -> None:
        if parsed.identity is not None:
            parsed.numbers.append(("RESIDENT_ID", "", parsed.identity.number))
        phone = squeezed(row.text("person_phone"))
        if phone:
            parsed.numbers.append(("PHONE", "", phone))

    def _person_facts(self, row: RawRow, parsed: ParsedPerson) -> None:
        named, facts = parsed.named, parsed.facts
        facts["labour"] = self._code(row, "labour", Labour, named)
        facts["student_status"] = self._code(row, "student_status", StudentStatus, named)
        education = self._code(row, "education", Education, named)
        if education is not None and facts["student_status"] is not None:
            named[self._column(row, "education")] = row.text("education")
        else:
            facts["education"] = education
        health = self._soft(row, "health", Health.parse_several, named)
        if health:
            facts |= {
                "is_chronic": Health.CHRONIC in health,
                "is_seriously_ill": Health.SERIOUS in health,
                "is_disabled": Health.DISABLED in health,
            }
        if parsed.identity is not None and parsed.identity.disability_category is not None:
            facts |= {
                "is_disabled": True,
                "disability_category": parsed.identity.disability_category,
                "disability_level": parsed.identity.disability_level,
            }
        insured = [self._yes(row, name, named) for name in ("insured_resident", "insured_employee")]
        if any(value is not None for value in insured):
            facts["is_medically_insured"] = any(insured)
        if row.text("out_of_school"):
            facts["has_dropped_out"] = True
            named[self._column(row, "out_of_school")] = row.text("out_of_school")
        elif self._yes(row, "dropout_in_household", named) is False:
            facts["has_dropped_out"] = False
        self._work(row, facts, named)
        for name in [name for name, value in facts.items() if value is None]:
            del facts[name]

    def _work(self, row: RawRow, facts: dict[str, Any], named: dict[str, str]) -> None:
        place, months = row.text("work_place"), self._soft(row, "work_months", months_read, named)
        if place and months is not None:
            facts |= {"work_place": place[:120], "work_months": months}
        elif place:
            named[self._column(row, "work_place")] = place
        elif months:
            named[self._column(row, "work_months")] = row.text("work_months")

    def _named(self, row: RawRow, parsed: ParsedPerson) -> None:
        for column, cell in named_cells(row):
            if not column.is_of_household:
                keep(column, cell_text(cell), parsed.named, parsed.numbers)

    # ---- the household ----

    def household(self, row: RawRow) -> HouseholdFacts:
        """This function reads what a row says of its household; its money was checked with the person's row."""
        found = HouseholdFacts(address=row.text("address")[:200])
        facts, named = found.facts, found.named
        facts["poverty_status"] = self._code(row, "poverty_status", PovertyStatus, named)
        facts["is_exit_unstable"] = self._yes(row, "exit_unstable", named)
        facts["is_low_income"] = self._yes(row, "low_income", named)
        facts["verified_income_fen"] = self._amount(row, "verified_income", quietly=True, may_be_negative=True)
        facts["watch_type"] = self._code(row, "watch_type", WatchType, named)
        facts["identified_date"] = self._soft(row, "identified_date", self._past_day, named)
        is_removed = self._yes(row, "is_removed", named)
        removed = self._soft(row, "removed_date", self._past_day, named)
        facts["removed_date"] = removed if is_removed is not False else None
        if row.text("removal"):
            facts["removal"] = row.text("removal")[:20]
        facts["risks"] = self._risks(row, named) or None
        facts["is_without_labour"] = self._yes(row, "without_labour", named)
        unsafe = self._yes(row, "housing_unsafe", named)
        facts["housing_safe"] = None if unsafe is None else not unsafe
        facts["water_safe"] = self._yes(row, "water_safe", named)
        found.facts = {name: value for name, value in facts.items() if value is not None}
        begun, over = found.facts.get("identified_date"), found.facts.get("removed_date")
        if begun is not None and over is not None and over < begun:
            self.notice(row, "removed_date", "风险消除时间早于识别时间，两个时间都先不登记，请核对。")
            del found.facts["removed_date"], found.facts["identified_date"]
        for name, kind in INCOMES.items():
            amount = self._amount(row, name, quietly=True)
            if amount is not None:
                found.incomes[kind] = amount
        self._statuses(row, found)
        phone = squeezed(row.text("household_phone"))
        if phone:
            found.numbers.append(("PHONE", "", phone))
        for column, cell in named_cells(row):
            if column.is_of_household:
                keep(column, cell_text(cell), found.named, found.numbers)
        return found

    def _past_day(self, text: str) -> date:
        day = day_parse(text)
        if day > self.on:
            raise BirthInFuture("日期还没有到，请核对。")
        return day

    def _risks(self, row: RawRow, named: dict[str, str]) -> list[str]:
        risks = [self._code(row, name, Risk, named) for name in RISKS]
        return list(dict.fromkeys(risk for risk in risks if risk is not None))

    def _statuses(self, row: RawRow, found: HouseholdFacts) -> None:
        dibao = self._yes(row, "dibao", found.named)
        if dibao is not None:
            found.statuses["DIBAO"] = "" if dibao else None
        text = squeezed(row.text("tekun"))
        if text:
            is_central = "集中" in text
            has = "供养" in text or YesNo.parse_or_none(text) == YesNo.YES
            found.statuses["TEKUN_CENTRAL"] = "" if has and is_central else None
            found.statuses["TEKUN_DISPERSED"] = "" if has and not is_central else None

    def _amount(self, row: RawRow, name: str, *, quietly: bool = False, may_be_negative: bool = False) -> int | None:
        cell = row.cell(name)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        try:
            return fen_parse(cell, allow_negative=may_be_negative)
        except Refusal as refusal:
            if not quietly:
                self.refuse(row, name, refusal)
            return None

    # ---- work ----

    def work(self, row: RawRow) -> WorkStint | None:
        """This function reads a row of a worker; None when it is refused."""
        before = len(self.problems)
        identity = None
        number = self._number(row, "person_number")
        try:
            identity = resident_id_parse(row.cell("resident_id"), on=self.on)
        except ResidentIdMissing:
            if not number:
                self.refuse(row, "resident_id", NobodyNamed())
        except Refusal as refusal:
            self.refuse(row, "resident_id", refusal)
        named: dict[str, str] = {}
        numbers: list[tuple[str, str, str]] = []
        began = self._soft(row, "work_from", _month_start, named)
        ended = self._soft(row, "work_until", _month_start, named)
        if began is not None and ended is not None and ended < began:
            self.refuse(row, "work_until", EndsBeforeStart())
        amount = self._amount(row, "work_month_income")
        place = row.text("work_county") or row.text("work_place") or row.text("work_employer")
        for name in ("work_channel", "work_employer"):
            if row.text(name):
                named[self._column(row, name)] = row.text(name)
        for column, cell in named_cells(row):
            keep(column, cell_text(cell), named, numbers)
        if any(not problem.is_notice for problem in self.problems[before:]):
            return None
        return WorkStint(row, identity, number, place[:120], began, ended, amount, named)


def _month_start(text: str) -> date:
    return month_parse(text)


def months_read(text: str) -> int:
    """This function reads a number of months of a year: 0 to 12."""
    digits = squeezed(text).removesuffix("个月").removesuffix("月")
    try:
        months = float(digits)
    except ValueError:
        raise Refusal("务工时间应是 0 到 12 的整数。") from None
    if not months.is_integer() or not 0 <= months <= 12:
        raise Refusal("务工时间应是 0 到 12 的整数。")
    return int(months)


def keep(column: NamedColumn, text: str, named: dict[str, str], numbers: list[tuple[str, str, str]]) -> None:
    """This function keeps a column: as a named fact, or sealed when it names somebody (by its heading or its text)."""
    if not text:
        return
    if column.is_private or has_personal_number(text):
        numbers.append(("OTHER", column.heading[:60], text))
    else:
        named[column.heading] = text
