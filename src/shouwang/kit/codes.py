"""Code lists of the field, with their Chinese labels and the variants found in files.

Each list is a `Code`: a text enum whose value is the code of the snapshot format, `label` its Chinese word, and
`Code.parse(text)` reads the word, a variant of it or the code itself.
"""

from __future__ import annotations

import enum
import functools
import re
from typing import Self

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import numbers_hidden, squeezed


class CodeUnknown(Refusal):
    """The word is in no code list."""


class Code(enum.StrEnum):
    """A code with its Chinese label; the first variant after the code is the label."""

    label: str
    variants: tuple[str, ...]

    def __new__(cls, code: str, label: str = "", *variants: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.variants = (label, *variants)
        return member

    @classmethod
    def noun(cls) -> str:
        """This function returns what the list is called in a sentence."""
        return NOUNS.get(cls.__name__, "内容")

    @classmethod
    @functools.cache
    def _index(cls) -> dict[str, Self]:
        index: dict[str, Self] = {}
        for member in cls:
            for variant in (member.value, *member.variants):
                index.setdefault(_key(variant), member)
        return index

    @classmethod
    def parse(cls, text: object) -> Self:
        """This function reads a word of the list; raises `CodeUnknown` with the words allowed."""
        if isinstance(text, cls):
            return text
        found = cls._index().get(_key(str(text))) if text is not None else None
        if found is None:
            words = "、".join(member.label for member in cls)
            raise CodeUnknown(f"{cls.noun()}“{_short(text)}”不在代码表中，应为：{words}。")
        return found

    @classmethod
    def parse_or_none(cls, text: object) -> Self | None:
        """This function reads a word of the list; None for an empty or unknown one."""
        if text is None or not str(text).strip():
            return None
        return cls._index().get(_key(str(text)))

    @classmethod
    def parse_several(cls, text: object) -> tuple[Self, ...]:
        """This function reads several words of the list, divided by 、 , ; / or +; in order, each once."""
        parts = [part for part in re.split(r"[、,，;；/|+]", str(text or "")) if part.strip()]
        return tuple(dict.fromkeys(cls.parse(part) for part in parts))

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """This function returns (code, label) pairs in the list's order."""
        return [(member.value, member.label) for member in cls]


def _key(text: str) -> str:
    return re.sub(r"[()\[\]【】“”\"'、/或和与,.:;\-_·]", "", squeezed(text)).upper()


def _short(text: object) -> str:
    shown = numbers_hidden(str(text if text is not None else "").strip())
    return shown if len(shown) <= 12 else shown[:12] + "…"


class Sex(Code):
    """GB/T 2261.1."""

    MALE = "M", "男", "男性", "1"
    FEMALE = "F", "女", "女性", "2"


class Relationship(Code):
    """Relationship to the head of the household."""

    HEAD = "HEAD", "户主", "本人", "本人或户主", "户主本人", "01", "02"
    SPOUSE = "SPOUSE", "配偶", "妻", "夫", "妻子", "丈夫", "夫妻", "10", "11", "12"
    CHILD = (
        "CHILD", "子女", "之子", "之女", "子", "女", "儿子", "女儿", "独生子", "独生女", "长子", "次子", "三子", "长女",
        "次女", "三女", "二子", "二女", "之子女",
        "养子", "养女", "继子", "继女", "养子或继子", "养女或继女", "20", "30",
    )  # fmt: skip
    CHILD_IN_LAW = "CHILD_IN_LAW", "儿媳/女婿", "之儿媳", "之女婿", "儿媳", "女婿", "28", "38"
    GRANDCHILD = (
        "GRANDCHILD", "孙辈", "之孙子", "之孙女", "之外孙子", "之外孙女", "孙子", "孙女", "外孙子", "外孙女", "外孙",
        "之孙子、孙女", "孙子女", "孙子、孙女或外孙子、外孙女", "之曾孙子", "之曾孙女", "曾孙子", "曾孙女", "40",
    )  # fmt: skip
    PARENT = "PARENT", "父母", "之父", "之母", "父亲", "母亲", "父", "母", "之父母", "50", "51", "52"
    PARENT_IN_LAW = (
        "PARENT_IN_LAW", "岳父母/公婆", "之岳父", "之岳母", "之公公", "之婆婆", "岳父", "岳母", "公公", "婆婆", "公婆",
        "岳父母", "岳父母或公婆",
    )  # fmt: skip
    GRANDPARENT = (
        "GRANDPARENT", "祖辈", "之祖父", "之祖母", "之外祖父", "之外祖母", "祖父", "祖母", "外祖父", "外祖母", "爷爷",
        "奶奶", "祖父母或外祖父母", "祖父母", "60",
    )  # fmt: skip
    SIBLING = (
        "SIBLING", "兄弟姐妹", "之兄弟姐妹", "兄", "弟", "姐", "妹", "哥哥", "弟弟", "姐姐", "妹妹", "兄弟", "姐妹",
        "之兄", "之弟", "之姐", "之妹", "70",
    )  # fmt: skip
    OTHER = (
        "OTHER",
        "其他",
        "其它",
        "其他亲属",
        "非亲属",
        "之侄儿",
        "之侄女",
        "之兄弟媳妇",
        "之叔伯",
        "叔伯",
        "侄子",
        "侄女",
    )


class Health(Code):
    """Health; a person may have several, but 健康 stands alone."""

    HEALTHY = "HEALTHY", "健康", "健康或良好", "良好", "一般", "正常"
    CHRONIC = "CHRONIC", "长期慢性病", "慢性病", "慢病", "患有慢性病", "有慢性病"
    SERIOUS = "SERIOUS", "患有大病", "大病", "重病", "患大病", "重大疾病", "患有重大疾病"
    DISABLED = "DISABLED", "残疾", "残疾人", "有残疾"


class Labour(Code):
    """Ability to work (劳动技能)."""

    ORDINARY = "ORDINARY", "普通劳动力", "普通", "有劳动能力", "有劳动力", "完全劳动能力"
    SKILLED = "SKILLED", "技能劳动力", "技能", "技术劳动力"
    WEAK = (
        "WEAK", "弱劳动力或半劳动力", "弱劳动力", "半劳动力", "部分劳动能力", "部分丧失劳动能力", "弱劳动力半劳动力",
    )  # fmt: skip
    LOST = "LOST", "丧失劳动力", "丧失劳动能力", "完全丧失劳动能力"
    NONE = "NONE", "无劳动力", "无劳动能力", "无"


class Education(Code):
    """Highest education (GB/T 4658), for persons who are not at school."""

    ILLITERATE = "ILLITERATE", "文盲或半文盲", "文盲", "半文盲", "文盲半文盲", "未上学", "不识字", "90"
    PRIMARY = "PRIMARY", "小学", "小学毕业", "80"
    JUNIOR = "JUNIOR", "初中", "初级中学", "初中毕业", "70"
    SENIOR = "SENIOR", "高中", "普通高中", "高中/中专", "高级中学", "60"
    VOCATIONAL = "VOCATIONAL", "中专", "中职", "中等专业学校", "中等职业教育", "技工学校", "职高", "技校", "40"
    COLLEGE = "COLLEGE", "大专", "专科", "大学专科", "大专及以上", "高职", "30"
    BACHELOR = "BACHELOR", "本科及以上", "本科", "大学本科", "大学", "20"
    GRADUATE = "GRADUATE", "研究生", "研究生及以上", "硕士", "博士", "10"


class StudentStatus(Code):
    """What a person at school attends (在校生状况)."""

    PRESCHOOL = "PRESCHOOL", "学前教育", "学龄前儿童", "幼儿园", "学前"
    PRIMARY = (
        "PRIMARY", "小学", "小学一年级", "小学二年级", "小学三年级", "小学四年级",
        "小学五年级", "小学六年级", "小学在读",
    )  # fmt: skip
    JUNIOR = "JUNIOR", "初中", "七年级", "八年级", "九年级", "初中一年级", "初中二年级", "初中三年级", "初中在读"
    SENIOR = "SENIOR", "普通高中", "高中", "高中一年级", "高中二年级", "高中三年级", "普通高中一年级", "高中在读"
    VOCATIONAL = "VOCATIONAL", "中职", "中职一年级", "中职二年级", "中职三年级", "中专", "技校", "职业高中"
    COLLEGE = "COLLEGE", "高职高专", "高职", "大专", "专科", "高职高专一年级", "高职高专二年级", "高职高专三年级"
    BACHELOR = "BACHELOR", "本科", "大学", "本科一年级", "本科二年级", "本科三年级", "本科四年级", "大学本科"
    GRADUATE = "GRADUATE", "硕士研究生及以上", "研究生", "硕士", "博士", "硕士研究生", "博士研究生"
    SPECIAL = "SPECIAL", "特殊教育", "特教", "特殊教育学校"


class Risk(Code):
    """Risk or cause of falling (back) into poverty; OTHER needs a note."""

    ILLNESS = "ILLNESS", "因病", "病", "疾病", "大病"
    STUDY = "STUDY", "因学", "学", "上学"
    DISABILITY = "DISABILITY", "因残", "残", "残疾"
    DISASTER = "DISASTER", "因自然灾害", "因灾", "自然灾害", "灾"
    ACCIDENT = "ACCIDENT", "因意外事故", "因意外", "意外事故", "因意外事件", "意外", "突发事件"
    INDUSTRY = "INDUSTRY", "因产业失败", "因产业项目失败", "产业失败", "因产业"
    EMPLOYMENT = (
        "EMPLOYMENT",
        "因务工就业不稳",
        "因务工不稳",
        "因就业不稳",
        "务工就业不稳",
        "因就业",
        "因务工就业不稳定",
    )
    LABOUR = "LABOUR", "因缺劳动力", "缺劳动力", "因缺劳力", "缺劳力"
    HOUSING = "HOUSING", "因安全住房", "住房", "因住房出现安全问题", "因房", "因住房"
    WATER = "WATER", "因安全饮水", "饮水", "因水", "因饮水"
    OTHER = "OTHER", "其他", "其它", "因其他"


class SpendingCause(Code):
    """Cause of a spending event in the snapshot."""

    ILLNESS = "ILLNESS", "因病", "医疗", "疾病"
    STUDY = "STUDY", "因学", "教育", "上学"
    DISASTER = "DISASTER", "因灾", "因自然灾害", "自然灾害"
    ACCIDENT = "ACCIDENT", "因意外", "因意外事故", "意外事故"
    DISABILITY = "DISABILITY", "因残", "残疾"
    OTHER = "OTHER", "其他", "其它"


class IncomeKind(Code):
    """Kind of an income row; COST is production cost, CLAIMS money from insurers."""

    WAGE = "WAGE", "工资性收入", "务工收入", "工资收入"
    BUSINESS = "BUSINESS", "生产经营性收入", "经营性收入", "经营净收入"
    PROPERTY = "PROPERTY", "财产性收入", "财产收入"
    TRANSFER = "TRANSFER", "转移性收入", "转移收入"
    COST = "COST", "生产经营性支出", "经营性支出", "生产经营支出"
    CLAIMS = "CLAIMS", "理赔收入", "家庭理赔收入", "其他理赔收入"


class PovertyStatus(Code):
    """What the household was in the fight against poverty."""

    NEVER = "NEVER", "一般农户", "非贫困户", "一般户", "农户"
    POOR = "POOR", "未脱贫户", "贫困户", "建档立卡贫困户", "一般贫困户", "未脱贫"
    EXITED = "EXITED", "脱贫户", "已脱贫户", "稳定脱贫户", "已脱贫", "建档立卡脱贫户"


class WatchType(Code):
    """National household types under watch (监测对象类别)."""

    UNSTABLE = "UNSTABLE", "脱贫不稳定户", "脱贫不稳户", "脱贫不稳定", "不稳定脱贫户", "非持续稳定脱贫户"
    MARGINAL = "MARGINAL", "边缘易致贫户", "边缘户", "边缘易致贫"
    SUDDEN = "SUDDEN", "突发严重困难户", "突发严重困难", "突发困难户"


class DisabilityCategory(Code):
    """GB/T 26341, seven categories; the code is the digit of the certificate."""

    VISION = "1", "视力", "视力残疾", "视力残"
    HEARING = "2", "听力", "听力残疾", "听力残"
    SPEECH = "3", "言语", "言语残疾", "言语残", "语言"
    LIMB = "4", "肢体", "肢体残疾", "肢体残"
    INTELLECT = "5", "智力", "智力残疾", "智力残"
    MIND = "6", "精神", "精神残疾", "精神残"
    MULTIPLE = "7", "多重", "多重残疾", "多重残"


class DisabilityLevel(Code):
    """GB/T 26341, four levels, one the gravest; the code is the digit of the certificate."""

    FIRST = "1", "一级", "壹级", "I", "I级", "1级"
    SECOND = "2", "二级", "贰级", "II", "II级", "2级"
    THIRD = "3", "三级", "叁级", "III", "III级", "3级"
    FOURTH = "4", "四级", "肆级", "IV", "IV级", "4级"


class Measure(Code):
    """The national list of fourteen kinds of help."""

    INDUSTRY = "INDUSTRY", "产业", "产业帮扶"
    EMPLOYMENT = "EMPLOYMENT", "就业", "就业帮扶"
    FINANCE = "FINANCE", "金融", "金融帮扶"
    PUBLIC_POST = "PUBLIC_POST", "公益岗位", "公益性岗位", "公益岗位帮扶", "公益性岗位帮扶", "公益岗"
    HOUSING = "HOUSING", "住房", "住房安全保障"
    WATER = "WATER", "饮水", "饮水安全保障"
    HEALTH = "HEALTH", "健康", "健康帮扶"
    COMPULSORY_EDUCATION = "COMPULSORY_EDUCATION", "义务教育", "义务教育保障"
    OTHER_EDUCATION = "OTHER_EDUCATION", "其他教育", "教育帮扶", "其他教育帮扶"
    SAFETY_NET = "SAFETY_NET", "综合保障", "兜底保障"
    SOCIAL = "SOCIAL", "社会帮扶", "社会"
    RELOCATION = "RELOCATION", "搬迁", "易地搬迁"
    LIVING_CONDITIONS = "LIVING_CONDITIONS", "生产生活条件", "生产生活条件改善"
    INFRASTRUCTURE = "INFRASTRUCTURE", "基础设施", "基础设施建设"


class Defence(Code):
    """The six defences against falling back; every measure belongs to one. The first four each raise one income."""

    INDUSTRY = "INDUSTRY", "产业帮扶", "产业"
    EMPLOYMENT = "EMPLOYMENT", "就业帮扶", "就业"
    POLICY = "POLICY", "政策落实", "政策", "四个不摘"
    ASSET = "ASSET", "资产保障", "资产"
    FLOOR = "FLOOR", "社会保障兜底", "兜底", "社保兜底"
    RESETTLED = "RESETTLED", "搬迁后扶", "搬迁后续扶持"


class YesNo(Code):
    """Yes or no as cells say it."""

    YES = "YES", "是", "有", "1", "Y", "TRUE", "已", "√", "对", "参加", "已参加"
    NO = "NO", "否", "无", "0", "N", "FALSE", "未", "×", "没有", "未参加", "不是"


NOUNS = {
    "Sex": "性别", "Relationship": "与户主关系", "Health": "健康状况", "Labour": "劳动技能", "Education": "文化程度",
    "StudentStatus": "在校生状况", "Risk": "致贫返贫风险", "SpendingCause": "支出原因", "IncomeKind": "收入类别",
    "PovertyStatus": "户类型", "WatchType": "监测对象类别", "DisabilityCategory": "残疾类别",
    "DisabilityLevel": "残疾等级", "Measure": "帮扶措施", "Defence": "防线", "YesNo": "是否", "Nationality": "民族",
}  # fmt: skip

# GB/T 3304: two-digit codes in order; 97 and 98 are the additions in use.
_NATIONALITIES = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 "
    "傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 "
    "仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 "
    "鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)  # fmt: skip
NATIONALITIES = {f"{number:02d}": f"{name}族" for number, name in enumerate(_NATIONALITIES.split(), start=1)} | {
    "97": "其他",
    "98": "外国血统中国籍人士",
}
_NATIONALITY_INDEX = {
    key: code for code, name in NATIONALITIES.items() for key in (code, name, name.removesuffix("族"))
}


def nationality_parse(text: object) -> str:
    """This function reads a nationality (汉, 汉族, 01) and returns its two-digit code."""
    code = _NATIONALITY_INDEX.get(squeezed(str(text or "")))
    if code is None:
        raise CodeUnknown(f"民族“{_short(text)}”不在代码表中，请写全称，例如汉族、满族。")
    return code


# What a member's status is called; a pack may name further kinds, which stand for themselves.
STATUS_LABELS = {
    "DIBAO": "低保", "TEKUN_DISPERSED": "分散特困供养", "TEKUN_CENTRAL": "集中特困供养", "TEMPORARY_AID": "临时救助",
    "DISABILITY_CERT": "残疾人证", "DROPOUT_SUSPECTED": "疑似失学辍学", "INJURY": "受伤", "DEATH": "死亡",
    "HOUSE_DAMAGED": "住房受损", "UNEMPLOYED": "失业", "CRIME": "违法犯罪", "ALCOHOLISM": "酗酒", "DRUG_USE": "吸毒",
    "GAMBLING": "赌博", "UNFILIAL": "不履行赡养义务", "CAR": "有车辆", "FLAT": "有商品房", "COMPANY": "有企业",
    "PUBLIC_PAYROLL": "财政供养", "WORKING": "在外务工", "DISABILITY_SUBSIDY": "残疾人两项补贴",
    "SERIOUS_ILLNESS": "大病救治", "HOUSE_UNSAFE": "危房", "WATER_UNSAFE": "饮水不达标",
    "LISTED_MARGINAL": "列入边缘易致贫名单",
}  # fmt: skip
