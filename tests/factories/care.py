"""Long-term care as tests need it, under the demo values of 邢台's pack: persons, plans, days, a month's bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast
from tests.factories.people import viewer_make

from shouwang.insurance.care import services
from shouwang.insurance.care.models import CareBill, CareInsured, CarePlan
from shouwang.insurance.care.services import Asking, Filing, Planning
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.resident_id import check_digit
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as

START = date(2020, 6, 1)  # applied, assessed and begun
AT = datetime(2020, 7, 5, 10, 0, tzinfo=SHANGHAI)  # the month is over, its bill is not late
LATE = datetime(2020, 7, 11, 10, 0, tzinfo=SHANGHAI)


def id_of(number: int) -> str:
    """This function returns a valid ID of somebody born in 1950."""
    first = f"13052919500101{number:03d}"
    return first + check_digit(first)


def provider_make(cast: Cast, *, name: str = "巨鹿县安康护理院", place: str = "county") -> Viewer:
    return viewer_make(
        Kind.CARE_PROVIDER, Role.CLERK, getattr(cast.places, place), name="护理经办", organisation_name=name
    )


def second_of_office(cast: Cast) -> Viewer:
    return viewer_make(
        Kind.DEPARTMENT, Role.LEADER, cast.places.county, department="medical_insurance", name="医保负责人",
        organisation_name="巨鹿县医疗保障局",
    )  # fmt: skip


@dataclass
class Care:
    """The bodies of one county, each step in the name of who takes it."""

    cast: Cast
    provider: Viewer
    at: datetime = AT

    @property
    def office(self) -> Viewer:
        return self.cast.medical

    def call(self, name: str, viewer: Viewer, **more: Any) -> Any:
        """Calls a service by its name in the viewer's scope."""
        with acting_as(viewer):
            return getattr(services, name)(**{"viewer": viewer, "at": self.at, **more})

    def apply(self, number: int = 1, *, name: str = "", group: str = "RESIDENT", id_text: str = "") -> Any:
        asking = Asking(name or f"张失能{number}", id_text or id_of(number), group, date(2020, 1, 1), START)
        return self.call("care_apply", self.office, asking=asking)

    def assess(self, application: Any, level: str = "FULL", on: date = START) -> Any:
        return self.call(
            "assessment_record", self.cast.labour, application_id=application.pk, version=application.version,
            level=level, assessed_on=on, document="评〔2020〕1 号",
        )  # fmt: skip

    def insured(self, number: int = 1, *, level: str = "FULL", **more: Any) -> CareInsured:
        found = self.assess(self.apply(number, **more), level)
        return self.person(found.insured_id)

    def person(self, pk: int) -> CareInsured:
        with acting_as(SYSTEM):
            return CareInsured.objects.get(pk=pk)

    def plan(
        self, insured: CareInsured, *, mode: str = "HOME", provider: Viewer | None = None, first: date = START,
        until: date | None = None,
    ) -> CarePlan:  # fmt: skip
        who = provider or self.provider
        planning = Planning(mode, who.organisation_id or 0, first, until)
        found: CarePlan = self.call(
            "plan_make", self.office, insured_id=insured.pk, version=self.person(insured.pk).version, planning=planning
        )
        return found

    def log(
        self, plan: CarePlan, first: int = 1, last: int = 30, *, charge: int = 5555, by: Viewer | None = None
    ) -> Any:
        return self.call(
            "days_log", by or self.provider, plan_id=plan.pk, first=date(2020, 6, first), last=date(2020, 6, last),
            charge_fen=charge,
        )  # fmt: skip

    def file(self, fen: int, **more: Any) -> CareBill:
        found: CareBill = self.call("bill_file", self.provider, filing=Filing(START, "发票 1", fen, **more))
        return found

    def bill(self, pk: int) -> CareBill:
        with acting_as(SYSTEM):
            return CareBill.objects.get(pk=pk)

    def step(self, name: str, viewer: Viewer, bill_id: int, **more: Any) -> CareBill:
        found: CareBill = self.call(name, viewer, bill_id=bill_id, version=self.bill(bill_id).version, **more)
        return found


def care_make(cast: Cast) -> Care:
    """This function puts the policy in force and makes a provider."""
    workflow_ready(cast)
    return Care(cast, provider_make(cast))
