"""Surveys, troubles and rule texts as typed records, read from ``profiles/``.

``records`` is the shape, ``load`` finds and reads, ``checks`` and ``citations`` say what is wrong
with a file, ``weights`` mixes a survey's troubles, ``words`` says a trouble or a figure in words,
``search`` finds a trouble by what a person says of it.
"""
