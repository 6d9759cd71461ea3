"""Faults of the reader seam: what an SCard call answers, and when it does not."""
