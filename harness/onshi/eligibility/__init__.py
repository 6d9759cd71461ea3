"""The eligibility system: what it knows, what it answers, and how that is written down."""
