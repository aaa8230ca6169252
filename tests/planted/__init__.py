"""Bugs on purpose: each module's `plant()` changes the product inside one process, started by `python -m tests.harness`.

Every protective test is run once clean and once with its bug; it must fail with the bug, or it protects nothing.
"""
