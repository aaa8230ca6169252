"""What can go wrong with the embedded stack, said so that the reader can mend it."""


class StackProblem(Exception):
    """What is missing or failed, and the command that mends it. No value that a person typed."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n  -> {remedy}" if remedy else what)
        self.what = what
        self.remedy = remedy
