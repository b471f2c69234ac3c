"""Decisions on a case, of one person or of a meeting, and looks at its flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from shouwang.casework.forms.fields import LONG, no_numbers
from shouwang.casework.models import FlagLook
from shouwang.casework.services import MeetingHeld
from shouwang.rulebook.workflow import Meeting, Move, Reason
from shouwang.ui.forms import FreeTextForm, StatedChoice, StatedChoices, StatedDay, StatedField, StatedNumber


class JudgeForm(FreeTextForm):
    """A decision: which of the stage's moves, under which clause, for which reason, and what the household is told."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    move = forms.ChoiceField(label="决定", widget=forms.RadioSelect, error_messages={"required": "请选一项决定。"})
    reason_key = StatedChoice(label="不予救助的理由", widget=forms.RadioSelect)
    clause = StatedField(label="依据条款", max_length=300, validators=[no_numbers])
    reason = StatedField(label="理由和意见", max_length=1000, widget=LONG, validators=[no_numbers])
    told = StatedField(label="告知农户的话", max_length=1000, widget=LONG, validators=[no_numbers])

    use_required_attribute = False

    confirmed = StatedChoices(
        label="要人判断的条件", widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "勾选的条件和政策里的不一样，请刷新页面再办。"},
    )  # fmt: skip

    def __init__(
        self, *arguments: Any, moves: Mapping[str, Move], reasons: Mapping[str, Reason],
        questions: Mapping[str, str] | None = None, is_removal: bool = False, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*arguments, **options)
        self.moves, self.reasons = moves, reasons
        if is_removal:
            self.fields["reason_key"].label = "不能消除的理由"
        self._ask(questions or {})
        self.fields["move"].choices = [(key, move.name) for key, move in moves.items()]  # type: ignore[attr-defined]
        needed = {need for move in moves.values() for need in move.needs}
        if reasons:
            choices = [(key, reason.name) for key, reason in reasons.items()]
            self.fields["reason_key"].choices = choices  # type: ignore[attr-defined]
            self.fields["reason_key"].help_text = "选一项；都不合适的，在下面写明理由和告知的话。"
        else:
            del self.fields["reason_key"]
        for name in ("clause", "told"):
            if name not in needed:
                del self.fields[name]
        self._explain_reason()
        if "told" in self.fields:
            how = "；选了上面的理由，不写就用那条理由的说法" if reasons else ""
            self.fields["told"].help_text = f"用农户听得懂的话{how}。"
        if "clause" in self.fields:
            self.fields["clause"].help_text = f"{self._names_of('clause')}时要写，写文件名和条款。"
            known = dict.fromkeys(clause for move in moves.values() for clause in move.clauses)
            self.clauses = list(known)

    def _ask(self, questions: Mapping[str, str]) -> None:
        """This function asks what no data can settle; whoever takes the move answers each with yes."""
        if not questions:
            del self.fields["confirmed"]
            return
        self.fields["confirmed"].choices = list(questions.items())  # type: ignore[attr-defined]
        names = "、".join(f"“{move.name}”" for move in self.moves.values() if move.confirms)
        self.fields["confirmed"].help_text = f"{names}时，每一条都要核实后勾选。"

    def _explain_reason(self) -> None:
        """This function says for which decisions a reason must be written; optional is only what no decision needs."""
        must = [move.name for move in self.moves.values() if "reason" in move.needs and not move.reasons]
        self.fields["reason"].required = any("reason" in move.needs for move in self.moves.values())
        if must and len(must) < len(self.moves):
            names = "、".join(f"“{name}”" for name in must)
            self.fields["reason"].help_text = f"{names}时要写；别的决定可以不写。"

    def _names_of(self, need: str) -> str:
        return "、".join(f"“{move.name}”" for move in self.moves.values() if need in move.needs)

    @property
    def refusing(self) -> str:
        """The names of the decisions after which the household is told why, empty when there are no others."""
        return self._names_of("told") if not all("told" in move.needs for move in self.moves.values()) else ""

    def clean(self) -> dict[str, Any]:
        """This function checks that what the chosen move needs is stated, so that the error stands beside its field."""
        data = super().clean() or {}
        move = self.moves.get(data.get("move", ""))
        if move is None:
            return data
        if not move.reasons:
            data["reason_key"] = ""
        if move.confirms and "confirmed" in self.fields:
            self._unconfirmed(data)
        if "clause" in move.needs and not data.get("clause"):
            if len(move.clauses) == 1:
                data["clause"] = move.clauses[0]
            else:
                self.add_error("clause", "请写明依据的条款。")
        if not data.get("reason_key"):
            self._unlisted(move, data)
        return data

    def _unconfirmed(self, data: Mapping[str, Any]) -> None:
        choices = dict(self.fields["confirmed"].choices)  # type: ignore[attr-defined]
        if "confirmed" not in self.errors and set(data.get("confirmed") or ()) != set(choices):
            self.add_error("confirmed", "还有没勾选的条件。没有都达到的，选继续监测。")

    def _unlisted(self, move: Move, data: Mapping[str, Any]) -> None:
        """This function asks once for what a listed reason would have said: why, and what the household is told."""
        known = {"told": move.told}
        missing = [
            need for need in ("reason", "told")
            if need in move.needs and not data.get(need) and not known.get(need)
        ]  # fmt: skip
        if move.reasons and "reason" in missing:
            self.add_error("reason_key", f"“{move.name}”要选一项理由；都不合适的，写明理由和告知农户的话。")
        elif "reason" in missing:
            self.add_error("reason", f"“{move.name}”要写明理由。")
        elif missing:
            self.add_error("told", "请写明告知农户的话。")

    @property
    def chosen(self) -> Move:
        """The move chosen in a valid form."""
        return self.moves[self.cleaned_data["move"]]

    @property
    def words(self) -> str:
        """What the household will be told, with the chosen reason's words where nothing else was typed."""
        if "told" not in self.chosen.needs:
            return ""
        reason = self.reasons.get(self.cleaned_data.get("reason_key") or "")
        return self.cleaned_data.get("told") or (reason.told if reason else self.chosen.told)


COUNTS = {"attended": "到会人数", "in_favour": "同意", "against": "不同意", "abstained": "弃权"}


class AppraiseForm(JudgeForm):
    """The record of a village meeting 民主评议, with the decision it made."""

    met_on = StatedDay(
        label="评议日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请按“年-月-日”填写日期。"},
    )  # fmt: skip
    place = StatedField(label="评议地点", max_length=100, validators=[no_numbers])
    chaired_by = StatedField(label="主持人", max_length=60, validators=[no_numbers])

    def __init__(self, *arguments: Any, meeting: Meeting, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.meeting = meeting
        for key, label in COUNTS.items():
            self.fields[key] = StatedNumber(
                label=label, min_value=0, max_value=10_000,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                error_messages={"invalid": "请填整数。", "min_value": "人数不能是负数。", 
                                "max_value": "人数太大，请核对。"},
            )  # fmt: skip
        self.fields[
            "attended"
        ].help_text = f"到会不少于 {meeting.least} 人、同意的超过到会的 {meeting.over}，才算通过。"

    @property
    def counts(self) -> list[forms.BoundField]:
        """The fields of attendance and votes."""
        return [self[key] for key in COUNTS]

    def clean(self) -> dict[str, Any]:
        """This function asks for the whole meeting unless the case is only sent back."""
        data = super().clean()
        if data.get("move") and data["move"] != "send_back":
            for name in ("met_on", "place", "chaired_by", *COUNTS):
                if data.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, f"请填写{self.fields[name].label}。")
        return data

    @property
    def held(self) -> MeetingHeld | None:
        """The meeting as stated, None where the case is sent back."""
        data = self.cleaned_data
        if data["move"] == "send_back":
            return None
        return MeetingHeld(**{name: data[name] for name in ("met_on", "place", "chaired_by", *COUNTS)})


class FlagForm(FreeTextForm):
    """What a person found of a flag; the pack's reasons to help in spite of it, where it has any."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label="核看的结论", widget=forms.RadioSelect, choices=FlagLook.Verdict.choices,
        error_messages={"required": "请选核看的结论。"},
    )  # fmt: skip
    reason_key = StatedChoice(label="放行的理由", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="查到了什么、为什么这样认定", max_length=500, widget=LONG, validators=[no_numbers],
        error_messages={"required": "请写明查到了什么、为什么这样认定。"},
    )  # fmt: skip

    def __init__(self, *arguments: Any, overrides: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        if overrides:
            self.fields["reason_key"].choices = list(overrides)  # type: ignore[attr-defined]
        else:
            del self.fields["reason_key"]

    def clean(self) -> dict[str, Any]:
        """This function asks for one of the pack's reasons where help is to go on in spite of the flag."""
        cleaned = super().clean()
        overrides = cleaned.get("verdict") == FlagLook.Verdict.OVERRIDDEN
        if overrides and "reason_key" in self.fields and not cleaned.get("reason_key"):
            self.add_error("reason_key", "仍可救助的，请选放行的理由。")
        return cleaned
