"""Plain-text accounting for AI coding sessions.

The modules tell the way of the data: transcripts → responses → rows → session file → ledger →
rollups → pages → site. Each imports only from those before it (`tests/test_layers.py`).
"""

__version__ = "0.1.0"
