"""The pages of casework, one module a page."""

from __future__ import annotations

from shouwang.people.access import Kind, Role

# Who reads cases; departments and the insurer see tasks only.
READERS = (
    Kind.VILLAGE,
    Kind.TOWNSHIP,
    Kind.COUNTY_CENTRE,
    Kind.LEADING_GROUP,
    Kind.CITY_CENTRE,
    Kind.PROVINCE,
    Kind.AUDIT,
)
# Who lays a case beside others of its county: who decides on it or watches over those who do.
STUDIERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)
# Who may act at a stage at all; which stage whose is, the pack says.
ACTORS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP)
ACTING_ROLES = frozenset({Role.OFFICER, Role.CLERK, Role.LEADER})
ANSWERERS = (Kind.DEPARTMENT, Kind.INSURER, Kind.TOWNSHIP, Kind.VILLAGE, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP)
