"""Which pack version is in force where.

Takes: packs (policy as data) from the folder `packs/` or an upload. Leaves: pack versions whose text never changes,
dated adoptions by area that two people made, and revocations of those found wrong, also by two. Never: changes a
version, or decides about a household.
"""
