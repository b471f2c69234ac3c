"""The register: persons, households, who belongs where and since when, identifiers, incomes, spending, states.

Takes: registrations and changes by clerks, exports of the national system, facts that `sources` matched. Leaves: rows
dated twice (valid, recorded) from which `screening` takes its snapshot, findings and conflicts for a person to settle.
Never: decides who is watched or helped, keeps an ID number, phone or account in plain text, tells one county what
another holds.
"""
