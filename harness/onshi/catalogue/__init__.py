"""Surveys, troubles and rule texts as typed records, read from ``profiles/``.

``records`` is the shape, ``load`` finds and reads, ``words`` says a trouble in words, ``search``
finds one by what a person says of it.
"""
