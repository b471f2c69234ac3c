"""Reads of screening."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from shouwang.engine import Explanation, explain
from shouwang.kit import divisions
from shouwang.kit.divisions import slot_range
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer
from shouwang.rulebook.check_program import check_parse, checks_compile
from shouwang.rulebook.checks import Over
from shouwang.rulebook.conditions import Node
from shouwang.screening.models import (
    CheckExport,
    CheckHit,
    CheckRule,
    CheckRun,
    CheckTally,
    CheckTrial,
    Run,
    Warning,
)
from shouwang.standards.selectors import policy_by_version_id


def warnings_visible_to(viewer: Viewer) -> QuerySet[Warning]:
    """This function returns the warnings inside the viewer's areas, newest first."""
    return (
        Warning.objects.filter(viewer.q())
        .select_related("pack_version")
        .defer("pack_version__files")
        .order_by("-raised_at", "-pk")
    )


def warnings_uncollected(*, limit: int = 1000, after: int = 0) -> list[Warning]:
    """This function returns the oldest warnings that no case has taken up, but for those held back (worker only).

    `after` is the id of the last one of the page before.
    """
    waiting = Warning.objects.filter(collected_case_id__isnull=True, is_held=False, pk__gt=after)
    return list(waiting.order_by("pk")[:limit])


def warnings_by_ids(ids: list[int]) -> dict[int, Warning]:
    """This function returns warnings by id, as far as row-level security shows them."""
    return {
        found.pk: found
        for found in Warning.objects.select_related("pack_version").defer("pack_version__files").filter(pk__in=ids)
    }


def warnings_held(viewer: Viewer) -> QuerySet[Warning]:
    """This function returns the warnings of the viewer's areas that wait for a person to look at them, oldest first."""
    return warnings_visible_to(viewer).filter(is_held=True, is_dismissed=False).order_by("raised_at", "pk")


def warnings_of_household(viewer: Viewer, household_id: int) -> QuerySet[Warning]:
    """This function returns a household's warnings, newest first."""
    return warnings_visible_to(viewer).filter(household_id=household_id)


def warning_explanation(warning: Warning) -> Explanation:
    """This function returns why a warning was raised: every condition, its facts and its thresholds."""
    return explain(policy_by_version_id(warning.pack_version_id, on=warning.on), warning.trigger_key, warning.facts)


def runs_visible_to(viewer: Viewer) -> QuerySet[Run]:
    """This function returns the runs over the viewer's areas, newest first."""
    inside = Q(pk__in=[])
    for lo, hi in viewer.ranges:
        inside |= Q(slot__gte=lo, hi__lte=hi)
    return (
        Run.objects.filter(inside)
        .select_related("pack_version", "previous")
        .defer("pack_version__files")
        .order_by("-pk")
    )


def storms_waiting(viewer: Viewer) -> list[Run]:
    """This function returns the runs over the viewer's areas that held a storm of which some still waits."""
    held = Warning.objects.filter(
        storm_run=OuterRef("pk"),
        is_held=True,
        hold_reason=OuterRef("storm_reason"),
        settled_at__isnull=True,
        collected_case_id__isnull=True,
    )
    return list(runs_visible_to(viewer).filter(storm__isnull=False).filter(Exists(held)))


def feeds_stale_for(slot: int) -> tuple[date, list[str]] | None:
    """This function returns the day of the last run that looked at a village, and which data it missed; None: none."""
    above = [divisions.slot_range(divisions.at_level(slot, level))[0] for level in (1, 2, 3)]
    done = Run.objects.filter(slot__in=above, hi__gte=slot, state=Run.State.DONE)
    found = done.order_by("-on", "-pk").values_list("on", "stale_feeds").first()
    return (found[0], list(found[1])) if found is not None else None


def warnings_under(viewer: Viewer, *, version_id: int, lo: int, hi: int) -> QuerySet[Warning]:
    """This function returns the warnings that one pack version raised in a slot range, newest first."""
    return warnings_visible_to(viewer).filter(pack_version_id=version_id, slot__gte=lo, slot__lte=hi)


def runs_under(viewer: Viewer, *, version_id: int, lo: int, hi: int) -> QuerySet[Run]:
    """This function returns the runs under one pack version that touched a slot range, newest first."""
    return runs_visible_to(viewer).filter(pack_version_id=version_id, slot__lte=hi, hi__gte=lo)


# ---- data-quality checks ----

STANDING = ("OPEN", "ACCEPTED")


@dataclass(frozen=True)
class Asked:
    """Which hits a page or a workbook asks for; empty parts ask for all."""

    rule: str = ""
    state: str = ""
    owner: str = ""
    lo: int | None = None
    hi: int | None = None
    run: int | None = None

    @property
    def kept(self) -> dict[str, str]:
        """The parts that are asked for, as they stand in an address."""
        area = f"{self.lo:012d}" if self.lo is not None else ""
        parts = {"rule": self.rule, "state": self.state, "owner": self.owner, "area": area}
        parts["run"] = str(self.run) if self.run else ""
        return {name: value for name, value in parts.items() if value}

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """This function reads what an address asks for; a part that cannot be read asks for nothing."""
        lo = hi = None
        try:
            lo, hi = slot_range(str(given["area"])) if given.get("area") else (None, None)
        except Refusal:
            lo, hi = 0, 0
        state, run = str(given.get("state", "")), str(given.get("run", ""))
        return cls(
            rule=str(given.get("rule", ""))[:60],
            state=state if state in CheckHit.State.values else "",
            owner=str(given.get("owner", ""))[:30],
            lo=lo,
            hi=hi,
            run=int(run) if run.isascii() and run.isdigit() and len(run) < 19 else None,
        )


def hits_visible_to(viewer: Viewer) -> QuerySet[CheckHit]:
    """This function returns the hits of the checks inside the viewer's areas."""
    return CheckHit.objects.filter(viewer.q())


def hits_asked(viewer: Viewer, asked: Asked) -> QuerySet[CheckHit]:
    """This function returns the hits that a page asks for; without a state those that stand: open and accepted."""
    found = hits_visible_to(viewer)
    found = found.filter(state=asked.state) if asked.state else found.filter(state__in=STANDING)
    if asked.rule:
        found = found.filter(rule_key=asked.rule)
    if asked.owner:
        found = found.filter(owner=asked.owner)
    if asked.lo is not None:
        found = found.filter(slot__gte=asked.lo, slot__lte=asked.hi)
    if asked.run:
        found = found.filter(first_run_id=asked.run)
    return found


@dataclass(frozen=True)
class RuleCount:
    """One rule that has left hits: its name, and how many stand open, are accepted and were mended."""

    rule_key: str
    rule_name: str
    over: str
    owner: str
    mark: str
    open: int
    accepted: int
    mended: int


def rule_counts(viewer: Viewer) -> list[RuleCount]:
    """This function returns the rules that have hits in the viewer's areas, those with most open hits first."""
    rows = (
        hits_visible_to(viewer)
        .exclude(state=CheckHit.State.DROPPED)
        .values("rule_key")
        .annotate(
            name=Max("rule_name"),
            about=Max("over"),
            who=Max("owner"),
            weakest=Max("mark"),
            open=Count("pk", filter=Q(state=CheckHit.State.OPEN)),
            accepted=Count("pk", filter=Q(state=CheckHit.State.ACCEPTED)),
            mended=Count("pk", filter=Q(state=CheckHit.State.MENDED)),
        )
        .order_by("-open", "rule_key")
    )
    return [
        RuleCount(
            row["rule_key"],
            row["name"],
            row["about"],
            row["who"],
            row["weakest"],
            row["open"],
            row["accepted"],
            row["mended"],
        )
        for row in rows
    ]


def check_runs_visible_to(viewer: Viewer) -> QuerySet[CheckRun]:
    """This function returns the runs of the checks over the viewer's areas, newest first."""
    inside = Q(pk__in=[])
    for lo, hi in viewer.ranges:
        inside |= Q(slot__gte=lo, hi__lte=hi)
    return CheckRun.objects.filter(inside).select_related("pack_version").defer("pack_version__files").order_by("-pk")


@dataclass(frozen=True)
class Trend:
    """Hits a village over the last runs of one county: `days` of the runs, and (slot, hits a run) a village."""

    runs: list[CheckRun]
    villages: list[tuple[int, list[int]]]
    totals: list[int]


def check_trend(viewer: Viewer, run: CheckRun, *, rule: str = "", runs: int = 8, villages: int = 50) -> Trend:
    """This function returns the villages with most hits in a county's last run, beside the runs before it."""
    last = list(check_runs_visible_to(viewer).filter(slot=run.slot, pk__lte=run.pk, state=CheckRun.State.DONE)[:runs])[
        ::-1
    ]
    tallies = CheckTally.objects.filter(viewer.q(), run__in=last)
    if rule:
        tallies = tallies.filter(rule_key=rule)
    place = {found.pk: number for number, found in enumerate(last)}
    counts: dict[int, list[int]] = {}
    totals = [0] * len(last)
    for slot, run_id, hits in tallies.values_list("slot", "run_id").annotate(found=Sum("hits")):
        counts.setdefault(slot, [0] * len(last))[place[run_id]] = hits
        totals[place[run_id]] += hits
    rows = sorted(counts.items(), key=lambda pair: (-pair[1][-1], pair[0]))
    return Trend(last, rows[:villages], totals)


def local_rules_visible_to(viewer: Viewer) -> QuerySet[CheckRule]:
    """This function returns the rules that counties of the viewer's areas wrote, the newest first."""
    return CheckRule.objects.filter(viewer.q()).order_by("withdrawn_at", "-pk")


def trials_visible_to(viewer: Viewer) -> QuerySet[CheckTrial]:
    """This function returns the trials of rules in the viewer's areas, newest first."""
    return CheckTrial.objects.filter(viewer.q()).select_related("rule").order_by("-pk")


def export_get(viewer: Viewer, export_id: int) -> CheckExport | None:
    """This function returns a workbook that the viewer herself asked for, or None."""
    return CheckExport.objects.filter(viewer.q(), pk=export_id, appointment_id=viewer.appointment_id or 0).first()


def hit_rule(hit: CheckHit) -> CheckExplained | None:
    """This function returns a hit's rule as it stood in its last run, with its day; None when it is gone."""
    run = hit.last_run
    policy = policy_by_version_id(run.pack_version_id, on=run.on)
    rule = CheckRule.objects.filter(key=hit.rule_key, slot=run.slot).first()
    if rule is not None:
        return CheckExplained(rule.when, check_parse(policy, over=Over(rule.over), text=rule.when), run.on)
    found = checks_compile(policy).rule(hit.rule_key)
    return CheckExplained(found.stated.value.when, found.when, run.on) if found else None


@dataclass(frozen=True)
class CheckExplained:
    """A rule as a hit was judged by it."""

    text: str
    node: Node
    on: date


def runs_triable(viewer: Viewer) -> QuerySet[Run]:
    """This function returns the finished runs over the viewer's areas whose snapshot is still there, newest first."""
    return (
        runs_visible_to(viewer).filter(state=Run.State.DONE, snapshot__removed_at__isnull=True).exclude(snapshot=None)
    )


def runs_of_months(viewer: Viewer) -> list[Run]:
    """This function returns the last screening of each area and month whose data is still there, oldest first.

    Only what was taken on the very day it is about counts: data taken later knows more than was known then.
    """
    last: dict[tuple[int, int, int, int], Run] = {}
    for run in runs_triable(viewer).select_related("snapshot").order_by("snapshot__taken_at", "pk"):
        if run.snapshot is not None and timezone.localdate(run.snapshot.taken_at) == run.on:
            last[run.slot, run.hi, run.on.year, run.on.month] = run
    return sorted(last.values(), key=lambda run: (run.slot, run.hi, run.on))
