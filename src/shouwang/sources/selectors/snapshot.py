"""The query by which the batch role takes the age of every delivery into a snapshot."""

# ruff: noqa: S608 - the values put into the text are integers and dates of our own

from __future__ import annotations


def feed_snapshot_query(*, lo: int, hi: int) -> str:
    """This function returns the query of the snapshot table `feed` for an area: the newest data of each delivery.

    A file none of whose rows passed brought nothing and makes no delivery newer.
    """
    return f"""
        select f.department, f.kind, max(i.data_date) as data_date,
               max(i.finished_at) at time zone 'Asia/Shanghai' as imported_at
        from sources_feed f join sources_feedimport i on i.feed_id = f.id
        where f.slot between {int(lo)} and {int(hi)} and i.state = 'DONE'
          and (i.rows_refused = 0 or i.rows_read > i.rows_refused)
        group by 1, 2 order by 1, 2"""
