"""The written reference: the facts as a page, the values in force as rows, examples taken from the cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from shouwang.rulebook.area_facts import AREA_FACTS
from shouwang.rulebook.cases import AreaCase, Case, cases_read
from shouwang.rulebook.check_cases import CheckCase, check_cases_read
from shouwang.rulebook.check_facts import PERSON_FACTS, RECORD_FACTS, VILLAGE_FACTS
from shouwang.rulebook.conditions.functions import CALLED, FORMS, OF_CHECKS
from shouwang.rulebook.conditions.render import value_text
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.exit_facts import OWN_FACTS
from shouwang.rulebook.facts import FACTS, KIND_LABELS, Fact, Kind
from shouwang.rulebook.lines import Measure, Quantity
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.source import PackSource
from shouwang.rulebook.topics import TOPICS
from shouwang.rulebook.value_cases import CareCase
from shouwang.rulebook.values import Provision
from shouwang.rulebook.workflow_cases import WorkflowCase

_KINDS = {Measure.MONEY: Kind.MONEY, Measure.PER_HEAD: Kind.PER_HEAD, Measure.NUMBER: Kind.NUMBER}
_FUNCTIONS = re.compile(r"(<!-- functions -->\n).*?(<!-- end -->)", re.DOTALL)
_EXAMPLES = re.compile(r"(<!-- cases: (\S+?)(?: (\d+))? -->\n).*?(<!-- end -->)", re.DOTALL)
FACTS_PAGE = "facts.md"
STEPS = {
    "household": "登记里的户",
    "members": "成员",
    "incomes": "收入",
    "facts": "按人口折算",
    "spendings": "支出",
    "statuses": "身份、状态和其他栏目",
    "types": "类型",
}


def facts_page() -> str:
    """This function returns the page of all declared facts."""
    lines = [
        "# 事实一览",
        "",
        "条件里能用的全部事实，每户一个值。由程序从代码生成（`shouwang pack reference`），不要手改。",
        "“列”是 `household_facts` 里的列名：金额以分存放，列名以 `_fen` 结尾。",
    ]
    for step, title in STEPS.items():
        lines += _facts_of(title, (fact for fact in FACTS.values() if fact.step == step))
    return "\n".join([*lines, *_check_facts()]) + "\n"


def _check_facts() -> Iterator[str]:
    """This function yields the facts that only rules over areas and data-quality checks may speak of."""
    yield from ("", "# 只有地区的规则能用的事实", "", "每个村、乡镇、县一组值，见 [judgements.md](judgements.md)。")
    yield from _facts_of("地区", AREA_FACTS.values())
    yield from (
        "",
        "# 识别和消除的条件另外能用的事实",
        "",
        "另有数据质量核查里户的事实；见 [visits.md](visits.md)。",
    )
    yield from _facts_of("识别以来", OWN_FACTS.values())
    yield from (
        "",
        "# 只有数据质量核查能用的事实",
        "",
        "人的规则另有所在户的全部事实；见 [checks.md](checks.md)。",
    )
    for title, facts in (("人", PERSON_FACTS), ("户里登记的风险和措施", RECORD_FACTS), ("村", VILLAGE_FACTS)):
        yield from _facts_of(title, facts.values())


def _facts_of(title: str, facts: Iterable[Fact]) -> Iterator[str]:
    yield from ("", f"## {title}", "", "| 事实 | 列 | 类型 | 含义 | 什么时候未知 |", "|---|---|---|---|---|")
    for fact in facts:
        codes = f"（{'、'.join(str(code) for code in fact.values)}）" if fact.values else ""
        meaning = f"{fact.name}{codes}" + (f"。{fact.description}" if fact.description else "")
        yield f"| `{fact.key}` | `{fact.column}` | {KIND_LABELS[fact.kind]} | {meaning} | {fact.unknown} |"


def functions_table() -> str:
    """This function returns the table of the functions and forms that a condition may use."""
    rows = (
        f"| `{function.form}` | {function.gives} | {function.meaning} | {function.where} |"
        for function in (*FORMS, *CALLED, *OF_CHECKS)
    )
    return "\n".join(("| 写法 | 得到 | 意思 | 哪里能用 |", "|---|---|---|---|", *rows)) + "\n"


def quantity_text(value: Quantity) -> str:
    """This function renders a quantity, with the number of areas that have one of their own."""
    text = value_text(_KINDS[value.measure], value.value).removesuffix(" 元")
    return f"{text}（另有 {len(value.areas)} 个地区自定）" if value.areas else text


def _value_text(stated: Provision[object]) -> str:
    value = stated.value
    if isinstance(value, Quantity):
        return f"{quantity_text(value)} {stated.unit}"
    when = getattr(value, "when", None)
    if when:
        return str(when)
    names = getattr(value, "items", None)
    return f"{len(names)} 项" if isinstance(names, tuple) else str(value)


def policy_rows(policy: Policy) -> Iterator[tuple[str, str, str, str, str]]:
    """This function yields what is in force: topic, name, value, source, mark."""
    for key, catalogue in policy.topics.items():
        for stated in catalogue.values():
            found = stated if isinstance(stated, Provision) else stated.at(0)
            if found is not None:
                yield TOPICS[key].name, found.name, _value_text(found), str(found.source), found.mark_text


def _case_line(case: Case | AreaCase | WorkflowCase | CareCase) -> str:
    if isinstance(case, CareCase):
        paid = "不付" if case.paid is None else f"付 {case.paid} 元"
        return f"- {case.on.isoformat()}　{case.name}：每天收费 {case.charge} 元，{case.days} 天　→　{paid}"
    if not isinstance(case, Case):
        return f"- {case.on.isoformat()}　{case.name}"
    came = "、".join(case.expect.warns) or "无"
    return f"- {case.on.isoformat()}　{case.name}　→　预警：{came}"


def _check_line(case: CheckCase) -> str:
    return f"- {case.on.isoformat()}　{case.name}　→　有错：{'、'.join(case.expect.hits) or '无'}"


def _examples(source: PackSource, file: str, limit: int) -> str:
    if file not in source.files:
        raise PackError("说明页引用的案例文件不存在", file=file)
    read = cases_read(source, file.split("/")[0], file)
    cases: list[Case | AreaCase | WorkflowCase | CareCase] = [*read.cases, *read.areas, *read.workflow, *read.care]
    lines = [_case_line(case) for case in cases[:limit]]
    lines += [_check_line(check) for check in check_cases_read(source, file)[: limit - len(lines)]]
    return f"取自 `packs/{file}`：\n\n" + "\n".join(lines) + "\n"


def page_filled(source: PackSource, text: str) -> str:
    """This function renews what is generated in a page: between `<!-- cases: FILE N -->` or `<!-- functions -->` and
    `<!-- end -->`."""

    def filled(match: re.Match[str]) -> str:
        return f"{match[1]}{_examples(source, match[2], int(match[3] or 6))}{match[4]}"

    return _FUNCTIONS.sub(lambda match: f"{match[1]}{functions_table()}{match[2]}", _EXAMPLES.sub(filled, text))


def pages(source: PackSource, folder: Path) -> dict[Path, str]:
    """This function returns what each page of a folder should say."""
    written = {
        path: page_filled(source, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.md"))
        if path.name != FACTS_PAGE
    }
    return {**written, folder / FACTS_PAGE: facts_page()}


def pages_write(source: PackSource, folder: Path) -> list[Path]:
    """This function writes the generated parts of all pages and returns the pages that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for path, text in pages(source, folder).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed
