"""Forms of casework; their fields come from the pack."""

from shouwang.casework.forms.answering import AnswerForm, AttachForm, TransferAnswerForm, TransferForm
from shouwang.casework.forms.cases import CloseForm, JoinForm, PartForm, PauseForm, RecuseForm, RenewForm, WithdrawForm
from shouwang.casework.forms.councils import MEMBER, CouncilForm, PutOffForm
from shouwang.casework.forms.fields import LONG, FigureField, no_numbers
from shouwang.casework.forms.judging import COUNTS, AppraiseForm, FlagForm, JudgeForm
from shouwang.casework.forms.notices import ObjectionForm, PostForm, ProofForm

__all__ = [
    "COUNTS",
    "LONG",
    "MEMBER",
    "AnswerForm",
    "AppraiseForm",
    "AttachForm",
    "CloseForm",
    "CouncilForm",
    "FigureField",
    "FlagForm",
    "JoinForm",
    "JudgeForm",
    "ObjectionForm",
    "PartForm",
    "PauseForm",
    "PostForm",
    "ProofForm",
    "PutOffForm",
    "RecuseForm",
    "RenewForm",
    "TransferAnswerForm",
    "TransferForm",
    "WithdrawForm",
    "no_numbers",
]
