from hoaphuong.kernel.faults import point
from hoaphuong.signing.contracts import Level, ToSign
from hoaphuong.signing.signables import NotSignable, Signable
from hoaphuong.signing.tests.desk.models import Paper

PERSON, SEAL = "desk.person", "desk.seal"
LEVEL = Level.B_B


def to_sign(subject, *, account, certificate):
    paper = Paper.objects.get(key=subject)
    if paper.refuses == "to_sign":
        raise NotSignable("desk_closed")
    return ToSign(content=bytes(paper.content), level=LEVEL)


def signed(subject, *, content, file, by, at):
    paper = Paper.objects.select_for_update().get(key=subject)
    if paper.refuses == "signed":
        raise ValueError("the desk does not take it")
    paper.signatures += 1
    paper.file_key = file.key
    paper.save()
    point("desk.signed")


SIGNABLES = [
    Signable(PERSON, "A paper", "signing.sign", to_sign, signed,
             reasons={"desk_closed": "The desk is closed."}),
    Signable(SEAL, "A sealed paper", "signing.seal", to_sign, signed, seal=True),
]  # fmt: skip
