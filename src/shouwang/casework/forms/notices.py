"""Notices: posting, proof, objections."""

from __future__ import annotations

from django import forms

from shouwang.casework.forms.fields import LONG, no_numbers
from shouwang.office.fields import PHOTOS, FilesInput, PapersField
from shouwang.ui.forms import FreeTextForm


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
