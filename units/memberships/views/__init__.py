"""Pages about mandates and about people."""
