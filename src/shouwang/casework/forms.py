"""Forms of casework; their fields come from the pack."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from shouwang.casework.models import FlagLook, Recusal
from shouwang.casework.services import MeetingHeld
from shouwang.casework.services.councils import CouncilStated
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.kit.texts import numbers_refuse
from shouwang.office.fields import PHOTOS, FilesInput, PapersField
from shouwang.rulebook.workflow import Figure, Meeting, Move, Reason
from shouwang.rulebook.workflow import Task as TaskKind
from shouwang.ui.forms import FreeTextForm, StatedChoice, StatedChoices, StatedDay, StatedField, StatedNumber

LONG = forms.Textarea(attrs={"rows": 3, "maxlength": 1000})


def no_numbers(text: str) -> None:
    """This function refuses an ID, phone or account number in a free text, beside its field."""
    try:
        numbers_refuse(text)
    except Refusal as refusal:
        raise forms.ValidationError(refusal.message) from refusal


class FigureField(forms.CharField):
    """An amount of the pack: yuan with two decimals for money (cleaned to fen), whole numbers otherwise."""

    def __init__(self, figure: Figure, **options: Any) -> None:
        self.figure = figure
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(label=figure.name, required=figure.is_required, max_length=30, **options)

    def clean(self, value: Any) -> int | None:
        """This function reads the amount; None when left empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return fen_parse(text) if self.figure.unit.startswith("fen") else _whole(text)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal


def _whole(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise forms.ValidationError("请填整数。")
    return int(digits)


class AnswerForm(FreeTextForm):
    """An organisation's answer: yes or no, what was found, the figures of the pack."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    meets = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "请选一项。"})
    reasons = forms.CharField(
        label="核查情况和理由", max_length=1000, widget=LONG, validators=[no_numbers],
        error_messages={"required": "请写明核查到的情况和理由。"},
    )  # fmt: skip

    papers = PapersField(label="材料", required=False)

    def __init__(self, *arguments: Any, kind: TaskKind, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind = kind
        field = self.fields["meets"]
        field.label = kind.question
        field.choices = [("yes", kind.yes), ("no", kind.no)]  # type: ignore[attr-defined]
        for key, figure in kind.figures.items():
            self.fields[f"figure_{key}"] = FigureField(figure)
        self.order_fields(["version", "meets", *(f"figure_{key}" for key in kind.figures), "reasons", "papers"])

    @property
    def figures(self) -> dict[str, int]:
        """The stated amounts by the pack's key, in fen or whole numbers."""
        found = {key: self.cleaned_data.get(f"figure_{key}") for key in self.kind.figures}
        return {key: value for key, value in found.items() if value is not None}

    @property
    def bound_figures(self) -> list[tuple[forms.BoundField, str]]:
        """The amount fields with the unit that stands behind each."""
        return [(self[f"figure_{key}"], figure.unit_name) for key, figure in self.kind.figures.items()]


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


class PostForm(FreeTextForm):
    """A notice that was posted: where, and from which day."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    posted_on = forms.DateField(
        label="张贴日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写张贴的日期。", "invalid": "请按“年-月-日”填写日期。"},
    )  # fmt: skip
    place = forms.CharField(
        label="张贴在哪里", max_length=100, validators=[no_numbers],
        error_messages={"required": "请写明张贴在哪里，如“村委会公示栏”。"},
    )  # fmt: skip

    photos = PapersField(
        label="公示栏的照片", required=False,
        help_text="拍到公示内容和周围，能看出贴在哪里。现在没有，可以过后在这一页补。",
        widget=FilesInput(attrs={"accept": PHOTOS}),
    )  # fmt: skip


class ProofForm(FreeTextForm):
    """Photos of a sheet that hangs already."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    photos = PapersField(
        label="公示栏的照片", help_text="拍到公示内容和周围，能看出贴在哪里。",
        error_messages={"required": "请选择公示栏的照片。"}, widget=FilesInput(attrs={"accept": PHOTOS}),
    )  # fmt: skip


class ObjectionForm(FreeTextForm):
    """What somebody says against a notice."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    said_by = forms.CharField(
        label="谁提出的", max_length=60, required=False, validators=[no_numbers], help_text="不愿留名的可以不填。"
    )
    text = forms.CharField(
        label="异议的内容", max_length=1000, widget=LONG, validators=[no_numbers],
        error_messages={"required": "请写明异议的内容。"},
    )  # fmt: skip


class TransferForm(FreeTextForm):
    """Another body for a task, and why it is the right one."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    organisation_id = forms.TypedChoiceField(
        label="该由哪个单位办", coerce=int, 
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选该由哪个单位办。"),
    )  # fmt: skip
    reason = forms.CharField(
        label="为什么该由它办", max_length=500, widget=LONG, validators=[no_numbers],
        error_messages={"required": "请写明为什么该由那个单位办。"},
    )  # fmt: skip

    def __init__(self, *arguments: Any, takers: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["organisation_id"].choices = [("", "请选择"), *takers]  # type: ignore[attr-defined]


class TransferAnswerForm(FreeTextForm):
    """Whether a body takes a task that another one proposed to it."""

    accepts = forms.ChoiceField(
        label="本单位接收吗", widget=forms.RadioSelect,
        choices=[("yes", "接收，由本单位反馈"), ("no", "不接收，退给对方")],
        error_messages={"required": "请选接收还是不接收。"},
    )  # fmt: skip
    reason = StatedField(label="不接收的理由", max_length=500, widget=LONG, validators=[no_numbers])

    def clean(self) -> dict[str, Any]:
        """This function asks for the reason of who declines."""
        cleaned = super().clean()
        if cleaned.get("accepts") == "no" and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", "请写明为什么不接收，对方会看到。")
        return cleaned


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


class AttachForm(FreeTextForm):
    """Photos and PDFs for a case: what they are, a word about them, the files."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="是什么材料", widget=forms.RadioSelect, error_messages={"required": "请选一种材料。"}
    )
    caption = forms.CharField(label="说明", max_length=200, required=False, validators=[no_numbers])
    papers = PapersField(label="照片或 PDF")

    def __init__(self, *arguments: Any, kinds: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["kind"].choices = list(kinds.items())  # type: ignore[attr-defined]


MEMBER = re.compile(r"[\s,，、:：]+")


class CouncilForm(FreeTextForm):
    """A meeting of the leading group: when, where, who, which cases."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label="会议名称", max_length=100, validators=[no_numbers], error_messages={"required": "请写明会议名称。"}
    )
    met_on = forms.DateField(
        label="会议日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写会议的日期。", "invalid": "请按“年-月-日”填写日期。"},
    )  # fmt: skip
    place = forms.CharField(
        label="地点", max_length=100, validators=[no_numbers], error_messages={"required": "请写明地点。"}
    )
    chaired_by = forms.CharField(
        label="主持人", max_length=60, validators=[no_numbers], error_messages={"required": "请写明主持人。"}
    )
    members = forms.CharField(
        label="参会人", max_length=4000, validators=[no_numbers], error_messages={"required": "请写明参会人。"},
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 4000}), help_text="一行一人：姓名，空一格写职务。",
    )  # fmt: skip
    cases = forms.MultipleChoiceField(
        label="议题", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "选中的案件里有的已经不等会商，请重新选。"},
    )  # fmt: skip

    def __init__(self, *arguments: Any, cases: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["cases"].choices = list(cases.items())  # type: ignore[attr-defined]

    @property
    def stated(self) -> CouncilStated:
        """The meeting as stated in a valid form."""
        data = self.cleaned_data
        lines = [MEMBER.split(line.strip(), maxsplit=1) for line in data["members"].splitlines() if line.strip()]
        members = tuple((parts[0], parts[1] if len(parts) > 1 else "") for parts in lines)
        return CouncilStated(data["title"], data["met_on"], data["place"], data["chaired_by"], members)

    @property
    def case_ids(self) -> list[int]:
        """The chosen cases."""
        return [int(text) for text in self.cleaned_data["cases"]]


class PutOffForm(FreeTextForm):
    """Why a meeting put a case off, or why its record goes back."""

    reason = forms.CharField(
        label="理由", max_length=500, widget=LONG, validators=[no_numbers], error_messages={"required": "请写明理由。"}
    )


class CloseForm(FreeTextForm):
    """Closing outside the procedure."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    closing = forms.ChoiceField(label="怎样结案", widget=forms.RadioSelect, error_messages={"required": "请选一项。"})
    reason = forms.CharField(
        label="理由", max_length=500, widget=LONG, validators=[no_numbers], error_messages={"required": "请写明理由。"}
    )

    def __init__(self, *arguments: Any, closings: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["closing"].choices = list(closings.items())  # type: ignore[attr-defined]


class JoinForm(FreeTextForm):
    """Whether another case of the household is about the same thing."""

    other = forms.ChoiceField(
        label="和哪个案件比", widget=forms.RadioSelect, error_messages={"required": "请选一个案件。"}
    )
    verdict = forms.ChoiceField(
        label="是不是一回事", widget=forms.RadioSelect, error_messages={"required": "请选是不是一回事。"},
        choices=[("SAME", "是一回事，并入本案"), ("DIFFERENT", "不是一回事，以后不再提示")],
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=300, widget=LONG, validators=[no_numbers], error_messages={"required": "请写明理由。"}
    )

    def __init__(self, *arguments: Any, others: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["other"].choices = others  # type: ignore[attr-defined]
        if len(others) == 1:
            self.fields["other"].initial = others[0][0]


class PartForm(FreeTextForm):
    """Which source leaves a case, where to and why."""

    numbered = frozenset({"household"})

    source = forms.ChoiceField(
        label="哪条线索", widget=forms.RadioSelect, error_messages={"required": "请选一条线索。"}
    )
    household = forms.CharField(label="归到哪一户", required=False, max_length=60)
    reason = forms.CharField(
        label="理由", max_length=300, widget=LONG, validators=[no_numbers], error_messages={"required": "请写明理由。"}
    )

    def __init__(self, *arguments: Any, sources: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["source"].choices = sources  # type: ignore[attr-defined]


class RecuseForm(FreeTextForm):
    """How somebody is related to a household."""

    relation = forms.ChoiceField(
        label="您和这一户的关系", widget=forms.RadioSelect, choices=Recusal.Relation.choices,
        error_messages={"required": "请选您和这一户的关系。"},
    )  # fmt: skip


class WithdrawForm(FreeTextForm):
    """Taking a task or a paper back."""

    reason = forms.CharField(
        label="撤回的理由",
        max_length=500,
        widget=LONG,
        validators=[no_numbers],
        error_messages={"required": "请写明撤回的理由。"},
    )


class PauseForm(FreeTextForm):
    """Stopping a clock: why, and from which day it goes on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label="理由", widget=forms.RadioSelect, error_messages={"required": "请选一个暂停的理由。"}
    )
    until_on = forms.DateField(
        label="哪天恢复计时", widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填恢复计时的日期。", "invalid": "请填日期，如 2026-12-10。"},
    )  # fmt: skip
    note = forms.CharField(label="说明", max_length=500, required=False, widget=LONG, validators=[no_numbers])

    def __init__(self, *arguments: Any, reasons: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["reason"].choices = list(reasons.items())  # type: ignore[attr-defined]


class RenewForm(FreeTextForm):
    """Moving a case to the policy in force."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="为什么换用",
        max_length=500,
        widget=LONG,
        validators=[no_numbers],
        error_messages={"required": "请写明理由。"},
    )
