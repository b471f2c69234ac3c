"""The evening flush: every village officer's phone finds its signal again and sends what it wrote all day."""
