"""The kit: money, days, resident IDs, division codes, masks, code lists, sealing of personal data.

Takes: plain values and texts as people and files write them. Leaves: exact typed values (fen, days, 18-character
numbers, 12-digit codes) or one `Refusal` with a Chinese sentence. Never: imports Django, reads the clock, knows a
policy value, writes anything.
"""
