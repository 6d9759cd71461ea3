"""The face-reader application as seen from outside."""
