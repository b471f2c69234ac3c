"""The functions a condition may call, and the words of SQL it may use: how each is written, and what it means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """One function or form; `gives` is the kind of its value in words, `where` the conditions that may call it."""

    key: str
    form: str
    gives: str
    meaning: str
    where: str = "全部条件"


CALLED: tuple[Function, ...] = (
    Function("line", "line('national', -1)", "人均金额", "人均年线；第二项是年份差：不写是当日的线，-1 是上年年末的"),
    Function("amount", "amount('limit')", "金额、人均金额或数", "政策里的限额、比例、个数；地区自定的按户所在的村取"),
    Function("yuan", "yuan(5000.01)", "金额", "写明的金额，最多到分"),
    Function("listed", "listed('serious_diseases')", "名单", "政策里的名单，连同别名；只能写在 has(…) 和 in (…) 里"),
    Function("has", "has(statuses, 'DIBAO', 'CAR')", "成立与否", "集合里有其中任一代码，或有名单里的任一名称"),
    Function("coalesce", "coalesce(net_income, 0)", "与第一项同类", "第一项未知时用第二项；不能用于人均金额"),
    Function("known", "known(net_income)", "成立与否", "知道它的值；本身不会未知"),
    Function("today", "today()", "日期", "筛查的当日"),
    Function("months_ago", "months_ago(6)", "日期", "当日往前推几个月；那个月没有这一天的，取月末"),
    Function("days_ago", "days_ago(15)", "日期", "当日往前推几天"),
    Function("months_after", "months_after(identified_date, 6)", "日期", "某个日期往后推几个月（负数往前），取法同上"),
    Function("days_after", "days_after(identified_date, 30)", "日期", "某个日期往后推几天（负数往前）"),
    Function("number", "number(named('年收入'))", "数", "把文字当数：至多 12 位整数、4 位小数；不是数字的未知"),
    Function("filled", "filled(named('电话'))", "成立与否", "有这一栏，而且填了；本身不会未知"),
    Function("empty", "empty(named('电话'))", "成立与否", "有这一栏，但空着；没有这一栏不算；本身不会未知"),
)  # fmt: skip
OF_CHECKS: tuple[Function, ...] = (
    Function("named", "named('开户银行')", "文字", "导入的一栏：没有这一栏未知，空着是空文字", "核查人、户的规则"),
    Function("household_named", "household_named('房屋结构')", "文字", "这个人所在户的一栏", "核查人的规则"),
    Function("members", "members(is_disabled)", "数", "户内成员里成立的人数；判断不了的不计", "核查人、户的规则"),
    Function("persons", "persons(has_dropped_out)", "数", "村里成立的人数；判断不了的不计", "核查村的规则"),
    Function("households", "households(is_watched)", "数", "村里成立的户数；判断不了的不计", "核查村的规则"),
)  # fmt: skip
FORMS: tuple[Function, ...] = (
    Function("logic", "and、or、not", "成立与否", "三值逻辑：一项未知而其余不能定局时，结果未知"),
    Function("compare", "=、<>、<、<=、>、>=", "成立与否", "两边要同类；代码和是否只能用 = 和 <>；一边未知则未知"),
    Function("between", "member_count between 2 and 4", "成立与否", "含两端"),
    Function("in", "poverty_status in ('POOR', 'EXITED')", "成立与否", "代码是其中之一；也可写 in listed('名单')"),
    Function("is", "is null、is not null、is true、is false", "成立与否", "未知与否、确定成立与否；本身不会未知"),
    Function("arithmetic", "+、-、*", "数或金额", "没有除法；金额不能与金额相乘；可能超过 38 位的拒绝"),
    Function("date", "DATE '2020-06-30'", "日期", "写明的日期"),
)  # fmt: skip
FUNCTIONS: tuple[str, ...] = tuple(function.key for function in CALLED)
