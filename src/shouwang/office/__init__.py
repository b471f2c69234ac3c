"""The office: progress of long work, files, messages.

Takes: what rooms ask to be told, kept or handed out. Leaves: progress rows, encrypted files, messages. Never: keeps a
file in plain text or past its day, or decides anything about a household.
"""
