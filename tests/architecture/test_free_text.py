"""No free text takes an ID, phone or account number: it would lie in the database unsealed."""

import importlib
import pkgutil

import pytest
from django import forms

import shouwang
from shouwang.assistance.services import Delivery, Plan
from shouwang.casework.services.machine import Statement
from shouwang.evaluation.services import Finding
from shouwang.kit.texts import PersonalNumberInText
from shouwang.ui.forms import FreeTextForm

NUMBERS = ["130599197005200018", "138 1234 5678", "6228480402564890018"]

# Forms without a text that is kept, and why; a new form is either here or a FreeTextForm.
KEEPS_NO_TEXT = {
    "sources.ReportForm": "its service refuses each text by its own field (tests/sources/test_report_rules.py)",
    "sources.DeliveryForm": "a kind, a day and a file that is sealed as a whole",
    "assistance.FileForm": "a file, read row by row and kept as entitlements",
    "sources.HeadingsForm": "choices only",
    "screening.RunForm": "an area and a day",
    "audit.FilterForm": "asks, keeps nothing",
    "people.PasswordForm": "kept as a hash",
    "public.ReceiptForm": "a receipt and a PIN, compared and kept nowhere",
    "public.HandForm": "a choice and a tick",
}


def forms_of_the_house():
    for room in pkgutil.iter_modules(shouwang.__path__):
        if not room.ispkg:
            continue
        package = importlib.import_module(f"shouwang.{room.name}")
        if not any(module.name == "forms" for module in pkgutil.iter_modules(package.__path__)):
            continue
        module = importlib.import_module(f"shouwang.{room.name}.forms")
        for name, form in sorted(vars(module).items()):
            is_form = isinstance(form, type) and issubclass(form, forms.BaseForm)
            if is_form and f"{form.__module__}.".startswith(f"{module.__name__}."):
                yield f"{room.name}.{name}", form


FORMS = dict(forms_of_the_house())


def test_every_form_refuses_personal_numbers_or_says_why_it_need_not():
    bare = {name for name, form in FORMS.items() if not issubclass(form, FreeTextForm)}
    assert bare == KEEPS_NO_TEXT.keys() & FORMS.keys(), bare ^ KEEPS_NO_TEXT.keys()


class Note(FreeTextForm):
    numbered = frozenset({"phone"})

    note = forms.CharField(required=False)
    phone = forms.CharField(required=False)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_refusal_stands_beside_the_text_and_a_field_that_asks_for_a_number_takes_it(number):
    form = Note({"note": f"打给{number}", "phone": number})
    assert not form.is_valid()
    assert form.errors == {"note": [PersonalNumberInText.sentence]}
    assert Note({"note": "2020-06-30 住院，自付 14269.13 元", "phone": number}).is_valid()


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "make",
    [
        lambda text: Statement(reason=text),
        lambda text: Statement(told=text),
        lambda text: Statement(clause=text),
        lambda text: Plan(kind="WORK", summary=text),
        lambda text: Plan(kind="WORK", summary="培训", responsible=text),
        lambda text: Plan(kind="WORK", summary="培训", outside_name=text),
        lambda text: Delivery(delivered_on=None, result=text),
        lambda text: Finding("PHONE", None, text, True, True, "好了"),
        lambda text: Finding("PHONE", None, "本人", True, True, text),
        lambda text: Finding("PHONE", None, "本人", True, False, "没好", still_needed=text),
    ],
)
def test_services_refuse_it_too(make, number):
    with pytest.raises(PersonalNumberInText):
        make(f"他的号码是 {number}。")
