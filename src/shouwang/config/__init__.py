"""Settings, root urls and the command line.

Takes: the environment. Leaves: running processes. Never: holds a rule of the field.
"""
