"""Tests of the packaging: `python3 -m unittest discover -s bundle/tests -t bundle`."""
