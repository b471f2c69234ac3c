"""Steps that a walk through a procedure takes, named by what is done; the pack's own words are handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import expect
from tests.journeys import steps
from tests.journeys.steps import Actor


def judged(
    actor: Actor, household: str, *, do: str, stage: str, move: str, reason: str = "", turns: Sequence[str] = ()
) -> None:
    """Somebody decides at a stage from her desk; `turns` is what the page says of a branch before she does."""
    actor.desk().row(household, do)
    actor.sees(f"记下{stage}的决定", *turns).tick(move)
    if reason:
        actor.fill("理由和意见", reason)
    actor.press(f"记下{stage}的决定").sees(f"已办理：{move}")


def paper_attached(actor: Actor, household: str, *, kind: str, file: Path) -> None:
    """A paper is photographed and attached to the case."""
    actor.desk()
    actor.follow(household).follow("附上照片或材料")
    actor.main().get_by_label("照片或 PDF").set_input_files(file)
    actor.tick(kind).press("附到案件").sees("已附上 1 份材料", kind)


def answers_given(bodies: Mapping[Actor, str], household: str) -> None:
    """Every body that was asked answers its own question: `bodies` by actor, the verdict in the words of the pack."""
    for body, verdict in bodies.items():
        steps.answered(body, household, verdict=verdict, reasons="核对过，情况属实")


def appraised(village: Actor, household: str, *, stage: str, move: str, on: str) -> None:
    """The village meeting: eleven came, ten agreed."""
    village.desk().row(household, "登记评议")
    village.fill("评议日期", on).fill("评议地点", "村委会会议室").fill("主持人", "村支书")
    village.fill("到会人数", "11").fill("同意", "10").fill("不同意", "1").fill("弃权", "0").tick(move)
    village.press(f"记下{stage}的决定").sees(f"已办理：{move}")


def posted(actor: Actor, household: str, *, photo: Path | None = None) -> None:
    """The sheet hangs, with a photo where the pack wants one; it shows no number and nothing of health."""
    actor.desk().row(household, "办理公示")
    actor.sees("要张贴的内容", household).sees_not("1305", "住院", "胃癌")
    actor.fill("张贴在哪里", "村委会公示栏")
    if photo is not None:
        actor.main().get_by_label("公示栏的照片").set_input_files(photo)
    actor.press("登记张贴").sees("已登记张贴", "正在公示", "满期以前，后面的环节和发钱都不能办")


def still_hangs(actor: Actor, household: str) -> None:
    """On its last day a sheet has not run yet."""
    actor.desk().row(household, "办理公示")
    actor.sees("满期的次日起")
    expect(actor.main().get_by_role("button", name="期满无异议")).to_have_count(0)


def ran_out(actor: Actor, household: str) -> None:
    """The day after its last, it is noted that nobody objected."""
    actor.desk().row(household, "办理公示")
    actor.press("期满无异议，转下一步").sees("公示期满无异议，案件转入下一步")


@dataclass(frozen=True)
class Help:
    """One measure: what is done, by whom, what came of it."""

    kind: str
    summary: str
    provider: str
    result: str
    amount: str
    unit: str = "一次"
    person: str = field(default="全家")


def helped(centre: Actor, body: Actor, household: str, measure: Help, *, move: str) -> None:
    """The county plans a measure, its provider delivers it, the county goes on by the pack's move."""
    steps.help_planned(
        centre, household, kind=measure.kind, summary=measure.summary, person=measure.person, provider=measure.provider
    )
    steps.help_delivered(body, household, result=measure.result, amount=measure.amount, unit=measure.unit)
    steps.help_completed(centre, household, move=move)


def is_not_asked_for_help(centre: Actor, household: str) -> None:
    """Before its turn nothing can be given: the county's desk does not offer it."""
    centre.desk()
    expect(centre.main().get_by_role("row").filter(has_text=household).filter(has_text="安排救助")).to_have_count(0)


def way_told(reader: Actor, household: str, *texts: str, lamp: str) -> None:
    """The household's file tells the whole way, newest first, under its lamp."""
    steps.household_opened(reader, household)
    assert reader.lamps_in("案件") == [lamp]
    told = reader.section("经过")
    for text in texts:
        expect(told).to_contain_text(text)
