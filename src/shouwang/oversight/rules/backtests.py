"""Stored back-tests as rows, points and sentences."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shouwang.engine.score_rows import score_read
from shouwang.engine.scores import Score, Share, best_for

IN_FORCE = "现行"
MADE, CASES = "made", "cases"


@dataclass(frozen=True)
class CandidateRow:
    """One size of the value: how much it finds, how early, how much for nothing, and what it costs."""

    number: int  # 0 is what is in force
    name: str
    a_week: str
    a_week_most: str
    standing: int
    found: str
    found_interval: str
    found_counts: str
    late: int
    missed: int
    lead: str
    false: str
    false_interval: str
    false_counts: str
    unjudged: int
    is_best: bool


def digest_of(inputs: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    """This function returns the digest by which a stored back-test is checked."""
    text = json.dumps([inputs, results], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def percent_text(share: Share) -> str:
    """This function writes a share in per cent with one decimal, a dash for one of nothing."""
    return "—" if share.value is None else f"{share.value:.1%}"


def interval_text(share: Share) -> str:
    """This function writes the interval of a share."""
    return "—" if share.interval is None else f"{share.interval[0]:.1%}～{share.interval[1]:.1%}"


def lead_text(score: Score) -> str:
    """This function writes the lead time: the median, and the middle half in brackets."""
    return "—" if score.lead_days is None else "{1} 天（{0}～{2}）".format(*score.lead_days)


def scores_of(results: Mapping[str, Any]) -> list[Score]:
    """This function returns the scores of the candidates, what is in force first."""
    return [score_read(row) for row in results["candidates"]]


def name_of(results: Mapping[str, Any], number: int) -> str:
    """This function returns what a candidate is called: its value in its unit; the one in force is said to be."""
    text = results["value"]["current"] if not number else results["candidates"][number]["candidate"]
    value = f"{Decimal(text):,} {results['value']['unit']}"
    return f"{IN_FORCE}（{value}）" if not number else value


def rows_of(results: Mapping[str, Any], best: int | None) -> list[CandidateRow]:
    """This function returns the rows of the table, what is in force first."""
    return [
        CandidateRow(
            number=number, name=name_of(results, number), a_week=f"{score.visits_a_week:,.1f}",
            a_week_most=f"{score.visits_a_week_most:,.1f}", standing=score.standing, found=percent_text(score.found),
            found_interval=interval_text(score.found), found_counts=f"{score.found.part:,} / {score.found.whole:,}",
            late=score.found_late, missed=score.missed, lead=lead_text(score), false=percent_text(score.false),
            false_interval=interval_text(score.false), false_counts=f"{score.false.part:,} / {score.false.whole:,}",
            unjudged=score.unjudged, is_best=number == best,
        )
        for number, score in enumerate(scores_of(results))
    ]  # fmt: skip


@dataclass(frozen=True)
class Best:
    """The best candidate within so many visits a week (None: no candidate is), and what is to be said of it."""

    number: int | None
    sentence: str


def best_of(results: Mapping[str, Any], visits: float) -> Best:
    """This function returns the best candidate within so many visits a week."""
    scores = scores_of(results)
    if not scores[0].found.whole:
        return Best(None, "没有可以对照的困难，还说不出哪个数值最好。")
    number = best_for(scores, visits)
    if number is None:
        least = min(score.visits_a_week for score in scores)
        return Best(None, f"每周 {visits:g} 户不够：这些数值里最少的也要每周 {least:,.1f} 户。")
    score, text = scores[number], name_of(results, number)
    gap = " " if number else ""  # before a number; 现行 is a word
    parts = [f"每周最多 {visits:g} 户，最好的是{gap}{text}：每周约 {score.visits_a_week:,.1f} 户"]
    parts.append(f"困难发生之前找到 {percent_text(score.found)}（{interval_text(score.found)}）")
    if score.lead_days is not None:
        parts.append(f"一半以上提前 {score.lead_days[1]} 天或更早")
    if score.standing:
        weeks = math.ceil(score.standing / visits)
        parts.append(f"另有 {score.standing:,} 户一开始就在预警，要先走完，按每周 {visits:g} 户要走 {weeks:,} 周")
    return Best(number, "；".join(parts) + "。")


def is_flat(results: Mapping[str, Any]) -> bool:
    """This function tells whether all candidates come out the same: the value moves nobody."""
    return len(set(scores_of(results))) == 1
