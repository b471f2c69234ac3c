"""Screening: the register, as a snapshot, under the policy in force.

Takes: the register's rows (by role `batch`, as Parquet) and the adopted pack version. Leaves: runs and warnings, each
with everything a replay needs. Never: opens a case, or writes to the register.
"""
