"""Organisations, and the standard set of a county."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer
from shouwang.people.models import Appointment, Area, Organisation

DEPARTMENTS = {
    "medical_insurance": "医疗保障局",
    "civil_affairs": "民政局",
    "education": "教育局",
    "public_security": "公安局",
    "disabled": "残疾人联合会",
    "emergency": "应急管理局",
    "health": "卫生健康局",
    "housing": "住房和城乡建设局",
    "labour": "人力资源和社会保障局",
    "water": "水利局",
    "rural": "农业农村局",
    "letters": "信访局",
}
# Which level of area an organisation of a kind belongs to (1 province to 5 village).
KIND_LEVELS: dict[Kind, tuple[int, ...]] = {
    Kind.VILLAGE: (5,),
    Kind.TOWNSHIP: (4,),
    Kind.COUNTY_CENTRE: (3,),
    Kind.LEADING_GROUP: (2, 3),
    Kind.DEPARTMENT: (1, 2, 3),
    Kind.INSURER: (1, 2, 3),
    Kind.CARE_PROVIDER: (3,),
    Kind.CITY_CENTRE: (2,),
    Kind.PROVINCE: (1,),
    Kind.AUDIT: (1, 2, 3),
    Kind.OPERATOR: (1, 2, 3),
}


class NotAdministrator(Refusal):
    """Somebody else's business: only the administrator of the area does this."""

    sentence = "这件事由本辖区的系统管理员办理。"


class OrganisationRefused(Refusal):
    """The organisation cannot be added or closed as asked."""


def administrator_check(viewer: Viewer, *areas: Area) -> None:
    """This function refuses anyone but an administrator over all the given areas; raises NotAdministrator."""
    if viewer.kind is Kind.SYSTEM:
        return
    if viewer.kind is not Kind.OPERATOR or viewer.role is not Role.ADMINISTRATOR:
        raise NotAdministrator
    if any(not _holds(viewer, area) for area in areas):
        raise NotAdministrator


def _holds(viewer: Viewer, area: Area) -> bool:
    return viewer.covers(area.lo, area.hi)


def organisation_add(
    *, viewer: Viewer, kind: Kind, area_id: int, name: str, at: datetime, department: str = ""
) -> Organisation:
    """This function adds an organisation to an area of the administrator."""
    area = Area.objects.filter(pk=area_id, is_current=True).first()
    if area is None:
        raise OrganisationRefused("没有找到这个辖区，请重新选择。")
    administrator_check(viewer, area)
    if area.level not in KIND_LEVELS.get(kind, ()):
        raise OrganisationRefused("这类机构不设在这一级辖区。")
    if (kind is Kind.DEPARTMENT) != bool(department) or (department and department not in DEPARTMENTS):
        raise OrganisationRefused("县级部门要选是哪个部门，其他机构不选。")
    if (
        kind is Kind.DEPARTMENT
        and Organisation.objects.filter(kind=kind, department=department, area=area, is_active=True).exists()
    ):
        raise OrganisationRefused(f"{area.name}已经有这个部门了。")
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(kind=kind, department=department, area=area, name=name.strip())
    except IntegrityError:
        raise OrganisationRefused("已经有同名的机构了。") from None
    entry_append(
        viewer=viewer,
        action="organisation.add",
        subject_type="people.Organisation",
        subject_id=organisation.pk,
        slot=area.lo,
        at=at,
        after={"kind": str(kind), "department": department, "name": organisation.name},
    )
    return organisation


def organisation_close(*, viewer: Viewer, organisation_id: int, at: datetime) -> None:
    """This function closes an organisation that nobody is appointed to any more."""
    organisation = Organisation.objects.select_related("area").get(pk=organisation_id)
    administrator_check(viewer, organisation.area)
    if Appointment.objects.filter(organisation=organisation, ended_at=None).exists():
        raise OrganisationRefused("还有人在这个机构任职，请先逐个结束任职。")
    Organisation.objects.filter(pk=organisation_id).update(is_active=False)
    entry_append(
        viewer=viewer,
        action="organisation.close",
        subject_type="people.Organisation",
        subject_id=organisation_id,
        slot=organisation.area.lo,
        at=at,
    )


def county_set_up(
    *,
    viewer: Viewer,
    county_id: int,
    at: datetime,
    departments: Iterable[str] = DEPARTMENTS,
    insurer_name: str = "",
    with_villages: bool = True,
) -> int:
    """This function makes the standard organisations of a county that it does not have yet and returns how many.

    Centre, leading group, departments, insurer, auditor, one station a township and (if asked) one a village.
    """
    county = Area.objects.filter(pk=county_id, level=3, is_current=True).first()
    if county is None:
        raise OrganisationRefused("请选择一个县（市、区）。")
    administrator_check(viewer, county)
    wanted = [
        (Kind.COUNTY_CENTRE, "", county, f"{county.name}防贫中心"),
        (Kind.LEADING_GROUP, "", county, f"{county.name}防贫领导小组"),
        (Kind.AUDIT, "", county, f"{county.name}审计局"),
        (Kind.INSURER, "", county, insurer_name.strip() or f"{county.name}承保公司"),
        *((Kind.DEPARTMENT, code, county, f"{county.name}{DEPARTMENTS[code]}") for code in departments),
    ]
    below = Area.objects.filter(is_current=True, lo__gte=county.lo, hi__lte=county.hi)
    wanted += [(Kind.TOWNSHIP, "", area, f"{area.name}防贫工作站") for area in below.filter(level=4).order_by("lo")]
    if with_villages:
        wanted += [(Kind.VILLAGE, "", area, f"{area.name}防贫工作站") for area in below.filter(level=5).order_by("lo")]
    known = set(
        Organisation.objects.filter(area__lo__gte=county.lo, area__hi__lte=county.hi).values_list(
            "kind", "department", "area_id"
        )
    )
    made = Organisation.objects.bulk_create(
        [
            Organisation(kind=kind, department=department, area=area, name=name[:120])
            for kind, department, area, name in wanted
            if (str(kind), department, area.pk) not in known
        ],
        batch_size=1000,
    )
    entry_append(
        viewer=viewer,
        action="organisation.county_set_up",
        subject_type="people.Area",
        subject_id=county.pk,
        slot=county.lo,
        at=at,
        after={"added": len(made)},
    )
    return len(made)
