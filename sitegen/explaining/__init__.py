"""How each figure of a session came about, from its file, its transcript and what other programs say of it."""
