"""残联: certificates and the two subsidies."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shouwang.kit.divisions import Level
from shouwang.synth.departments.content import Column, Kind, Part, Sheet, View, count, day, fen, same, words_at
from shouwang.synth.draws import Ints, chance
from shouwang.synth.statuses import STATUS_KINDS

CERTIFICATES = Sheet("certificate", "disabled", "残疾人联合会", "残疾人认证", "持证残疾人信息登记表")
SUBSIDIES = Sheet("subsidy", "disabled", "残疾人联合会", "两项补贴", "困难残疾人生活补贴和重度残疾人护理补贴发放表")
_CATEGORY = ("", "视力残疾", "听力残疾", "言语残疾", "肢体残疾", "智力残疾", "精神残疾", "多重残疾")
_GRADE = ("", "一级", "二级", "三级", "四级")


def _holders(view: View) -> tuple[Ints, Ints]:
    """This function returns the holders of certificates and since when."""
    rows = view.block.statuses
    held = rows["kind"] == STATUS_KINDS.index("DISABILITY_CERT")
    return rows["person"][held], rows["from_day"][held]


def _numbers(view: View, rows: Ints, share: float) -> Column:
    """This function returns IDs, some as the twenty digits of the certificate."""
    who, block = view.block.persons, view.block
    ids = view.of(block.resident_ids, rows)
    digits = pa.array(who.category[rows] * 10 + who.grade[rows]).cast(pa.string())
    long = pc.binary_join_element_wise(ids, digits, "")
    return Column(Kind.ID, pc.if_else(pa.array(chance(view.rng, share, len(rows))), long, ids))


def certificates_part(view: View) -> Part:
    """This function returns the holders of disability certificates of a block."""
    block = view.block
    rows, since = _holders(view)
    households, size, who = block.kin.household[rows], len(rows), block.persons
    address = view.address(households)
    columns = {
        "姓名": view.person(rows)["name"],
        "证件号码": _numbers(view, rows, 0.15),
        "年龄": count(who.years[rows]),
        "性别": words_at(("女", "男"), who.sex[rows]),
        "区县": view.area(households, Level.COUNTY),
        "街道": view.area(households, Level.TOWNSHIP),
        "居委": view.area(households, Level.VILLAGE, short=True),
        "户籍类别": same("农业", size),
        "状态": same("正常", size),
        "残疾类别": words_at(_CATEGORY, who.category[rows]),
        "残疾等级": words_at(_GRADE, who.grade[rows]),
        "双侧或单侧": words_at(("双侧", "单侧"), np.where(who.category[rows] <= 2, rows % 2, -1)),
        "户口地址": address,
        "联系地址": address,
        "联系电话": view.phone(rows),
        "工作/就业": words_at(("未就业", "务工"), (who.work_months[rows] > 0).astype(np.int64)),
        "初次申领日期": day(since),
        "业务申请类型": same("新办", size),
        "申请日期": day(since),
    }
    return view.part(columns, person=rows, household=households)


def subsidies_part(view: View, *, today: int) -> Part:
    """This function returns those who draw one of the two subsidies."""
    block = view.block
    rows, since = _holders(view)
    households = block.kin.household[rows]
    who = block.persons
    grave = who.grade[rows] <= 2
    chosen = grave | block.standing.is_dibao[households]
    rows, since, households, grave = rows[chosen], since[chosen], households[chosen], grave[chosen]
    size = len(rows)
    amount = np.where(grave, 6_000, 5_500)
    columns = {
        "姓名": view.person(rows)["name"],
        "证件号": _numbers(view, rows, 0.4),
        "户籍区县": view.area(households, Level.COUNTY),
        "户籍街道": view.area(households, Level.TOWNSHIP),
        "残疾类别": words_at(_CATEGORY, who.category[rows]),
        "残疾等级": words_at(_GRADE, who.grade[rows]),
        "年龄": count(who.years[rows]),
        "申请时间": day(np.minimum(since + 30, today)),
        "补贴类型": words_at(("困难残疾人生活补贴", "重度残疾人护理补贴"), grave.astype(np.int64)),
        "补贴标准": fen(amount),
        "补贴金额": fen(amount),
        "状态": same("正常发放", size),
    }
    return view.part(columns, person=rows, household=households)
