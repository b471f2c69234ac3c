"""Public: what people hand in themselves, and what they may learn with their receipt.

Takes: applications, objections, appeals and withdrawals from pages that need no account; the pack's `public` topic.
Leaves: clues (`sources`), objections of notices (`casework`), petitions with a desk and a clock; receipts, of which the
database holds a blind index only. Never: tells a visitor whether somebody is registered or has applied, shows more than
a stage without the PIN, lets a page without an account read a table (it calls database functions that return status
columns), keeps an address or a number of a visitor.
"""
