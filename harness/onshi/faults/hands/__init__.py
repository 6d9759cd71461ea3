"""Faults of the seam hands: what people do, and do not do, with card and reader."""
