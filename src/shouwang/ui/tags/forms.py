"""Form components: the error summary, the field with its label, hint and error, the picker."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms import BoundField

from shouwang.ui.words import problems

register = template.Library()
GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.inclusion_tag("ui/errors.html")
def errors(form: Any) -> dict[str, Any]:
    """This function draws the summary of what must be mended, each line a link to its field; nothing when all is well.

    Takes a form or a formset; formsets number their rows (第 2 行). No browser keeps a chosen file, so the summary
    asks for it again.
    """
    rows: list[dict[str, str]] = []
    if hasattr(form, "forms"):
        rows += [{"text": str(text), "href": ""} for text in form.non_form_errors()]
        for index, part in enumerate(form.forms, start=1):
            rows += _problems(part, where=f"第 {index} 行：")
    elif form is not None and form.is_bound:
        rows += _problems(form, where="")
    return {"rows": rows, "is_file_gone": bool(getattr(form, "files", None))}


def _problems(form: Any, *, where: str) -> list[dict[str, str]]:
    rows = [{"text": f"{where}{text}", "href": ""} for text in form.non_field_errors()]
    for bound in form:
        rows += [{"text": f"{where}{bound.label}：{text}", "href": f"#{_anchor(bound)}"} for text in problems(bound)]
    return rows


def _anchor(bound: BoundField) -> str:
    return (
        f"{bound.id_for_label or bound.auto_id}" if not isinstance(bound.field.widget, GROUPS) else f"{bound.auto_id}_0"
    )


@register.inclusion_tag("ui/field.html")
def field(
    bound: BoundField, known: bool = False, hint: str = "", label: str = "", unit: str = "", source: str = ""
) -> dict[str, Any]:
    """This function draws one field: label, hint, 已有数据 mark, input, error beside it.

    `known` marks a value the state already holds (with `source`: where from); `unit` stands behind the input (元).
    """
    widget = bound.field.widget
    _keep_typed(widget)
    help_text = hint or str(bound.help_text or "")
    is_group = isinstance(widget, GROUPS)
    described = [f"{bound.auto_id}_{part}" for part, has in (("hint", help_text), ("error", bound.errors)) if has]
    attrs: dict[str, Any] = {"class": _css(widget)}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
        attrs["class"] += " is-invalid"
    return {
        "bound": bound,
        "kind": _kind(widget),
        "control": "" if is_group or widget.is_hidden else bound.as_widget(attrs=attrs),
        "label": label or bound.label,
        "hint": help_text,
        "known": known,
        "source": source,
        "unit": unit,
        "described": " ".join(described),
        "problems": problems(bound),
        "is_optional": not bound.field.required and not isinstance(widget, forms.CheckboxInput),
    }


def _keep_typed(widget: forms.Widget) -> None:
    """This function lets a wrong number stand in its field, and gives days to the browser in the form it reads.

    A browser empties `type=number` when the text is no number; a day in local writing leaves `type=date` empty.
    """
    if isinstance(widget, forms.NumberInput) and widget.input_type == "number":
        widget.input_type = "text"
        widget.attrs = {"inputmode": "decimal", "autocomplete": "off", **widget.attrs}
        for name in ("step", "min", "max"):
            widget.attrs.pop(name, None)
    elif isinstance(widget, forms.DateInput):
        widget.input_type, widget.format = "date", "%Y-%m-%d"
        widget.attrs.pop("type", None)


def _kind(widget: forms.Widget) -> str:
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, GROUPS):
        return "group"
    return "check" if isinstance(widget, forms.CheckboxInput) else "plain"


def _css(widget: forms.Widget) -> str:
    given = str(widget.attrs.get("class", ""))
    if isinstance(widget, forms.CheckboxInput):
        return f"form-check-input {given}".strip()
    if isinstance(widget, forms.Select) and not isinstance(widget, GROUPS):
        return f"form-select {given}".strip()
    return f"form-control {given}".strip()


@register.inclusion_tag("ui/picker.html")
def picker(
    bound: BoundField,
    search_url: str,
    hint: str = "",
    shown: str = "",
    known: bool = False,
    with_fields: str = "",
    post: bool = False,
    focus: bool = False,
) -> dict[str, Any]:
    """This function draws a picker: a text field that, with JavaScript, suggests from `search_url` as one types.

    The form field receives the chosen text or key; without JavaScript the form itself must accept the typed text
    (a code, a name, pinyin initials) and show the choices again on its page. `search_url` answers `?q=` with
    `ui/picker_options.html`. `shown` is the readable text of a key that is already chosen; `with_fields` names other
    fields of the form whose values the search receives too ("village"). With `post` the text goes in a POST, so that it
    may be a number that names somebody, and Enter takes the first hit; `focus`: the page begins here.
    """
    return {
        "bound": bound,
        "search_url": search_url,
        "hint": hint or str(bound.help_text or ""),
        "shown": shown,
        "problems": problems(bound),
        "known": known,
        "value": bound.value() or "",
        "with_fields": with_fields,
        "post": post,
        "focus": focus,
    }
