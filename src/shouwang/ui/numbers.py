"""Several numbers of a page from one statement: each costs more in asking than in counting."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Value


def numbers_of(**querysets: QuerySet[Any, Any] | None) -> dict[str, int]:
    """This function counts the rows of each queryset, all in one statement; None counts as no rows."""
    asked = {name: rows for name, rows in querysets.items() if rows is not None and not rows.query.is_empty()}
    parts = [
        rows.order_by()
        .annotate(of_number=Value(place, output_field=IntegerField()))
        .values("of_number")
        .annotate(rows=Count("pk"))
        .values_list("of_number", "rows")
        for place, rows in enumerate(asked.values())
    ]
    counted = dict(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]) if parts else {}
    found = {name: counted.get(place, 0) for place, name in enumerate(asked)}
    return {name: found.get(name, 0) for name in querysets}
