"""The named steps, each a SQL query over the ones before it: members, incomes, spendings, statuses, facts, types.

Takes: the typed tables of a snapshot and a shape. Leaves: `household_facts`, one row a household.
Never: a threshold, a float, a row-by-row loop.
"""
