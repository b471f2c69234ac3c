"""Forms of people."""

from __future__ import annotations

from typing import Any

from django import forms

from shouwang.people.access import KIND_LABELS, ROLE_LABELS, Kind, Role, Viewer
from shouwang.people.models import Area, Organisation, User
from shouwang.people.selectors import areas_matching
from shouwang.people.services.appointments import KIND_ROLES
from shouwang.people.services.organisations import DEPARTMENTS
from shouwang.ui.forms import FreeTextForm

ADDABLE = [kind for kind in Kind if kind is not Kind.SYSTEM]


class AreaField(forms.CharField):
    """An area of the viewer, typed as code, name or pinyin initials; cleaned to the `Area`."""

    def __init__(self, *, viewer: Viewer | None = None, level: int | None = None, **more: Any) -> None:
        self.viewer, self.level = viewer, level
        super().__init__(max_length=60, **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        assert self.viewer is not None
        found = list(areas_matching(self.viewer, text, level=self.level)[:6])
        exact = [area for area in found if text in (str(area.lo), area.name, area.full_name)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError("您的辖区里没有这个地方，请核对名称或代码。")
        choices = "；".join(f"{area.full_name} {area.lo}" for area in found[:5])
        raise forms.ValidationError(f"有几个地方都对得上，请写代码：{choices}")


class OrganisationForm(FreeTextForm):
    """A new organisation."""

    kind = forms.ChoiceField(label="机构类型", choices=[(kind.value, KIND_LABELS[kind]) for kind in ADDABLE])
    department = forms.ChoiceField(
        label="是哪个部门",
        required=False,
        choices=[("", "不是部门"), *DEPARTMENTS.items()],
        help_text="只有县级部门要选",
    )
    area = AreaField(label="辖区", help_text="名称、代码或拼音首字母")
    name = forms.CharField(label="机构名称", max_length=120)

    def __init__(self, *args: Any, viewer: Viewer, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["area"].viewer = viewer  # type: ignore[attr-defined]


class CountyForm(FreeTextForm):
    """The standard organisations of a county."""

    county = AreaField(label="县（市、区）", level=3, help_text="名称、代码或拼音首字母")
    insurer = forms.CharField(label="承保公司名称", max_length=120, required=False)
    with_villages = forms.BooleanField(label="同时建立每个村的防贫工作站", required=False, initial=True)

    def __init__(self, *args: Any, viewer: Viewer, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["county"].viewer = viewer  # type: ignore[attr-defined]


class AppointmentForm(FreeTextForm):
    """A user, known or new, and her role."""

    username = forms.CharField(
        label="账号", max_length=31, help_text="已有账号直接填；新账号用小写字母开头，可用数字、点、横线", strip=True
    )
    name = forms.CharField(label="姓名", max_length=60, required=False, help_text="新账号必填；已有账号可不填")
    role = forms.ChoiceField(label="岗位")
    areas = forms.CharField(
        label="辖区",
        required=False,
        max_length=300,
        help_text="不填就是本机构的全部辖区；只管一部分时写名称或代码，用顿号隔开，最多 8 处",
    )
    valid_from = forms.DateField(label="从哪天起")
    valid_to = forms.DateField(label="到哪天止", required=False, help_text="不填为长期；这一天起不再有效")

    def __init__(self, *args: Any, viewer: Viewer, organisation: Organisation, **more: Any) -> None:
        super().__init__(*args, **more)
        self.viewer, self.organisation = viewer, organisation
        roles = KIND_ROLES.get(Kind(organisation.kind), ())
        self.fields["role"].choices = [(role.value, ROLE_LABELS[role]) for role in roles]  # type: ignore[attr-defined]

    def clean_areas(self) -> list[int]:
        """This function returns the ids of the areas that were named."""
        texts = [part.strip() for part in self.cleaned_data["areas"].replace("，", "、").split("、") if part.strip()]
        field = AreaField(viewer=self.viewer)
        return [field.clean(text).pk for text in texts]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        username = (data.get("username") or "").lower()
        data["username"] = username
        data["known_user"] = User.objects.filter(username=username).first()
        if username and data["known_user"] is None and not data.get("name"):
            self.add_error("name", "这是新账号，请填写姓名。")
        return data

    @property
    def chosen_role(self) -> Role:
        """The role that was chosen."""
        return Role(self.cleaned_data["role"])


class EndForm(FreeTextForm):
    """The end of an appointment."""

    successor = forms.ChoiceField(label="没办完的工作交给", required=False)
    reason = forms.CharField(label="原因", max_length=200, help_text="例如：调离、退休、换届")

    def __init__(self, *args: Any, successors: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["successor"].choices = [("", "没有要交接的工作"), *successors]  # type: ignore[attr-defined]


class DeputyForm(FreeTextForm):
    """Who does an absent person's desk, and in which days."""

    user_id = forms.TypedChoiceField(
        label="请谁代理", coerce=int,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选请谁代理。"),
    )  # fmt: skip
    valid_from = forms.DateField(
        label="从哪天起", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填从哪天起。", "invalid": "请按“年-月-日”填写日期。"},
    )  # fmt: skip
    until = forms.DateField(
        label="到哪天止（含这一天）", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填到哪天止。", "invalid": "请按“年-月-日”填写日期。"},
    )  # fmt: skip
    reason = forms.CharField(
        label="原因", max_length=200, help_text="例如：休假、外出学习", error_messages={"required": "请写明原因。"}
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["user_id"].choices = [("", "请选择"), *people]  # type: ignore[attr-defined]


class ReasonForm(FreeTextForm):
    """Why something is done to an account."""

    reason = forms.CharField(label="原因", max_length=200)


class PasswordForm(forms.Form):
    """A first or new password."""

    password = forms.CharField(
        label="新密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text="至少 10 位，字母、数字混用；不用常见密码，不和姓名、账号相像",
    )
    again = forms.CharField(
        label="再输一遍", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "两遍输入的不一样。")
        return data


def area_options(areas: list[Area]) -> list[tuple[str, str, str]]:
    """This function returns the options of a picker."""
    return [(str(area.lo), area.name, area.full_name) for area in areas]
