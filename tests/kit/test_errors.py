from shouwang.kit.errors import Place, Refusal
from shouwang.kit.texts import name_key


def test_a_refusal_names_file_sheet_row_and_column():
    refusal = Refusal("金额不能是负数，请核对。").at(file="低保.xlsx", sheet="人员", row=4)
    assert str(refusal.at(column="年收入")) == "文件“低保.xlsx”工作表“人员”第 4 行“年收入”列：金额不能是负数，请核对。"
    assert refusal.place == Place("低保.xlsx", "人员", 4, "年收入")


def test_a_refusal_without_a_place_is_its_sentence():
    assert str(Refusal("没有这一户。")) == "没有这一户。"
    assert Refusal().message


def test_a_name_is_compared_without_blanks_and_with_one_kind_of_dot():
    assert name_key(" 张 胜坤 ") == "张胜坤"
    assert name_key("阿依•古丽") == name_key("阿依．古丽") == "阿依·古丽"
