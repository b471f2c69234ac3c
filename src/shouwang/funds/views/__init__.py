"""Pages of funds, one module a page."""
