"""Pure rules of what people hand in."""
