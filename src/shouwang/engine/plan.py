"""The plan of a screening: its steps by name, in order, each with its purpose in one sentence and its SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from shouwang.engine.shape import shape_of
from shouwang.engine.sieve import sieve_build
from shouwang.engine.sqltext import DIALECT
from shouwang.engine.steps.facts import steps, typed_step
from shouwang.engine.steps.rules import evidence_step, flags_step, hits_step, outcome_step, tally_step, warnings_step
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile

_FACT_STEPS = {
    "household_register": "登记里每户的情况",
    "members": "每户的成员数，按年龄、劳动力、健康、就学分别数",
    "windowed_income": "落在任一计算时段里的收入记录",
    "summed_income": "每户各时段、各种类的收入合计",
    "incomes": "每户的收入事实：合计齐全才算已知",
    "rested_income": "每户距上次处理收入预警的月数",
    "spending_event": "落在任一计算时段里的支出事件，归到政策所列的原因",
    "spendings": "每户各原因的支出合计",
    "dated_status": "已经开始的身份和状态，以及当日是否有效",
    "statuses": "每户的身份和状态",
    "named_values": "每户导入的其他栏目",
    "totals": "各步合到每户一行",
    "base_facts": "每户一行的事实，人均金额向下取到分",
}


@dataclass(frozen=True)
class PlanStep:
    """One step of the plan."""

    name: str
    purpose: str
    query: exp.Expr

    @property
    def sql(self) -> str:
        """The step as DuckDB reads it."""
        return self.query.sql(dialect=DIALECT, pretty=True)


def plan_of(policy: Policy) -> Iterator[PlanStep]:
    """This function yields the steps of a screening under a policy: the sieve, the rules, the facts of those warned."""
    program, shape = program_compile(policy), shape_of(policy, on=policy.on)
    sieve = sieve_build(program, shape)
    for stage in sieve.stages:
        yield PlanStep(stage.name, stage.purpose + "。", stage.query)
    judged = typed_step(program, shape, facts=sieve.result)
    yield PlanStep("judged_facts", "按类型的先后定每户的监测对象类型。", judged)
    outcome = outcome_step(program, shape, facts="judged_facts")
    yield PlanStep("outcome", "逐条判断启动标准：成立、不成立或尚难判断，附实际值和标准值。", outcome)
    yield PlanStep("hit", "成立的，以及政策要求尚难判断也预警的，每户每条一行。", hits_step(program))
    yield PlanStep("tally", "每条启动标准成立多少户、尚难判断多少户。", tally_step(program))
    for name, query in steps(shape).items():
        yield PlanStep(name, f"{_FACT_STEPS.get(name, name)}（只算预警户）。", query)
    warned = typed_step(program, shape, facts="base_facts")
    yield PlanStep("warned_facts", "预警户的全部事实，随预警保存，供以后复算。", warned)
    yield PlanStep("evidence", "每条预警所依据的记录。", evidence_step(program))
    yield PlanStep("flag", "需要人工核看的情形，其中有的先扣住预警。", flags_step(program, shape))
    yield PlanStep("warnings", "每户每个原因合成一条预警，按户和原因排序。", warnings_step())
