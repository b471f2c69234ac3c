"""Money: every benefit from anyone as a Grant; our own money in double entry, from budget to the bank's answer.

Takes: what assistance and insurance record and ask to have paid; what treasurers enter. Leaves: grants, postings,
payments with their evidence. Never: pays one amount twice, lets one person take two steps of a batch, changes what was
posted, or counts what another body pays as ours.
"""
