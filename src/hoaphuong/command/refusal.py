"""A command that cannot do what was asked says why in one sentence."""


class Refusal(Exception):
    """What the person at the terminal reads; ``status`` is the exit code."""

    def __init__(self, text: str, *, status: int = 1) -> None:
        super().__init__(text)
        self.status = status
