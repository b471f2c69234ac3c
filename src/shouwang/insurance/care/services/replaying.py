"""A settlement computed again from what it kept: every difference by its name, the deepest cause first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from shouwang.engine.replaying import Difference
from shouwang.insurance.care.errors import CareNotSettled
from shouwang.insurance.care.models import CareBill, CareSettlement
from shouwang.insurance.care.selectors import bill_get
from shouwang.insurance.care.services.common import audited
from shouwang.insurance.care.services.settling import reckoned_from, rules_of_month, rules_on
from shouwang.kit.money import yuan_text
from shouwang.people.access import Viewer
from shouwang.rulebook.care import CarePolicy
from shouwang.rulebook.settlements import share_text


@dataclass(frozen=True)
class CareReplay:
    """A settlement beside what comes out of the same days today."""

    bill: CareBill
    settlement: CareSettlement
    paid_fen: int
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """The settlement comes out again as it was."""
        return not self.differences


def settlement_replay(*, viewer: Viewer, bill_id: int, at: datetime) -> CareReplay:
    """This function computes a bill's last settlement again; the look is put on record. Raises CareNotSettled."""
    bill = bill_get(viewer, bill_id)
    kept = bill.settlements.order_by("-number").first()
    if kept is None:
        raise CareNotSettled
    audited(viewer, "care_bill.replay", bill, at)
    reckoned = reckoned_from(kept.inputs["people"], kept.inputs)
    lines = {line.insured_id: line for line in kept.lines.all()}
    differences = [*_rates(kept, bill.month)]
    for pk in sorted({*reckoned, *lines}):
        line, found = lines.get(pk), reckoned.get(pk)
        if line is None or found is None:
            who = line.insured_name if line else str(pk)
            differences.append(Difference("result", who, "有" if line else "没有", "有" if found else "没有"))
            continue
        if line.steps != [asdict(step) for step in found.steps]:
            differences.append(Difference("step", f"{line.insured_name}的计算过程", "与现在不一样", "按当时的数字重算"))
        if line.paid_fen != found.paid_fen:
            differences.append(
                Difference(
                    "result",
                    f"{line.insured_name}应付",
                    f"{yuan_text(line.paid_fen)} 元",
                    f"{yuan_text(found.paid_fen)} 元",
                )
            )
    paid = sum(one.paid_fen for one in reckoned.values())
    if kept.paid_fen != paid:
        differences.append(Difference("result", "合计应付", f"{yuan_text(kept.paid_fen)} 元", f"{yuan_text(paid)} 元"))
    return CareReplay(bill, kept, paid, tuple(dict.fromkeys(differences)))


def _rates(kept: CareSettlement, month: date) -> Iterator[Difference]:
    """This function compares the shares and caps that were used with those that the same pack version states."""
    rules = rules_of_month(kept.pack_version, month)
    seen: set[tuple[Any, ...]] = set()
    for days in kept.inputs["people"].values():
        for on, mode, level, _, share, cap in days:
            if (used := (mode, level, share, cap, on)) not in seen:
                seen.add(used)
                care = rules_on(rules, date.fromisoformat(on))
                if (Fraction(share), cap) not in _stated(care, mode, level):
                    said = f"{share_text(Fraction(share))}，封顶 {yuan_text(cap)} 元"
                    yield Difference("threshold", f"{on} {mode}·{level}的支付标准", said, "政策里是另一个数")


def _stated(care: CarePolicy, mode: str, level: str) -> set[tuple[Fraction, int]]:
    scheme = care.scheme.value
    return {
        (cell.ratio, cell.cap)
        for (_, mode_key, level_key), (_, cell) in care.cells.items()
        if scheme.name_of("modes", mode_key) == mode and scheme.name_of("levels", level_key) == level
    }
