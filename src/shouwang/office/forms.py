"""Forms of the office."""

from __future__ import annotations

from typing import Any

from django import forms

from shouwang.people.access import ROLE_LABELS, Role, Viewer
from shouwang.people.selectors import appointments_of_organisation, organisations_under
from shouwang.ui.forms import FreeTextForm


class ChannelForm(FreeTextForm):
    """A new way out. Its address holds a key or a phone number; it is sealed and never shown again."""

    numbered = frozenset({"url"})

    organisation = forms.CharField(
        label="给哪个机构", max_length=120, help_text="机构的全称。",
        error_messages={"required": "请填机构的全称。"},
    )  # fmt: skip
    appointment = forms.CharField(
        label="只给一个人", max_length=60, required=False, help_text="填这个人的姓名；给整个机构的群，就空着。"
    )
    name = forms.CharField(
        label="叫什么", max_length=60, error_messages={"required": "请起个名字，如“防贫中心工作群”。"}
    )
    url = forms.CharField(
        label="地址", max_length=500, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="企业微信或钉钉群机器人的 Webhook 地址，或 mailto://、json://、form:// 地址。保存后不再显示。",
        error_messages={"required": "请填地址。"},
    )  # fmt: skip

    def __init__(self, *arguments: Any, viewer: Viewer, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.viewer = viewer

    def clean(self) -> dict[str, Any]:
        """This function finds the organisation and the person that were named."""
        given = super().clean() or self.cleaned_data
        named = given.get("organisation")
        if named and not self.errors:
            found = list(organisations_under(self.viewer).filter(name=named.strip())[:2])
            if len(found) != 1:
                self.add_error("organisation", "您的辖区里没有找到这个机构，请填全称。")
                return given
            given["organisation_id"] = found[0].pk
            given["appointment_id"] = self._appointment(found[0].pk, given.get("appointment", "").strip())
        return given

    def _appointment(self, organisation_id: int, name: str) -> int | None:
        if not name:
            return None
        held_by = appointments_of_organisation(organisation_id).filter(ended_at__isnull=True)
        found = [held for held in held_by if held.user.name == name]
        if len(found) == 1:
            return found[0].pk
        roles = "、".join(ROLE_LABELS[Role(held.role)] for held in found)
        self.add_error(
            "appointment", f"这个人在这里有几个任职（{roles}），请先理清。" if found else "这个人不在这个机构任职。"
        )
        return None
