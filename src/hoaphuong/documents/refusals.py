"""Why a verb of the documents app is refused; each can be told to the person who asked."""


class DocumentRefused(Exception):
    """The verb does not apply to the document as it is."""


class WrongStatus(DocumentRefused):
    """It is not at the point of its way from which this may be done."""


class ChangedMeanwhile(DocumentRefused):
    """A colleague saved another version since this one was opened."""


class NotTheSigner(DocumentRefused):
    """Somebody else was named to sign."""


class NotReady(DocumentRefused):
    """Something is missing in the draft; ``faults`` says what, by field."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = faults


class NothingToAnswer(DocumentRefused):
    """Nobody asks for this document back."""


class NotIssued(DocumentRefused):
    """Only an issued document can be replaced or corrected."""


class NotAttachable(DocumentRefused):
    """The file can get no seal; ``reason`` is a code: signed, small, unreadable, large, many."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AttachmentsUnsealed(DocumentRefused):
    """An attachment is not sealed yet: the document is issued with all of them or not at all."""


class NotCopyable(DocumentRefused):
    """No such copy can be made; ``reason`` is a code: form, pages, long, small, unreadable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
