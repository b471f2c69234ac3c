"""A county's own checks: written, tried on the latest snapshot, adopted, withdrawn."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from procrastinate.contrib.django import app
from pydantic import ValidationError

from shouwang.audit.services import entry_append
from shouwang.engine.checks import CheckResult, check
from shouwang.kit.errors import Refusal
from shouwang.kit.texts import numbers_refuse
from shouwang.office.services import progress_fail, progress_finish, progress_plan, progress_start
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.selectors import top_area
from shouwang.rulebook import Policy
from shouwang.rulebook.check_program import check_parse
from shouwang.rulebook.checks import Check, Over
from shouwang.rulebook.errors import ConditionError
from shouwang.rulebook.values import Provision, Source
from shouwang.screening.models import CheckRule, CheckTrial, Run, Snapshot
from shouwang.screening.rules import COUNTY, LOCAL
from shouwang.screening.services.holding import REASON_LENGTH, ReasonMissing
from shouwang.screening.services.snapshot import snapshot_folder, snapshot_take
from shouwang.standards.selectors import policy_for

TASK = "screening.check_try"
EXAMPLES = 20
DOCUMENT = "本县自定"


class NotOneCounty(Refusal):
    """Rules are written by a county for itself."""

    def __init__(self) -> None:
        super().__init__("核查规则由县级防贫中心为本县写，其他层级不能写。")


class TrialNotFound(Refusal):
    """The trial does not exist, or is not of the viewer's county."""

    def __init__(self) -> None:
        super().__init__("找不到这次试算，或者它不是您本县的。")


class TrialNotDone(Refusal):
    """A rule is adopted after it was seen what it finds, and once."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class RuleNotFound(Refusal):
    """The rule does not exist, is withdrawn, or is not of the viewer's county."""

    def __init__(self) -> None:
        super().__init__("找不到这条规则，或者它已经停用，或者不是您本县的。")


@dataclass(frozen=True)
class RuleText:
    """A check as somebody wrote it; `basis` says on what it rests."""

    name: str
    over: str
    when: str
    on_unknown: str
    owner: str
    action: str
    basis: str


def _county(viewer: Viewer) -> tuple[int, int]:
    area = top_area(viewer)
    if area is None or area.level != COUNTY:
        raise NotOneCounty
    return area.lo, area.hi


def provision_of(text: RuleText | CheckRule | CheckTrial, *, key: str, on: date) -> Provision[Check]:
    """This function returns a written check in the form in which packs state theirs; raises ConditionError."""
    parts = {name: getattr(text, name) for name in ("over", "when", "on_unknown", "owner", "action")}
    try:
        value = Check.model_validate(parts)
    except ValidationError:
        raise ConditionError("规则没有写全：请写明对象、条件、谁来改、怎么改。") from None
    source = Source(document=DOCUMENT, clause=text.basis)
    return Provision(key, text.name, value, "", source, None, "", "", "", on, None)


def provisions_in_force(*, lo: int, hi: int) -> tuple[Provision[Check], ...]:
    """This function returns the checks that the counties of an area wrote and did not withdraw, oldest first."""
    rules = CheckRule.objects.filter(slot__gte=lo, hi__lte=hi, withdrawn_at__isnull=True).order_by("pk")
    return tuple(provision_of(rule, key=rule.key, on=rule.adopted_on) for rule in rules)


def rule_try(*, viewer: Viewer, text: RuleText, on: date, at: datetime) -> CheckTrial:
    """This function checks a rule's condition and hands it to the worker to be tried on the latest snapshot.

    Raises NotOneCounty, NoPolicyInForce, ConditionError, which points at the place of the fault.
    """
    lo, hi = _county(viewer)
    _, policy = policy_for(slot=lo, on=on)
    provision_of(text, key="tried", on=on)
    numbers_refuse(*asdict(text).values())
    check_parse(policy, over=Over(text.over), text=text.when)
    with transaction.atomic():
        trial = CheckTrial.objects.create(
            slot=lo, hi=hi, on=on, tried_at=at, tried_by=viewer.label, appointment_id=viewer.appointment_id,
            **asdict(text),
        )  # fmt: skip
        progress = progress_plan(
            viewer=viewer, label=f"试算核查规则“{text.name}”", at=at, slot=lo, total=2, unit="步",
            href=f"/screening/checks/rules/trials/{trial.pk}/",
        )  # fmt: skip
        trial.progress_id = progress.pk
        trial.save(update_fields=["progress_id"])
        app.configure_task(TASK, queue="long", allow_unknown=False).defer(trial_id=trial.pk)
        entry_append(
            viewer=viewer, action="check_rule.try", subject_type="screening.CheckTrial", subject_id=trial.pk, slot=lo,
            at=at, after={"over": text.over, "when": text.when},
        )  # fmt: skip
    return trial


def _latest(trial: CheckTrial, *, at: datetime) -> Snapshot:
    """This function returns the latest snapshot of the county that still has its files; a fresh one where none is."""
    for snapshot in Snapshot.objects.filter(slot=trial.slot, hi=trial.hi, removed_at__isnull=True).order_by("-pk"):
        folder: Path = snapshot_folder(snapshot)
        if snapshot.digest and (folder / "risk.parquet").is_file():
            return snapshot
    return snapshot_take(lo=trial.slot, hi=trial.hi, on=trial.on, at=at)


def trial_execute(*, trial_id: int, at: datetime) -> None:
    """This function tries a written rule: how many rows it finds, and the first of them by id."""
    with acting_as(SYSTEM):
        trial = CheckTrial.objects.get(pk=trial_id)
        if trial.state not in (Run.State.WAITING, Run.State.RUNNING):
            return
        CheckTrial.objects.filter(pk=trial.pk).update(state=Run.State.RUNNING)
        if trial.progress_id:
            progress_start(progress_id=trial.progress_id, at=at, total=2)
    try:
        with acting_as(SYSTEM):
            snapshot = _latest(trial, at=at)
            _, policy = policy_for(slot=trial.slot, on=snapshot.on)
            result = _tried(trial, snapshot, policy)
            _tell(trial, snapshot, result, at=at)
    except Refusal as refusal:
        _fail(trial, message=refusal.message, at=at)
    except Exception:
        _fail(trial, message="试算因程序故障停止。请联系系统管理员查看日志。", at=at)
        raise


def _tried(trial: CheckTrial, snapshot: Snapshot, policy: Policy) -> CheckResult:
    written = provision_of(trial, key="tried", on=trial.on)
    return check(snapshot_folder(snapshot), policy, on=snapshot.on, extra=(written,), only=True)


def _tell(trial: CheckTrial, snapshot: Snapshot, result: CheckResult, *, at: datetime) -> None:
    (said,) = result.report["rules"]
    salt = snapshot.salt
    trial.examples = [
        {
            "slot": row["village_code"],
            "household_id": row["household_key"] ^ salt if row["household_key"] is not None else None,
            "person_id": row["person_key"] ^ salt if row["person_key"] is not None else None,
        }
        for row in result.hits.slice(0, EXAMPLES).to_pylist()
    ]
    looked = {Over.PERSON: "persons", Over.HOUSEHOLD: "households", Over.VILLAGE: "villages"}[Over(trial.over)]
    trial.state, trial.taken_at = Run.State.DONE, snapshot.taken_at
    trial.looked, trial.found, trial.undecided = result.report[looked], said["wrong"], said["undecided"]
    trial.save()
    if trial.progress_id:
        progress_finish(progress_id=trial.progress_id, at=at, message=f"找出 {trial.found} 处。")


def _fail(trial: CheckTrial, *, message: str, at: datetime) -> None:
    with acting_as(SYSTEM):
        CheckTrial.objects.filter(pk=trial.pk).update(state=Run.State.FAILED, message=message[:500])
        if trial.progress_id:
            progress_fail(progress_id=trial.progress_id, at=at, message=message)


def rule_adopt(*, viewer: Viewer, trial_id: int, on: date, at: datetime) -> CheckRule:
    """This function puts a tried rule in force for the viewer's county, from the next run on.

    Raises NotOneCounty, TrialNotFound, TrialNotDone.
    """
    lo, hi = _county(viewer)
    with transaction.atomic():
        trial = CheckTrial.objects.select_for_update().filter(pk=trial_id, slot=lo, hi=hi).first()
        if trial is None:
            raise TrialNotFound
        if trial.rule_id is not None:
            raise TrialNotDone("这次试算的规则已经采用，不用再办。")
        if trial.state != Run.State.DONE:
            raise TrialNotDone("试算还没有完成，看到结果以后再采用。")
        same = ("name", "over", "when", "on_unknown", "owner", "action", "basis")
        rule = CheckRule.objects.create(
            slot=lo, hi=hi, key=f"{LOCAL}{trial.pk}", adopted_on=on, adopted_at=at, adopted_by=viewer.label,
            **{name: getattr(trial, name) for name in same},
        )  # fmt: skip
        trial.rule = rule
        trial.save(update_fields=["rule"])
        entry_append(
            viewer=viewer, action="check_rule.apply", subject_type="screening.CheckRule", subject_id=rule.pk, slot=lo,
            at=at, after={"key": rule.key, "over": rule.over, "when": rule.when, "found": trial.found},
        )  # fmt: skip
    return rule


def rule_withdraw(*, viewer: Viewer, rule_id: int, reason: str, at: datetime) -> CheckRule:
    """This function ends a county's own rule; its open hits are dropped at the next run.

    Raises NotOneCounty, RuleNotFound, ReasonMissing.
    """
    lo, hi = _county(viewer)
    with transaction.atomic():
        rule = CheckRule.objects.select_for_update().filter(pk=rule_id, slot=lo, hi=hi, withdrawn_at=None).first()
        if rule is None:
            raise RuleNotFound
        if not reason.strip():
            raise ReasonMissing
        numbers_refuse(reason)
        rule.withdrawn_at, rule.withdrawn_by, rule.withdrawn_reason = at, viewer.label, reason.strip()[:REASON_LENGTH]
        rule.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        entry_append(
            viewer=viewer, action="check_rule.withdraw", subject_type="screening.CheckRule", subject_id=rule.pk,
            slot=lo, at=at, after={"key": rule.key, "reason": rule.withdrawn_reason},
        )  # fmt: skip
    return rule
