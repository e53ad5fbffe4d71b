"""Claude Code's hooks: what they keep, and what its settings say of them.

Empty, because a hook must not wait: it imports `keeping` alone.
"""
