"""Who acts: the viewer, the kinds and roles, and the scope under which PostgreSQL shows rows.

Public to every room. The two walls of the design meet here: `Viewer.q` is the first (selectors), `acting_as` sets the
second (row-level security) for one transaction.
"""

from __future__ import annotations

import enum
import functools
import operator
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connections, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase

from shouwang.kit.errors import Refusal

if TYPE_CHECKING:
    from shouwang.people.models import Appointment

MAX_RANGES = 8
EVERYWHERE = ((0, 999_999_999_999),)


class Kind(enum.StrEnum):
    """The kind of organisation somebody acts for."""

    VILLAGE = "VILLAGE"
    TOWNSHIP = "TOWNSHIP"
    COUNTY_CENTRE = "COUNTY_CENTRE"
    LEADING_GROUP = "LEADING_GROUP"
    DEPARTMENT = "DEPARTMENT"
    INSURER = "INSURER"
    CARE_PROVIDER = "CARE_PROVIDER"
    CITY_CENTRE = "CITY_CENTRE"
    PROVINCE = "PROVINCE"
    AUDIT = "AUDIT"
    OPERATOR = "OPERATOR"
    SYSTEM = "SYSTEM"


KIND_LABELS = {
    Kind.VILLAGE: "村防贫工作站",
    Kind.TOWNSHIP: "乡镇防贫工作站",
    Kind.COUNTY_CENTRE: "县级防贫中心",
    Kind.LEADING_GROUP: "防贫领导小组",
    Kind.DEPARTMENT: "县级部门",
    Kind.INSURER: "保险公司",
    Kind.CARE_PROVIDER: "护理服务机构",
    Kind.CITY_CENTRE: "市级大数据中心",
    Kind.PROVINCE: "省级主管部门",
    Kind.AUDIT: "审计监督",
    Kind.OPERATOR: "系统管理",
    Kind.SYSTEM: "系统",
}


class Role(enum.StrEnum):
    """What somebody may do inside the organisation."""

    OFFICER = "OFFICER"
    CLERK = "CLERK"
    LEADER = "LEADER"
    SUPERVISOR = "SUPERVISOR"
    AUDITOR = "AUDITOR"
    ADMINISTRATOR = "ADMINISTRATOR"
    SECURITY = "SECURITY"
    NOBODY = "NOBODY"


ROLE_LABELS = {
    Role.OFFICER: "预警员",
    Role.CLERK: "经办人",
    Role.LEADER: "负责人",
    Role.SUPERVISOR: "督导",
    Role.AUDITOR: "审计员",
    Role.ADMINISTRATOR: "管理员",
    Role.SECURITY: "安全员",
    Role.NOBODY: "",
}

# Departments, insurers and care providers never read the register; they see rows through live task grants (design §6).
READS_REGISTER = frozenset(
    {
        Kind.VILLAGE,
        Kind.TOWNSHIP,
        Kind.COUNTY_CENTRE,
        Kind.LEADING_GROUP,
        Kind.CITY_CENTRE,
        Kind.PROVINCE,
        Kind.AUDIT,
        Kind.SYSTEM,
    }
)

# Three people, never one (design §6); a leader may not also audit.
INCOMPATIBLE_ROLES = (
    frozenset({Role.ADMINISTRATOR, Role.SECURITY}),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    frozenset({Role.SECURITY, Role.AUDITOR}),
    frozenset({Role.LEADER, Role.AUDITOR}),
    frozenset({Role.CLERK, Role.AUDITOR}),
)


class StaleWrite(Refusal):
    """Somebody else changed the row after the reader loaded it."""

    def __init__(self, what: str = "这条记录", changed_by: str = "", changed_at: str = "") -> None:
        who = f"，{changed_by} 于 {changed_at} 改过" if changed_by else "，别人刚刚改过"
        super().__init__(f"{what}在您打开之后已有变动{who}。您的修改没有保存，请看过最新内容后再办。")


@dataclass(frozen=True)
class Viewer:
    """One appointment as it acts now; `ranges` are closed slot ranges, at most eight."""

    appointment_id: int | None
    user_id: int | None
    organisation_id: int | None
    kind: Kind
    department: str
    role: Role
    ranges: tuple[tuple[int, int], ...]
    name: str
    organisation_name: str = ""
    deputises_user_id: int | None = None  # the absent person for whom this one acts

    def can_see(self, slot: int) -> bool:
        """This function tells whether a slot lies inside the viewer's areas."""
        return any(lo <= slot <= hi for lo, hi in self.ranges)

    def covers(self, lo: int, hi: int) -> bool:
        """This function tells whether a whole area lies inside one of the viewer's."""
        return any(first <= lo and hi <= last for first, last in self.ranges)

    def q(self, field: str = "slot") -> Q:
        """This function returns the filter that keeps a queryset inside the viewer's areas (none: no rows)."""
        # One lookup a range: this filter stands in nearly every query, and Django takes its time over each.
        inside = [Q(**{f"{field}__range": span}) for span in self.ranges]
        return functools.reduce(operator.or_, inside) if inside else Q(pk__in=[])

    @property
    def user_ids(self) -> frozenset[int]:
        """Who stands behind this viewer: herself and whom she deputises. Where two people are needed, neither counts.

        Empty for nobody and the system.
        """
        return frozenset(found for found in (self.user_id, self.deputises_user_id) if found is not None)

    @property
    def reads_register(self) -> bool:
        return self.kind in READS_REGISTER

    @property
    def is_anonymous(self) -> bool:
        return self.appointment_id is None and self.kind is not Kind.SYSTEM

    @property
    def label(self) -> str:
        """Who this is, as shown to others."""
        return f"{self.organisation_name} {self.name}".strip()


SYSTEM = Viewer(None, None, None, Kind.SYSTEM, "", Role.NOBODY, EVERYWHERE, "系统自动", "守望")
NOBODY = Viewer(None, None, None, Kind.OPERATOR, "", Role.NOBODY, (), "未登录")

# `sw.lo1` is the first slot of the first range: what is stated for a whole area is read by whoever works inside it.
SETTINGS = ("sw.kind", "sw.organisation", "sw.appointment", "sw.purpose", "sw.ranges", "sw.lo1")
_NOTHING = [""] * len(SETTINGS)
_SET = "select " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)


def scope_values(viewer: Viewer) -> list[str]:
    """This function returns the session settings of a viewer, in the order of `SETTINGS` ('' = unset)."""
    spans = ",".join(f"[{lo},{hi}]" for lo, hi in viewer.ranges)
    return [
        str(viewer.kind) if not viewer.is_anonymous else "",
        str(viewer.organisation_id or ""),
        str(viewer.appointment_id or ""),
        "",
        f"{{{spans}}}" if spans else "",
        str(viewer.ranges[0][0]) if viewer.ranges else "",
    ]


def _write_scope(connection: Any, values: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SET, values)


@contextmanager
def acting_as(viewer: Viewer, *, using: str = "default") -> Iterator[Viewer]:
    """This function opens a transaction in which PostgreSQL shows exactly the viewer's rows.

    It nests: the outer scope comes back when the inner block ends (`SET LOCAL` outlives a released savepoint, so it is
    put back by hand; a block that ends in an error is rolled back by PostgreSQL, and the setting with it).
    """
    if len(viewer.ranges) > MAX_RANGES:
        raise TooManyAreas
    connection = connections[using]
    scopes = _scopes(connection)
    values, is_nested = scope_values(viewer), connection.in_atomic_block
    before = scopes[-1] if scopes else _NOTHING
    with transaction.atomic(using=using):
        _write_scope(connection, values)
        scopes.append(values)
        try:
            yield viewer
        finally:
            scopes.pop()
        if is_nested and not connection.needs_rollback:
            _write_scope(connection, before)


def _scopes(connection: Any) -> list[list[str]]:
    """This function returns what the open blocks of a connection have set, the innermost last."""
    found: list[list[str]] = connection.__dict__.setdefault("sw_scopes", [])
    return found


class TooManyAreas(Refusal):
    """An appointment covers more separate areas than the scope can hold."""

    def __init__(self) -> None:
        super().__init__(f"一个任职最多管 {MAX_RANGES} 个互不相连的辖区，请合并或另设任职。")


def spans_merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """This function returns closed slot ranges in order, those that touch or overlap as one."""
    merged: list[tuple[int, int]] = []
    for lo, hi in sorted(spans):
        if merged and lo <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], hi))
        else:
            merged.append((lo, hi))
    return tuple(merged)


def viewer_for(appointment: Appointment, *, on: date) -> Viewer:
    """This function returns the viewer of an appointment on a day; outside its term it sees nothing (`NOBODY`)."""
    if not appointment.is_in_force(on=on) or not appointment.user.is_active:
        return NOBODY
    organisation, absent = appointment.organisation, appointment.deputy_for
    if absent is not None and not (absent.ended_at is None and absent.user.is_active):
        return NOBODY
    name = appointment.user.name or appointment.user.username
    return Viewer(
        appointment_id=appointment.pk,
        user_id=appointment.user_id,
        organisation_id=organisation.pk,
        kind=Kind(organisation.kind),
        department=organisation.department,
        role=Role(appointment.role),
        ranges=appointment.slot_ranges(),
        name=f"{name}（代{absent.user.name or absent.user.username}）" if absent is not None else name,
        organisation_name=organisation.name,
        deputises_user_id=absent.user_id if absent is not None else None,
    )


ViewFunction = Callable[..., HttpResponseBase]


class SignInNeeded(Exception):  # noqa: N818 - an answer, not an error of the program
    """An anonymous visitor asked for a page of the house; the middleware sends her to the sign-in page."""


def requires(*kinds: Kind, roles: set[Role] | frozenset[Role] | None = None) -> Callable[[ViewFunction], ViewFunction]:
    """This function returns a view decorator that lets only these kinds (none named: any signed-in) and roles in.

    Anybody else gets the same answer as for a page that does not exist; an anonymous visitor is sent to sign in.
    """

    def decorate(view: ViewFunction) -> ViewFunction:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            viewer: Viewer = request.viewer  # type: ignore[attr-defined]
            if viewer.is_anonymous:
                raise SignInNeeded
            if (kinds and viewer.kind not in kinds) or (roles is not None and viewer.role not in roles):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.required_kinds = frozenset(kinds)  # type: ignore[attr-defined]
        guarded.required_roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate
