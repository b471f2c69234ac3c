"""The bench against peers: what our engine does, done by others, each written to win; and what it is measured on."""
