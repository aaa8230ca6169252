"""What the tests of the running product share: waiting, reading topics, builders of requests, planted bugs.

`python -m tests.harness serve intake --plant NAME` runs one process of the product with the bug of
`tests/planted/NAME.py` in it; the product itself has no hook for that.
"""
