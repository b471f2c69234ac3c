"""医保: stays in hospital with every part of the bill; visits of the chronically ill."""

from __future__ import annotations

import numpy as np

from shouwang.kit.divisions import Level
from shouwang.synth import words
from shouwang.synth.departments.content import Column, Part, Sheet, View, count, day, fen, same, words_at
from shouwang.synth.draws import Ints, chance
from shouwang.synth.events import DETAILS, SPENDING_CAUSES

STAYS = Sheet(
    "inpatient",
    "medical_insurance",
    "医疗保障局",
    "个人住院信息表",
    "参保人员住院费用结算明细表",
    extra=("住院主诊断名称", "乡镇", "行政村"),
)
VISITS = Sheet("visit", "medical_insurance", "医疗保障局", "人员就诊记录", "人员就诊记录")


def _hospital(rng: np.random.Generator, size: int) -> dict[str, Column]:
    where = rng.integers(0, len(words.HOSPITALS), size)
    codes = tuple(f"H1305{number:07d}" for number in range(1, len(words.HOSPITALS) + 1))
    return {
        "定点医药机构代码": words_at(codes, where),
        "定点医药机构名称": words_at(words.HOSPITALS, where),
        "医疗机构等级": words_at(words.HOSPITAL_GRADES, where),
        "支付地点": words_at(("异地", "本地"), (where < 6).astype(np.int64)),
    }


def stays_part(view: View) -> Part:
    """This function returns the stays in hospital of a block; what is not settled yet has no parts."""
    block, table = view.block, view.block.spending
    event = np.flatnonzero(table["cause"] == SPENDING_CAUSES.index("ILLNESS"))
    rows, households, size = table["person"][event], table["household"][event], len(event)
    gross, paid, own = (table[name][event] for name in ("gross", "reimbursed", "self_paid"))
    open_bill = table["is_unsettled"][event]
    zero = np.zeros(size, dtype=np.int64)
    all_own, over_limit, first_own = own * 30 // 100, own * 5 // 100, own * 15 // 100
    deductible = np.minimum(own - all_own - over_limit - first_own, 80_000)
    serious_fund = np.where(gross > 3_000_000, paid * 15 // 100, 0)
    aid = np.where(block.standing.poverty[households] > 0, paid * 8 // 100, 0)
    pooled = paid - serious_fund - aid
    settled = table["day"][event]
    nights = np.minimum(3 + gross // 150_000, 60)
    person = view.person(rows)
    empty = open_bill.astype(bool)
    columns = {
        "姓名": person["name"],
        "身份证号码": person["id"],
        "险种类型": same("390", size),
        "险种名称": same("城乡居民基本医疗保险", size),
        "医疗类别": same("21", size),
        "医疗类别名称": same("普通住院", size),
        **_hospital(view.rng, size),
        "就医开始时间": day(settled - nights),
        "就医结束时间": day(settled),
        "结算时间": day(np.where(empty, -1, settled)),
        "医疗费总额（元）": fen(gross),
        "全自费（元）": fen(all_own, unknown=open_bill),
        "超限价自付金额（元）": fen(over_limit, unknown=open_bill),
        "先行自付金额（元）": fen(first_own, unknown=open_bill),
        "符合范围金额（元）": fen(gross - all_own - over_limit - first_own, unknown=open_bill),
        "起付标准（元）": fen(np.full(size, 80_000)),
        "本次起付线（元）": fen(np.full(size, 80_000)),
        "实际支付起付线（元）": fen(deductible, unknown=open_bill),
        "统筹基金支出（元）": fen(pooled, unknown=open_bill),
        "基本医疗统筹支付比例": view.choice(("0.6", "0.65", "0.7", "0.75"), size),
        "公务员医疗补助资金支出（元）": fen(zero),
        "补充医疗保险基金支出（元）": fen(zero),
        "大病补充医疗保险基金支出（元）": fen(serious_fund, unknown=open_bill),
        "大额医疗补助基金支出（元）": fen(zero),
        "伤残人员医疗保障基金支出（元）": fen(zero),
        "医疗救助基金支出（元）": fen(aid, unknown=open_bill),
        "其它基金支付（元）": fen(zero),
        "基金支付总额（元）": fen(paid, unknown=open_bill),
        "个人支付金额（元）": fen(own, unknown=open_bill),
        "个人账户支出（元）": fen(zero),
        "现金支付金额（元）": fen(own, unknown=open_bill),
        "住院主诊断名称": words_at(DETAILS, table["detail"][event]),
        "乡镇": view.area(households, Level.TOWNSHIP),
        "行政村": view.area(households, Level.VILLAGE, short=True),
    }
    return view.part(columns, person=rows, household=households, event=event)


def visits_part(view: View, *, today: int) -> Part:
    """This function returns visits of some of the chronically ill: diagnoses without bills."""
    block = view.block
    ill = np.flatnonzero(block.persons.is_chronic & chance(view.rng, 0.3, block.kin.people))
    rows: Ints = np.repeat(ill, view.rng.integers(1, 3, len(ill)))
    size = len(rows)
    person = view.person(rows)
    on = today - view.rng.integers(0, 360, size)
    disease = words_at(words.CHRONIC_DISEASES, ill_of(rows))
    hospital = _hospital(view.rng, size)
    columns = {
        "人员姓名": person["name"],
        "证件号码": person["id"],
        "就诊时间": day(on),
        "人员编号": count(rows + block.first_person),
        "险种类型": same("城乡居民基本医疗保险", size),
        "有效标志": words_at(("无效", "有效"), (view.rng.random(size) > 0.01).astype(np.int64)),
        "定点医药机构代码": hospital["定点医药机构代码"],
        "定点医药机构名称": hospital["定点医药机构名称"],
        "病种名称": disease,
        "门诊诊断信息": disease,
        "主诊医师姓名": view.choice(("王医生", "李医生", "张医生", "刘医生"), size),
        "结束时间": day(on),
    }
    return view.part(columns, person=rows, household=block.kin.household[rows])


def ill_of(rows: Ints) -> Ints:
    """This function returns which chronic disease a person has, the same in every file."""
    return rows % len(words.CHRONIC_DISEASES)
