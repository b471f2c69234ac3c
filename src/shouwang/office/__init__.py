"""The office: progress of long work, files, messages, keys of what was sent.

Takes: what rooms ask to be told, kept or handed out. Leaves: progress rows, encrypted files, messages, the keys of what
was sent with their answers. Never: keeps a file in plain text or past its day, puts anything but counts and case
numbers into a message, or decides anything about a household.
"""
