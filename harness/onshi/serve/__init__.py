"""The control API: desks, visits and verdicts over HTTP, for products in any language."""
