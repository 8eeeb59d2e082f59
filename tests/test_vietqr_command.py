"""``./hoaphuong vietqr`` prints a code that banks read; what no transfer can have is one line."""

import io
import subprocess
import sys

import pytest
import segno
import zxingcpp
from PIL import Image

from hoaphuong.payments.bank import codes
from tests.test_refusals import refused


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "hoaphuong", "vietqr", *words], capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip


FULL = ["--bin", "970426", "--account", "0212345678", "--amount", "50000", "--note", "HPAC Lệ phí"]


@pytest.mark.parametrize("words", [FULL, FULL[:4], FULL[:6], [*FULL[:4], "--note", "HPAC"]])
def test_the_command_prints_the_text_and_nothing_else(words):
    done = run(*words)
    assert (done.returncode, done.stderr) == (0, "")
    asked = dict(zip(words[::2], words[1::2], strict=True))
    # The demonstration's bank reads it with a reader of its own.
    read = codes.read(done.stdout.removesuffix("\n"))
    assert (read.bin, read.account) == (asked["--bin"], asked["--account"])
    assert read.amount == (int(asked["--amount"]) if "--amount" in asked else None)
    assert read.note == asked.get("--note", "").replace("Lệ phí", "Le phi")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["--bin", "97042", "--account", "1"], "--bin"),
        (["--account", "1"], "--bin"),
        (["--bin", "970426"], "--account"),
        (["--bin", "970426", "--account", "1 2"], "--account"),
        ([*FULL[:4], "--amount", "5e6"], "--amount"),
        ([*FULL[:4], "--amount", "-5"], "--amount"),
        ([*FULL[:4], "--amount", "0"], "--amount"),
        ([*FULL[:4], "--amount", "1" * 5_000], "--amount"),
        ([*FULL[:4], "--note", "a" * 26], "--note"),
    ],
)
def test_what_no_transfer_can_have_is_one_line(words, field):
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert field in refused(done)


def test_a_drawn_code_is_read_by_another_program():
    """ZXing's decoder."""
    said = run(*FULL).stdout.strip()
    drawn = io.BytesIO()
    segno.make(said, error="m").save(drawn, kind="png", scale=6, border=4)
    [read] = zxingcpp.read_barcodes(Image.open(drawn).convert("L"))
    assert read.text == said
