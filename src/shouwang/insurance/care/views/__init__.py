"""Pages of long-term care, one module a page."""
