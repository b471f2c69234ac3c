"""守望: the software with which counties keep households from falling back into poverty."""

__version__ = "0.1.0"
