"""How many PDFs a process signs and verifies a second, beside stock pyHanko and the raw rate.

``python -m hoaphuong.signing.benches KIND SECONDS`` signs in a process of its own.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from hoaphuong.kernel.benching import Bench, Figure, Place
from hoaphuong.signing.bench_papers import case_of, raw_rate, stock, stock_stamper
from hoaphuong.signing.contracts import Level
from hoaphuong.signing.providers.base import SigningFault, TimeStamps

SECONDS, WARM, PATIENCE_S = 4.0, 10, 20.0


def _rate(work: Callable[[], object], seconds: float = SECONDS) -> float:
    """How often a second ``work`` is done, once it is warm."""
    for _ in range(WARM):
        work()
    done, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < seconds:
        work()
        done += 1
    return done / took


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _authority(place: Place) -> Iterator[tuple[Path, str]]:
    """The demonstration authority as a process of its own: its folder and its address."""
    from hoaphuong.signing import authority

    with tempfile.TemporaryDirectory(prefix="hoaphuong-bench-authority-") as name:
        folder, port = Path(name), _free_port()
        address = f"http://127.0.0.1:{port}"
        authority.ceremony(folder, address)
        words = ["stand-in", "authority", "--port", str(port), "--folder", str(folder)]
        child = subprocess.Popen(
            [sys.executable, "-m", "hoaphuong", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield folder, address
        finally:
            child.terminate()
            child.wait()


def _bb(kind: str) -> Bench:
    def bench(place: Place) -> Figure:
        with tempfile.TemporaryDirectory() as folder:
            case = case_of(kind, Path(folder), "http://127.0.0.1:9")
        raw, slow = raw_rate(kind), _rate(stock(case))
        figure = _rate(lambda: case.sign(Level.B_B, None))
        return Figure(
            figure=round(figure, 1),
            unit="signatures/s",
            reference=round(slow, 1),
            reference_is="signatures/s, stock pyHanko, without the image",
            target=100,
            about=f"visible, one process; openssl alone makes {raw:,.0f} raw signatures/s",
        )

    return bench


def _bt(kind: str) -> Bench:
    def bench(place: Place) -> Figure:
        from hoaphuong.kernel.outside import Outside
        from hoaphuong.signing.providers.tsa import HttpTimeStamps

        with _authority(place) as (folder, address):
            case = case_of(kind, folder, address)
            outside = Outside.of([address], seconds=5.0)
            stamps = HttpTimeStamps(f"{address}/tsa", outside=outside, anchors=[case.anchor])
            _await(stamps)
            figure = _rate(lambda: case.sign(Level.B_T, stamps))
            alone = _rate(lambda: stamps.stamp(bytes(32)), 1.0)
        raw, slow = raw_rate(kind), _rate(stock(case, stock_stamper()))
        return Figure(
            figure=round(figure, 1),
            unit="signatures/s",
            reference=round(slow, 1),
            reference_is="signatures/s, stock pyHanko, without image and HTTP (DummyTimeStamper)",
            target=50,
            about=f"visible, one process, stamps over HTTP (those alone {alone:,.0f}/s);"
            f" openssl alone makes {raw:,.0f} raw signatures/s",
        )

    return bench


def _await(stamps: TimeStamps) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            stamps.stamp(bytes(32))
            return
        except SigningFault:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _alone(kind: str, seconds: float) -> None:
    """What one of several processes does: be ready, wait for the word, sign, tell how many."""
    with tempfile.TemporaryDirectory() as folder:
        case = case_of(kind, Path(folder), "http://127.0.0.1:9")
    for _ in range(WARM):
        case.sign(Level.B_B, None)
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(_rate(lambda: case.sign(Level.B_B, None), seconds)), flush=True)


def _at_once(processes: int, kind: str) -> float:
    """Signatures a second of so many processes together."""
    words = [sys.executable, "-m", "hoaphuong.signing.benches", kind, str(SECONDS)]
    children = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    try:
        for child in children:
            assert child.stdout is not None
            if child.stdout.readline().strip() != "ready":
                raise ValueError("a signing process did not start")
        for child in children:
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
        rates = [json.loads(child.communicate(timeout=10 * SECONDS)[0]) for child in children]
    finally:
        for child in children:
            child.kill()
    return float(sum(rates))


def sign_two_processes(place: Place) -> Figure:
    """Two processes sign B-B nearly twice as many as one."""
    pairs = [(_at_once(1, "p256"), _at_once(2, "p256")) for _ in range(3)]
    alone, both = sorted(pairs, key=lambda pair: pair[1] / pair[0])[1]
    return Figure(
        figure=round(both / alone, 2),
        unit="times",
        reference=round(alone, 1),
        reference_is="signatures/s, one process",
        target=1.8,
        about=f"two processes {both:,.0f} signatures/s, {os.cpu_count()} cores; the middle of"
        f" {', '.join(f'{two / one:.2f}' for one, two in pairs)}",
    )


def verify_pdf(place: Place) -> Figure:
    """B-T signatures that a process verifies a second."""
    from asn1crypto import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from hoaphuong.kernel.outside import Outside
    from hoaphuong.signing.providers.tsa import HttpTimeStamps
    from hoaphuong.signing.verification.pdf import verify_pdf
    from hoaphuong.signing.verification.trust import Anchors

    with _authority(place) as (folder, address):
        case = case_of("p256", folder, address)
        outside = Outside.of([address], seconds=5.0)
        stamps = HttpTimeStamps(f"{address}/tsa", outside=outside, anchors=[case.anchor])
        _await(stamps)
        signed = [case.sign(Level.B_T, stamps) for _ in range(20)]
    anchors, root = Anchors.of([case.anchor]), x509.Certificate.load(case.anchor)
    turn = iter(range(10**9))

    def ours() -> None:
        content = signed[next(turn) % len(signed)]
        (found,) = verify_pdf(content, anchors=anchors, answers=None, at=datetime.now(UTC))
        if not found.intact:
            raise ValueError("a signature was not found intact")

    def theirs() -> object:
        context = ValidationContext(trust_roots=[root], allow_fetching=False)
        reader = PdfFileReader(BytesIO(signed[next(turn) % len(signed)]))
        return validate_pdf_signature(reader.embedded_signatures[0], context)

    reference = _rate(theirs)
    return Figure(
        figure=round(_rate(ours), 1),
        unit="verifications/s",
        reference=round(reference, 1),
        reference_is="verifications/s, stock pyHanko",
        target=50,
        about="one B-T signature with an image, trusted, nobody asked about revocation",
    )


def verify_issued(place: Place) -> Figure:
    """Issued papers that a process verifies a second: two signatures, a time stamp, filled fields.

    As the reader of the city does it: what it loaded is frozen, and nothing is collected while a
    file is read. It ends after each; this loop collects every fiftieth time.
    """
    import gc

    from asn1crypto import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from hoaphuong.kernel.outside import Outside
    from hoaphuong.signing.providers.revocation import HttpRevocation
    from hoaphuong.signing.providers.tsa import HttpTimeStamps
    from hoaphuong.signing.verification.pdf import verify_pdf
    from hoaphuong.signing.verification.trust import Anchors

    with _authority(place) as (folder, address):
        case = case_of("p256", folder, address)
        outside = Outside.of([address], seconds=5.0)
        stamps = HttpTimeStamps(f"{address}/tsa", outside=outside, anchors=[case.anchor])
        _await(stamps)
        content = case.issued(stamps, HttpRevocation(outside=outside))
    anchors, root = Anchors.of([case.anchor]), x509.Certificate.load(case.anchor)
    turns = iter(range(10**9))

    def ours() -> None:
        found = verify_pdf(content, anchors=anchors, answers=None, at=datetime.now(UTC))
        if [one.reason for one in found] != ["valid"] * 3:
            raise ValueError("a paper was not found valid")
        if not next(turns) % 50:
            gc.collect()

    def theirs() -> None:
        for one in PdfFileReader(BytesIO(content)).embedded_regular_signatures:
            context = ValidationContext(trust_roots=[root], allow_fetching=False)
            validate_pdf_signature(one, context)

    reference = _rate(theirs)
    gc.freeze()
    gc.disable()
    try:
        figure = _rate(ours)
    finally:
        gc.enable()
        gc.unfreeze()
    return Figure(
        figure=round(figure, 1),
        unit="verifications/s",
        reference=round(reference, 1),
        reference_is="verifications/s, stock pyHanko, without the document's time stamp",
        target=50,
        about=f"{content.count(b'startxref')} revisions, each compared with what was signed",
    )


BENCHES: dict[str, Bench] = {
    "sign-bb-p256": _bb("p256"),
    "sign-bb-rsa2048": _bb("rsa2048"),
    "sign-bt-p256": _bt("p256"),
    "sign-bt-rsa2048": _bt("rsa2048"),
    "sign-two-processes": sign_two_processes,
    "verify-pdf": verify_pdf,
    "verify-issued": verify_issued,
}

if __name__ == "__main__":
    _alone(sys.argv[1], float(sys.argv[2]))
