import pytest

from shouwang.kit import codes

LISTS = [
    codes.Sex, codes.Relationship, codes.Health, codes.Labour, codes.Education, codes.StudentStatus, codes.Risk,
    codes.SpendingCause, codes.IncomeKind, codes.PovertyStatus, codes.WatchType, codes.DisabilityCategory,
    codes.DisabilityLevel, codes.Measure, codes.YesNo,
]  # fmt: skip


@pytest.mark.parametrize("code_list", LISTS)
def test_every_word_means_one_code_only(code_list):
    for member in code_list:
        for variant in (member.value, *member.variants):
            assert code_list.parse(variant) is member


def test_the_codes_are_those_of_the_snapshot():
    assert [c.value for c in codes.Relationship] == [
        "HEAD", "SPOUSE", "CHILD", "CHILD_IN_LAW", "GRANDCHILD", "PARENT", "PARENT_IN_LAW", "GRANDPARENT", "SIBLING",
        "OTHER",
    ]  # fmt: skip
    assert [c.value for c in codes.Labour] == ["ORDINARY", "SKILLED", "WEAK", "LOST", "NONE"]
    assert [c.value for c in codes.PovertyStatus] == ["NEVER", "POOR", "EXITED"]
    assert [c.value for c in codes.WatchType] == ["UNSTABLE", "MARGINAL", "SUDDEN"]
    assert len(codes.Measure) == 14
    assert len(codes.DisabilityCategory) == 7


@pytest.mark.parametrize(
    ("code_list", "text", "code"),
    [
        (codes.Relationship, "之子", "CHILD"),
        (codes.Relationship, "儿媳（女婿）", "CHILD_IN_LAW"),
        (codes.Relationship, " 户 主 ", "HEAD"),
        (codes.Labour, "弱劳动力、半劳动力", "WEAK"),
        (codes.DisabilityLevel, "２级", "2"),
        (codes.Risk, "因自然灾害", "DISASTER"),
        (codes.Sex, "女", "F"),
    ],
)
def test_variants_are_read(code_list, text, code):
    assert code_list.parse(text).value == code


def test_several_words_are_read_in_order_and_once():
    assert codes.Health.parse_several("长期慢性病，残疾、残疾") == (codes.Health.CHRONIC, codes.Health.DISABLED)
    assert codes.Health.parse_several("") == ()


def test_an_unknown_word_is_refused_with_the_words_allowed():
    with pytest.raises(codes.CodeUnknown, match="普通劳动力"):
        codes.Labour.parse("超人")
    with pytest.raises(codes.CodeUnknown):
        codes.Labour.parse(None)
    assert codes.Labour.parse_or_none("超人") is None


def test_nationalities_have_the_codes_of_the_standard():
    assert codes.nationality_parse("汉") == "01"
    assert codes.nationality_parse("满族") == "11"
    assert codes.NATIONALITIES["56"] == "基诺族"
    with pytest.raises(codes.CodeUnknown):
        codes.nationality_parse("火星")
