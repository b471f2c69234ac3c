"""The declared facts: everything a condition may speak of, one value a household, with what "unknown" means.

A fact's key is its name in conditions; its column is its name in `household_facts` (money ends in `_fen`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from shouwang.kit.codes import PovertyStatus, SpendingCause, WatchType
from shouwang.rulebook.values import Catalogue


class Kind(enum.StrEnum):
    """The type of a fact or of any expression."""

    MONEY = "MONEY"
    PER_HEAD = "PER_HEAD"
    NUMBER = "NUMBER"
    DATE = "DATE"
    TEXT = "TEXT"
    BOOL = "BOOL"
    SET = "SET"


KIND_LABELS = {
    Kind.MONEY: "金额",
    Kind.PER_HEAD: "人均金额",
    Kind.NUMBER: "数",
    Kind.DATE: "日期",
    Kind.TEXT: "代码",
    Kind.BOOL: "是否",
    Kind.SET: "集合",
}


@dataclass(frozen=True)
class Fact:
    """One fact. `of` names the household total behind a per-head amount; heads are always `member_count`."""

    key: str
    kind: Kind
    name: str
    step: str
    unknown: str
    description: str = ""
    values: tuple[str, ...] = ()
    of: str = ""
    default: object = None

    @property
    def column(self) -> str:
        """The column of `household_facts`."""
        return f"{self.key}_fen" if self.kind in {Kind.MONEY, Kind.PER_HEAD} else self.key

    @property
    def of_column(self) -> str:
        """The column of the household total behind a per-head amount."""
        return f"{self.of}_fen"


NEVER = "不会未知"
UNREGISTERED = "登记里没有填"
_NO_ROWS = "没有这样的记录即为 0；数据是否送到另看部门数据时效"


def _household() -> list[Fact]:
    def fact(key: str, kind: Kind, name: str, unknown: str = UNREGISTERED, **more: object) -> Fact:
        return Fact(key, kind, name, "household", unknown, **more)  # type: ignore[arg-type]

    return [
        fact("village_code", Kind.NUMBER, "所在村 12 位区划代码", NEVER, default=0),
        fact("poverty_status", Kind.TEXT, "建档立卡情况", values=tuple(PovertyStatus),
             description="NEVER 从未建档立卡，POOR 未脱贫，EXITED 已脱贫"),
        fact("is_exit_unstable", Kind.BOOL, "非持续稳定脱贫户"),
        fact("is_low_income", Kind.BOOL, "登记为非贫困低收入户（边缘户）"),
        fact("watch_type", Kind.TEXT, "已识别的监测对象类型", "未被识别为监测对象，或没有填",
             values=tuple(WatchType)),
        fact("identified_date", Kind.DATE, "识别为监测对象的日期", "未被识别"),
        fact("removed_date", Kind.DATE, "风险消除的日期", "尚未消除"),
        fact("is_watched", Kind.BOOL, "当日在监测中", NEVER, default=False,
             description="有识别类型，且没有风险消除日期或消除日期晚于当日"),
        fact("is_without_labour", Kind.BOOL, "整户无劳动能力"),
        fact("housing_safe", Kind.BOOL, "住房安全"),
        fact("water_safe", Kind.BOOL, "饮水安全"),
        fact("verified_income", Kind.MONEY, "退出时核定的家庭纯收入", "没有核定过"),
        Fact("per_capita_verified_income", Kind.PER_HEAD, "退出时核定的人均纯收入", "facts",
             "没有核定过，或家庭没有成员", of="verified_income"),
    ]  # fmt: skip


def _members() -> list[Fact]:
    def count(key: str, name: str, description: str = "", unknown: str = "") -> Fact:
        said = unknown or "没有填的成员不计入；见 unknown_member_count"
        return Fact(key, Kind.NUMBER, name, "members", said, description, default=0)

    return [
        count("member_count", "家庭人口", unknown=NEVER),
        count("adult_count", "18 岁及以上人数", "生日未知的不计入"),
        count("child_count", "不满 18 岁人数", "生日未知的不计入"),
        count("elder_count", "60 岁及以上人数", "生日未知的不计入"),
        count("labour_count", "有劳动力人数", "普通、技能、弱或半劳动力"),
        count("full_labour_count", "整劳动力人数", "普通、技能劳动力"),
        count("working_count", "在外或就地务工人数", "有务工地点且务工月数大于 0"),
        count("student_count", "在校学生人数"),
        count("chronic_count", "长期慢性病人数"),
        count("serious_illness_count", "患大病人数"),
        count("disabled_count", "残疾人数"),
        count("severely_disabled_count", "一级、二级残疾人数"),
        count("uninsured_count", "未参加基本医疗保险人数"),
        count("dropout_count", "失学辍学人数"),
        count(
            "unknown_member_count", "关键信息不全的人数", "生日、劳动能力、患病、残疾、参保任一项没有填", unknown=NEVER
        ),
    ]


_INCOME_UNKNOWN = "时段内一条收入记录也没有，或有金额没有填"


def _incomes() -> list[Fact]:
    def money(key: str, name: str, description: str = "") -> Fact:
        return Fact(key, Kind.MONEY, name, "incomes", _INCOME_UNKNOWN, description)

    def per_head(key: str, name: str, of: str, description: str = "") -> Fact:
        unknown = _INCOME_UNKNOWN + "，或家庭没有成员"
        return Fact(key, Kind.PER_HEAD, name, "facts", unknown, description, of=of)

    window = "时段 income"
    return [
        money("wage_income", "工资性收入", window),
        money("business_income", "经营性收入", window),
        money("property_income", "财产性收入", window),
        money("transfer_income", "转移性收入", window),
        money("production_cost", "生产经营性支出", window),
        money("claims_income", "理赔收入", f"{window}；不计入纯收入"),
        money("net_income", "家庭纯收入", f"{window}：工资、经营、财产、转移之和减生产经营性支出"),
        per_head("per_capita_net_income", "人均纯收入", "net_income",
                 "比较时按人口乘开，不先除；显示时向下取到分，负数也向下"),
        money("reference_income", "参考收入", "纯收入加理赔收入减时段 spending 内全部自付支出（含已处理的）"),
        per_head("per_capita_reference_income", "人均参考收入", "reference_income"),
        money("recent_net_income", "近期家庭纯收入", "时段 recent_income"),
        money("recent_earned_income", "近期挣得的收入", "时段 recent_income：工资、经营、财产之和减生产经营性支出"),
        per_head("recent_per_capita_net_income", "近期人均纯收入", "recent_net_income"),
        money("previous_net_income", "上一时段家庭纯收入", "时段 previous_income"),
        per_head("previous_per_capita_net_income", "上一时段人均纯收入", "previous_net_income"),
        Fact("income_kind_count", Kind.NUMBER, "有收入的种类数", "incomes", _INCOME_UNKNOWN,
             "工资、经营、财产、转移四种里合计大于 0 的种类数"),
        Fact("earned_kind_count", Kind.NUMBER, "挣得收入的种类数", "incomes", _INCOME_UNKNOWN,
             "工资、经营、财产三种里合计大于 0 的种类数，不含政策性收入"),
        Fact("income_unknown_count", Kind.NUMBER, "金额没有填的收入记录数", "incomes", NEVER, window, default=0),
        Fact("rested_income_months", Kind.NUMBER, "已处理的收入预警距今月数", "incomes", "没有处理过收入预警",
             "最近一次已处理的收入证据的月份到当月的月数"),
    ]  # fmt: skip


def _spendings() -> list[Fact]:
    facts: list[Fact] = []

    def add(key: str, kind: Kind, name: str, description: str, **more: object) -> None:
        more.setdefault("default", 0)
        facts.append(Fact(key, kind, name, "spendings", _NO_ROWS, description, **more))  # type: ignore[arg-type]

    partial = "金额未知的事件不计入，另数在 {}"
    for cause in SpendingCause:
        low, label = cause.value.lower(), cause.label
        unknown = partial.format(f"{low}_unknown")
        add(f"{low}_self_paid", Kind.MONEY, f"{label}自付支出", f"时段 spending，不含已处理的事件；{unknown}")
        add(f"{low}_gross", Kind.MONEY, f"{label}总支出", "时段 spending，不含已处理的事件")
        add(f"{low}_unknown", Kind.NUMBER, f"{label}自付金额未知的事件数", "时段 spending，不含已处理的事件")
        add(f"{low}_event_count", Kind.NUMBER, f"{label}支出事件数", "时段 spending，不含已处理的事件")
        add(
            f"{low}_self_paid_year",
            Kind.MONEY,
            f"{label}当年自付支出",
            f"当年 1 月 1 日至当日，不含已处理的事件；{unknown}",
        )
        add(f"{low}_self_paid_all", Kind.MONEY, f"{label}全部自付支出", f"时段 spending，含已处理的事件；{unknown}")
    listed = "名单 serious_diseases；政策没有这份名单时未知"
    add(
        "listed_illness_self_paid", Kind.MONEY, "名单内大病自付支出", f"时段 spending，不含已处理的事件；病种在{listed}"
    )
    add(
        "listed_illness_unknown", Kind.NUMBER, "病种或金额未知的因病事件数", f"病种未知，或在名单内而金额未知；{listed}"
    )
    schools = "名单 covered_schools；政策没有这份名单时未知"
    add(
        "covered_study_self_paid",
        Kind.MONEY,
        "名单内学校的自付支出",
        f"时段 spending，不含已处理的事件；学校种类在{schools}",
    )
    add(
        "covered_study_unknown",
        Kind.NUMBER,
        "学校种类或金额未知的因学事件数",
        f"种类未知，或在名单内而金额未知；{schools}",
    )
    add(
        "rigid_self_paid",
        Kind.MONEY,
        "刚性自付支出",
        "主题 causes 标为 is_rigid 的各原因自付支出之和，不含已处理的事件",
    )
    add("rigid_gross", Kind.MONEY, "刚性总支出", "同上，总支出")
    add("rigid_unknown", Kind.NUMBER, "刚性支出中自付金额未知的事件数", "不含已处理的事件")
    add("rigid_cause", Kind.TEXT, "刚性支出最大的原因", "相等时按 causes 里的先后", default=None,
        values=tuple(SpendingCause))  # fmt: skip
    add("self_paid_all", Kind.MONEY, "全部自付支出", "时段 spending 内各原因，含已处理的事件")
    add(
        "previous_self_paid_all",
        Kind.MONEY,
        "上一时段全部自付支出",
        "时段 previous_spending 内各原因，含已处理的事件；政策没有这个时段时未知",
    )
    add(
        "since_event_self_paid",
        Kind.MONEY,
        "某事以来的自付支出",
        "时段 since_event 内各原因，不含已处理的事件；政策没有这个时段时未知，户没有这件事时为 0",
    )
    add("diseases", Kind.SET, "时段内因病支出的病种", "时段 spending", default=())
    add("school_kinds", Kind.SET, "时段内因学支出的学校种类", "时段 spending", default=())
    return facts


def _statuses() -> list[Fact]:
    def has(key: str, name: str, kind: str) -> Fact:
        return Fact(key, Kind.BOOL, name, "statuses", "没有记录即为否", f"有成员当日处于 {kind}", default=False)

    return [
        Fact("statuses", Kind.SET, "当日有效的身份和状态", "statuses", "没有记录即为空", "状态代码的集合，户内任一成员",
             default=()),
        Fact("new_statuses", Kind.SET, "时段内新发生的状态", "statuses", "没有记录即为空",
             "起始日在时段 spending 内且没有处理过的状态代码", default=()),
        has("has_dibao", "享受低保", "DIBAO"),
        has("has_tekun_dispersed", "分散供养特困", "TEKUN_DISPERSED"),
        has("has_tekun_central", "集中供养特困", "TEKUN_CENTRAL"),
        Fact("named_values", Kind.SET, "导入的其他栏目", "statuses", "没有记录即为空",
             "写成“栏目=值”的集合，户内任一成员", default=()),
    ]  # fmt: skip


def _typed() -> list[Fact]:
    return [
        Fact(
            "household_type",
            Kind.TEXT,
            "监测对象类型",
            "types",
            "不属于任何类型",
            "主题 types 里第一个成立的类型；只能用在启动标准和核看情形里",
        ),
        Fact(
            "is_type_unknown", Kind.BOOL, "类型尚难判断", "types", NEVER, "排在前面的类型里有判断不了的", default=False
        ),
    ]


FACTS: Catalogue[Fact] = Catalogue(
    tuple(
        (fact.key, fact) for fact in (*_household(), *_members(), *_incomes(), *_spendings(), *_statuses(), *_typed())
    )
)
COLUMNS: Catalogue[Fact] = Catalogue(tuple((fact.column, fact) for fact in FACTS.values()))
TYPE_FACTS = frozenset({"household_type", "is_type_unknown"})  # known only after the types step
