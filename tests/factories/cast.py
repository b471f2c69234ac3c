"""The fixed cast: 巨鹿县's people, the levels above them, and the neighbouring county who must be refused.

`cast` is a pytest fixture (tests/conftest.py takes it in); `cast_build()` makes the same where no fixture fits. Every
member is a real user with a real appointment, and the attribute is her `Viewer`. Places are under `cast.places`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import pytest
from django.test import Client
from tests.factories.people import area_make, viewer_make

from shouwang.people.access import Kind, Role, Viewer
from shouwang.people.models import Area, User

ACTING_KEY = "acting_appointment"


@dataclass(frozen=True)
class Places:
    """Real places of 邢台市; `sibling_*` lie beside the cast's own under the same superior."""

    province: Area  # 河北省
    city: Area  # 邢台市
    county: Area  # 巨鹿县 130529
    town: Area  # 王虎寨镇 130529101
    village: Area  # 大寨村 130529101214
    sibling_village: Area  # 王虎寨村 130529101201, same town
    sibling_town: Area  # 西郭城镇 130529102, same county
    sibling_town_village: Area
    neighbour_county: Area  # 平乡县 130532
    neighbour_town: Area
    neighbour_village: Area


@dataclass(frozen=True)
class Cast:
    """Viewers of one county and of those around it."""

    places: Places
    officer: Viewer  # 预警员 of 大寨村
    sibling_officer: Viewer  # 预警员 of 王虎寨村
    township: Viewer
    sibling_township: Viewer
    county: Viewer  # clerk of the county centre
    leader: Viewer  # leading group
    city: Viewer
    province: Viewer
    auditor: Viewer
    medical: Viewer
    civil: Viewer
    labour: Viewer
    education: Viewer
    disabled: Viewer
    insurer: Viewer
    administrator: Viewer
    security: Viewer
    neighbour: Viewer  # clerk of 平乡县's county centre
    neighbour_officer: Viewer
    neighbour_medical: Viewer

    @property
    def slot(self) -> int:
        """The slot of 大寨村."""
        return self.places.village.lo

    @property
    def neighbour_slot(self) -> int:
        """The slot of the village in 平乡县."""
        return self.places.neighbour_village.lo

    def members(self) -> dict[str, Viewer]:
        """This function returns every viewer by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "places"}


def places_build() -> Places:
    """This function makes the places with everything above them."""
    village, neighbour = area_make(130529101214), area_make(130532001001)
    town = area_make(130529101)
    county = area_make(130529)
    city = area_make(1305)
    return Places(
        province=area_make(13),
        city=city,
        county=county,
        town=town,
        village=village,
        sibling_village=area_make(130529101201),
        sibling_town=area_make(130529102),
        sibling_town_village=area_make(130529102201),
        neighbour_county=area_make(130532),
        neighbour_town=area_make(130532001),
        neighbour_village=neighbour,
    )


def cast_build() -> Cast:
    """This function makes places, organisations, users and appointments of the cast."""
    at = places_build()
    department, clerk = Kind.DEPARTMENT, Role.CLERK
    make = viewer_make
    return Cast(
        places=at,
        officer=make(Kind.VILLAGE, Role.OFFICER, at.village, name="吴同科", organisation_name="大寨村防贫工作站"),
        sibling_officer=make(
            Kind.VILLAGE, Role.OFFICER, at.sibling_village, name="李守信", organisation_name="王虎寨村防贫工作站"
        ),
        township=make(Kind.TOWNSHIP, clerk, at.town, name="赵文静", organisation_name="王虎寨镇防贫工作站"),
        sibling_township=make(
            Kind.TOWNSHIP, clerk, at.sibling_town, name="孙立新", organisation_name=f"{at.sibling_town.name}防贫工作站"
        ),
        county=make(Kind.COUNTY_CENTRE, clerk, at.county, name="王秀英", organisation_name="巨鹿县防贫中心"),
        leader=make(Kind.LEADING_GROUP, Role.LEADER, at.county, name="刘志远", organisation_name="巨鹿县防贫领导小组"),
        city=make(
            Kind.CITY_CENTRE, Role.SUPERVISOR, at.city, name="陈思", organisation_name="邢台市防贫防返贫大数据中心"
        ),
        province=make(Kind.PROVINCE, Role.SUPERVISOR, at.province, name="周正", organisation_name="河北省主管部门"),
        auditor=make(Kind.AUDIT, Role.AUDITOR, at.county, name="冯明鉴", organisation_name="巨鹿县审计局"),
        medical=make(
            department,
            clerk,
            at.county,
            department="medical_insurance",
            name="何医保",
            organisation_name="巨鹿县医疗保障局",
        ),
        civil=make(
            department, clerk, at.county, department="civil_affairs", name="宋民政", organisation_name="巨鹿县民政局"
        ),
        labour=make(
            department,
            clerk,
            at.county,
            department="labour",
            name="韩人社",
            organisation_name="巨鹿县人力资源和社会保障局",
        ),
        education=make(
            department, clerk, at.county, department="education", name="许教育", organisation_name="巨鹿县教育局"
        ),
        disabled=make(
            department, clerk, at.county, department="disabled", name="曹残联", organisation_name="巨鹿县残疾人联合会"
        ),
        insurer=make(Kind.INSURER, clerk, at.county, name="高承保", organisation_name="承保公司巨鹿支公司"),
        administrator=make(
            Kind.OPERATOR, Role.ADMINISTRATOR, at.county, name="管理员甲", organisation_name="巨鹿县系统管理"
        ),
        security=make(Kind.OPERATOR, Role.SECURITY, at.county, name="安全员乙", organisation_name="巨鹿县系统管理"),
        neighbour=make(
            Kind.COUNTY_CENTRE, clerk, at.neighbour_county, name="邻县甲", organisation_name="平乡县防贫中心"
        ),
        neighbour_officer=make(
            Kind.VILLAGE,
            Role.OFFICER,
            at.neighbour_village,
            name="邻县乙",
            organisation_name=f"{at.neighbour_village.name}防贫工作站",
        ),
        neighbour_medical=make(
            department,
            clerk,
            at.neighbour_county,
            department="medical_insurance",
            name="邻县丙",
            organisation_name="平乡县医疗保障局",
        ),
    )


def sign_in(client: Client, viewer: Viewer) -> Client:
    """This function signs a member of the cast in and returns the same client."""
    client.force_login(User.objects.get(pk=viewer.user_id))
    session = client.session
    session[ACTING_KEY] = viewer.appointment_id
    session.save()
    return client


@pytest.fixture
def cast(db: None) -> Cast:
    return cast_build()


@pytest.fixture
def real_cast(transactional_db: None) -> Iterator[Cast]:
    """The cast in real transactions: needed wherever two viewers share a connection."""
    yield cast_build()
