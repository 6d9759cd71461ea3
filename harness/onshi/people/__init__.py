"""Synthetic people and what belongs to them: plain records, no behaviour of any engine."""

from onshi.people.records import (
    CardSpec,
    Coverage,
    Limit,
    MedicalTicket,
    Patient,
    Qualification,
    SpecificDisease,
)

__all__ = [
    "CardSpec",
    "Coverage",
    "Limit",
    "MedicalTicket",
    "Patient",
    "Qualification",
    "SpecificDisease",
]
