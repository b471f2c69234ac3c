"""Words that fill the files: surnames, characters of given names, diseases, hospitals, schools."""

from __future__ import annotations

# The commonest surnames, in about their order, with weights.
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)  # fmt: skip
SURNAME_WEIGHTS = tuple(1.0 / (rank + 6) for rank in range(len(SURNAMES)))

GIVEN_MEN = (
    "国建军志永明德福贵新文保忠平胜林春海山喜成全义生玉",
    "伟强勇军杰斌波辉鹏飞亮刚磊涛超东峰振利宏",
    "浩宇轩博子涵泽睿晨皓俊嘉一航天佑梓豪文",
)
GIVEN_WOMEN = (
    "秀英桂兰淑玉珍凤梅芳香云荣素贵春花爱莲巧",
    "丽娟敏静霞红艳燕玲娜洁晓慧莉萍雪倩婷",
    "梓涵欣怡雨诗语萱若佳思琪雅婷可馨一诺",
)

SERIOUS_DISEASES = (
    "胃癌", "食管癌", "结肠癌", "直肠癌", "肺癌", "肝癌", "乳腺癌", "宫颈癌", "终末期肾病", "急性心肌梗死", "脑卒中",
    "尘肺病", "慢性阻塞性肺疾病", "儿童白血病", "儿童先天性心脏病",
)  # fmt: skip
CHILD_DISEASES_FROM = 13
SERIOUS_WEIGHTS = (10, 9, 5, 5, 11, 8, 7, 4, 7, 9, 18, 1, 6)
PLAIN_DISEASES = (
    "肺炎", "急性支气管炎", "骨折", "急性阑尾炎", "胆囊结石", "腰椎间盘突出", "冠心病", "高血压病", "2型糖尿病",
    "脑供血不足", "腹股沟疝", "白内障", "肾结石", "甲状腺结节", "慢性胃炎",
)  # fmt: skip
CHRONIC_DISEASES = ("高血压病", "2型糖尿病", "冠心病", "脑血管病后遗症", "慢性支气管炎", "类风湿性关节炎", "重性精神病")
HOSPITALS = ("县人民医院", "县中医院", "县妇幼保健院", "市人民医院", "市第一医院", "乡镇卫生院", "省第二医院")
HOSPITAL_GRADES = ("二级", "二级", "二级", "三级", "三级", "一级", "三级")
DISASTERS = ("暴雨洪涝", "风雹", "火灾", "低温冷冻", "地质灾害")
ACCIDENTS = ("交通事故", "工伤", "高处坠落", "机械伤害", "烧烫伤")
SCHOOL_KINDS = ("公办", "民办普惠", "民办")
STUDY_DETAILS = ("公办", "民办普惠", "民办")
