"""The fixed cast: 巨鹿县's people, the levels above them, and the neighbouring county who must be refused.

`cast` is a pytest fixture (tests/conftest.py takes it in); `cast_build()` makes the same where no fixture fits. Every
member is a real user with a real appointment, and the attribute is her `Viewer`. Places are under `cast.places`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import pytest
from django.test import Client
from tests.factories.people import Member, areas_make, viewers_make

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


PLACES = {
    "province": 13,
    "city": 1305,
    "county": 130529,
    "town": 130529101,
    "village": 130529101214,
    "sibling_village": 130529101201,
    "sibling_town": 130529102,
    "sibling_town_village": 130529102201,
    "neighbour_county": 130532,
    "neighbour_town": 130532001,
    "neighbour_village": 130532001001,
}


def places_build(codes: Mapping[str, int] = PLACES, names: Mapping[int, str] | None = None) -> Places:
    """This function makes the places with everything above them; `names` names those that no list of divisions has."""
    return Places(**dict(zip(PLACES, areas_make([codes[name] for name in PLACES], names=names), strict=True)))


def _members(at: Places) -> dict[str, Member]:
    """This function says who the members of the cast are."""
    department, clerk = Kind.DEPARTMENT, Role.CLERK
    near, far = at.county, at.neighbour_county

    def bureau(name: str, key: str, office: str) -> Member:
        return Member(department, clerk, near, name, f"{near.name}{office}", key)

    return {
        "officer": Member(Kind.VILLAGE, Role.OFFICER, at.village, "吴同科", f"{at.village.name}防贫工作站"),
        "sibling_officer": Member(
            Kind.VILLAGE, Role.OFFICER, at.sibling_village, "李守信", f"{at.sibling_village.name}防贫工作站"
        ),
        "township": Member(Kind.TOWNSHIP, clerk, at.town, "赵文静", f"{at.town.name}防贫工作站"),
        "sibling_township": Member(
            Kind.TOWNSHIP, clerk, at.sibling_town, "孙立新", f"{at.sibling_town.name}防贫工作站"
        ),
        "county": Member(Kind.COUNTY_CENTRE, clerk, near, "王秀英", f"{near.name}防贫中心"),
        "leader": Member(Kind.LEADING_GROUP, Role.LEADER, near, "刘志远", f"{near.name}防贫领导小组"),
        "city": Member(Kind.CITY_CENTRE, Role.SUPERVISOR, at.city, "陈思", f"{at.city.name}防贫防返贫大数据中心"),
        "province": Member(Kind.PROVINCE, Role.SUPERVISOR, at.province, "周正", f"{at.province.name}主管部门"),
        "auditor": Member(Kind.AUDIT, Role.AUDITOR, near, "冯明鉴", f"{near.name}审计局"),
        "medical": bureau("何医保", "medical_insurance", "医疗保障局"),
        "civil": bureau("宋民政", "civil_affairs", "民政局"),
        "labour": bureau("韩人社", "labour", "人力资源和社会保障局"),
        "education": bureau("许教育", "education", "教育局"),
        "disabled": bureau("曹残联", "disabled", "残疾人联合会"),
        "insurer": Member(Kind.INSURER, clerk, near, "高承保", f"承保公司{near.name.removesuffix('县')}支公司"),
        "administrator": Member(Kind.OPERATOR, Role.ADMINISTRATOR, near, "管理员甲", f"{near.name}系统管理"),
        "security": Member(Kind.OPERATOR, Role.SECURITY, near, "安全员乙", f"{near.name}系统管理"),
        "neighbour": Member(Kind.COUNTY_CENTRE, clerk, far, "邻县甲", f"{far.name}防贫中心"),
        "neighbour_officer": Member(
            Kind.VILLAGE, Role.OFFICER, at.neighbour_village, "邻县乙", f"{at.neighbour_village.name}防贫工作站"
        ),
        "neighbour_medical": Member(department, clerk, far, "邻县丙", f"{far.name}医疗保障局", "medical_insurance"),
    }


def cast_build(codes: Mapping[str, int] = PLACES, names: Mapping[int, str] | None = None) -> Cast:
    """This function makes places, organisations, users and appointments of the cast, in 巨鹿县 or where `codes` say."""
    at = places_build(codes, names)
    members = _members(at)
    return Cast(places=at, **dict(zip(members, viewers_make(list(members.values())), strict=True)))


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
