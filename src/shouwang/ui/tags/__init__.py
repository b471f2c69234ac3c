"""The template tags by topic; `templatetags/ui.py` joins them into `{% load ui %}`."""
