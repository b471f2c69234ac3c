"""Fields and summaries of errors."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines


class Form(forms.Form):
    name = forms.CharField(label="户主姓名")
    spent = forms.DecimalField(label="自付支出", max_digits=8, decimal_places=2)
    on = forms.DateField(label="日期")
    cause = forms.ChoiceField(label="原因", choices=[("A", "因病"), ("B", "因学")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="已签授权书")
    note = forms.CharField(label="说明", required=False, help_text="想到什么写什么")


def draw(source: str, **context: Any) -> str:
    return engines["django"].from_string("{% load ui %}" + source).render(context)


def test_an_unsent_form_has_no_summary() -> None:
    assert draw("{% errors form %}", form=Form()).strip() == ""


def test_each_error_is_a_link_to_its_field() -> None:
    drawn = draw("{% errors form %}", form=Form({"spent": "十万"}))
    assert "有 5 处需要修改" in drawn
    assert '<a href="#id_name">户主姓名：还没有填</a>' in drawn
    assert '<a href="#id_cause_0">原因：还没有选</a>' in drawn
    assert '<a href="#id_agreed">已签授权书：还没有勾选</a>' in drawn
    assert "自付支出：要填数字，例如 1234.56" in drawn


def test_the_error_stands_beside_its_field_and_is_read_with_it() -> None:
    drawn = draw("{% field form.name %}", form=Form({}))
    assert 'id="id_name_error"' in drawn
    assert 'aria-describedby="id_name_error"' in drawn
    assert 'aria-invalid="true"' in drawn


def test_what_was_typed_comes_back_even_when_it_is_wrong() -> None:
    drawn = draw("{% field form.spent unit='元' %}", form=Form({"spent": "十万"}))
    assert 'value="十万"' in drawn
    assert 'type="text"' in drawn
    assert 'inputmode="decimal"' in drawn


def test_a_known_day_is_in_the_form_that_browsers_read() -> None:
    drawn = draw("{% field form.on known=True source='医保局' %}", form=Form(initial={"on": date(2020, 6, 30)}))
    assert 'type="date"' in drawn
    assert drawn.count("type=") == 1
    assert 'value="2020-06-30"' in drawn
    assert "已有数据 · 医保局" in drawn


def test_a_group_of_choices_is_a_fieldset_with_its_legend() -> None:
    drawn = draw("{% field form.cause %}", form=Form())
    assert drawn.index("<fieldset") < drawn.index("<legend>原因") < drawn.index('type="radio"')
    assert '<label class="sw-choice" for="id_cause_1">' in drawn


def test_a_hint_belongs_to_its_field() -> None:
    drawn = draw("{% field form.note %}", form=Form())
    assert 'aria-describedby="id_note_hint"' in drawn
    assert "（选填）" in drawn


def test_a_rooms_own_sentence_is_kept() -> None:
    form = Form({"name": "张"})
    form.add_error("name", "这个姓名和证件号对不上")
    form.add_error(None, "这一户已有一件未办结的案子")
    drawn = draw("{% errors form %}", form=form)
    assert "户主姓名：这个姓名和证件号对不上" in drawn
    assert "<li>这一户已有一件未办结的案子</li>" in drawn


def test_rows_of_a_formset_are_numbered() -> None:
    formset = forms.formset_factory(Form, extra=0)(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-name": "张", "form-1-name": ""}
    )
    assert "第 2 行：户主姓名" in draw("{% errors form %}", form=formset) or "第 1 行" in draw(
        "{% errors form %}", form=formset
    )


def test_typed_markup_is_text() -> None:
    drawn = draw("{% errors form %}{% field form.name %}", form=Form({"name": "<script>x</script>"}))
    assert "<script>" not in drawn


def test_a_picker_works_as_a_plain_field() -> None:
    drawn = draw("{% picker form.name '/villages/' shown='张王疃村' with_fields='on' %}", form=Form({"name": "1305"}))
    assert 'name="name" value="1305"' in drawn
    assert "已选：张王疃村" in drawn
    assert 'data-picker="/villages/" data-picker-with="on"' in drawn


def test_a_file_that_was_chosen_is_asked_for_again() -> None:
    """No browser keeps it, so the summary must not say that all is still there."""

    class Upload(forms.Form):
        day = forms.DateField(label="数据截至")
        file = forms.FileField(label="文件")

    sent = Upload({"day": ""}, {"file": SimpleUploadedFile("表.csv", b"x")})
    assert "有 1 处需要修改，已填的内容都还在，文件要再选一次" in draw("{% errors form %}", form=sent)
    assert "文件要再选一次" not in draw("{% errors form %}", form=Form({"spent": "十万"}))
