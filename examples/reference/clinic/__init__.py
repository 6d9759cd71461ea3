"""A small but real front end of a レセコン: card, eligibility inquiry, chart, receipt.

It knows nothing of the harness: everything outside reaches it through :mod:`clinic.config`.
"""
