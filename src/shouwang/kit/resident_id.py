"""Resident identity numbers (GB 11643), residence permits, disability certificates.

No refusal ever repeats the number: the sentences may be stored beside a refused row.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.cn import ric

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import dashed, squeezed

PERMIT_PREFIXES = ("81", "82", "83")
_PROVINCES = frozenset(
    {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54}
    | {61, 62, 63, 64, 65, 71, 81, 82, 83}
)
_EXPONENT = re.compile(r"[-+]?\d(\.\d+)?E[+]?\d+", re.IGNORECASE)
_TRAILING_ZERO = re.compile(r"\d{15,20}\.0*")
_CERTIFICATE = re.compile(r"(\d{17}[\dX])(\d)(\d)([0-9A-Z]{2})?")


class ResidentIdRefusal(Refusal):
    """The number cannot be taken."""

    fields = ("id_text", "resident_id")


class ResidentIdMissing(ResidentIdRefusal):
    """The cell is empty."""

    sentence = "身份证号没有填写。"


class ResidentIdFromNumber(ResidentIdRefusal):
    """The number stood in a numeric cell, which keeps fifteen digits only."""

    sentence = "身份证号存成了数字格式，末几位已经丢失。请把这一列设为“文本”格式，重新填写后再导入。"


class ResidentIdLength(ResidentIdRefusal):
    """The number has neither 18 nor 15 characters."""

    def __init__(self, length: int) -> None:
        super().__init__(f"身份证号应是 18 位，这里是 {length} 位，请核对是否漏填或多填。")


class ResidentIdCharacters(ResidentIdRefusal):
    """The number holds something else than digits and a final X."""

    sentence = "身份证号只能是数字，最后一位可以是 X，请核对。"


class ResidentIdBirthDate(ResidentIdRefusal):
    """The digits of the birth date are no day."""

    sentence = "身份证号里的出生日期不存在，请核对第 7 至 14 位。"


class ResidentIdBirthInFuture(ResidentIdRefusal):
    """The birth date lies after today."""

    sentence = "身份证号里的出生日期还没有到，请核对第 7 至 14 位。"


class ResidentIdCheckDigit(ResidentIdRefusal):
    """The last character does not agree with the others."""

    sentence = "身份证号的校验位不对，多半是有一位写错或两位写颠倒了，请对照证件核对。"


class CertificateRefusal(Refusal):
    """The number of a disability certificate cannot be taken."""

    sentence = "残疾人证号应是身份证号加残疾类别（1 至 7）和残疾等级（1 至 4），共 20 位，请核对。"


@dataclass(frozen=True)
class ResidentId:
    """An accepted number with what it says; `warnings` are Chinese sentences that refuse nothing."""

    number: str
    birth_date: date
    sex: str
    region: str
    is_permit: bool = False
    was_upgraded: bool = False
    disability_category: int | None = None
    disability_level: int | None = None
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "ResidentId(…)"  # a number must not reach a log by way of a repr


def check_digit(first17: str) -> str:
    """This function computes the check character of the first seventeen digits."""
    return str(ric.calc_check_digit(first17 + "0"))  # it leaves the last character out of account


def _text(value: object) -> str:
    """This function returns the number's text, or refuses a value that went through a numeric cell."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise ResidentIdMissing
    if not isinstance(value, str):
        raise ResidentIdFromNumber
    text = dashed(squeezed(value)).strip("'’‘`\"").upper()
    if _EXPONENT.fullmatch(text) or _TRAILING_ZERO.fullmatch(text):
        raise ResidentIdFromNumber
    return text.replace("-", "")


def _birth_date(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise ResidentIdBirthDate from error


def _upgraded(old: str) -> str:
    """This function makes eighteen digits of fifteen; 996 to 999 were for those born before 1900."""
    first17 = old[:6] + ("18" if old[12:] >= "996" else "19") + old[6:]
    return first17 + check_digit(first17)


def resident_id_parse(value: object, *, on: date, regions: Container[str] | None = None) -> ResidentId:
    """This function reads a resident ID, a residence permit or a disability certificate and says what it holds.

    Full-width signs, blanks and a lower-case x are mended; fifteen digits become eighteen. `on` is today; `regions` are
    known six-digit county prefixes: an unknown one is a warning only. Raises a `ResidentIdRefusal`.
    """
    text = _text(value)
    certificate = _CERTIFICATE.fullmatch(text) if len(text) in (20, 22) else None
    category = grade = None
    if certificate:
        if certificate[2] not in "1234567" or certificate[3] not in "1234":
            raise CertificateRefusal
        text, category, grade = certificate[1], int(certificate[2]), int(certificate[3])
    if len(text) not in (15, 18):
        raise ResidentIdLength(len(text))
    if not re.fullmatch(r"\d{15}|\d{17}[\dX]", text, re.ASCII):
        raise ResidentIdCharacters
    was_upgraded = len(text) == 15
    number = _upgraded(text) if was_upgraded else text
    birth_date = _birth_date(number[6:14])
    if check_digit(number[:17]) != number[17]:
        raise ResidentIdFromNumber if number.endswith("000") else ResidentIdCheckDigit
    if birth_date > on:
        raise ResidentIdBirthInFuture
    is_permit = number.startswith(PERMIT_PREFIXES)
    return ResidentId(
        number=number,
        birth_date=birth_date,
        sex="M" if int(number[16]) % 2 else "F",
        region=number[:6],
        is_permit=is_permit,
        was_upgraded=was_upgraded,
        disability_category=category,
        disability_level=grade,
        warnings=_warnings(number, birth_date, is_permit=is_permit, was_upgraded=was_upgraded, on=on, regions=regions),
    )


def _warnings(
    number: str, birth: date, *, is_permit: bool, was_upgraded: bool, on: date, regions: Container[str] | None
) -> tuple[str, ...]:
    found = []
    if int(number[:2]) not in _PROVINCES:
        found.append("身份证号前两位不是任何省份的代码，请核对。")
    elif regions is not None and not is_permit and number[:6] not in regions:
        found.append("身份证号前六位不在现行区划表中（可能是旧区划），请留意。")
    if on - birth > timedelta(days=120 * 366):
        found.append("按身份证号推算年龄超过 120 岁，请核对。")
    if was_upgraded:
        found.append("15 位旧身份证号已按规则升为 18 位，请对照证件核对。")
    if number.endswith("000"):
        found.append("身份证号以 000 结尾，可能经过数字格式丢过末几位，请对照证件核对。")
    return tuple(found)


def certificate_parse(value: object, *, on: date, regions: Container[str] | None = None) -> ResidentId:
    """This function reads a disability certificate number: category and level are always there."""
    if isinstance(value, str) and value.strip() and len(_text(value)) not in (20, 22):
        raise CertificateRefusal
    result = resident_id_parse(value, on=on, regions=regions)
    if result.disability_category is None:
        raise CertificateRefusal
    return result


def is_resident_id(value: object, *, on: date) -> bool:
    """This function tells whether a value would be accepted."""
    try:
        resident_id_parse(value, on=on)
    except Refusal:
        return False
    return True


def is_id_number(text: str) -> bool:
    """This function tells whether eighteen digits in a column for other numbers are somebody's ID."""
    if not re.fullmatch(r"\d{17}[\dXx]", text, flags=re.ASCII) or check_digit(text[:17]) != text[17].upper():
        return False
    try:
        _birth_date(text[6:14])
    except ResidentIdBirthDate:
        return False
    return True
