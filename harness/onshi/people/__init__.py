"""Synthetic people and what belongs to them: plain records, no behaviour of any engine."""

from onshi.people.records import CardSpec, Coverage, Limit, Patient, Qualification

__all__ = ["CardSpec", "Coverage", "Limit", "Patient", "Qualification"]
