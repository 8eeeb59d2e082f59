"""The address that stands on papers: what readers use, or where the program listens."""

import os
import subprocess
import sys

import pytest

from hoaphuong.command.up import address


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1", "http://127.0.0.1:8001"),
        ("0.0.0.0", "http://127.0.0.1:8001"),
        ("::", "http://[::1]:8001"),
        ("::1", "http://[::1]:8001"),
        ("may-chu.example.vn", "http://may-chu.example.vn:8001"),
    ],
)
def test_a_browser_finds_the_web_server_where_it_listens(host, found):
    assert address(host, 8001) == found


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"HOAPHUONG_PUBLIC_ADDRESS": "https://vb.example.vn/"}, "https://vb.example.vn"),
    ],
)
def test_the_environment_says_where_readers_find_it(tmp_path, given, used):
    kept = {k: v for k, v in os.environ.items() if k != "HOAPHUONG_PUBLIC_ADDRESS"}
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from hoaphuong.web import settings; print(settings.PUBLIC_ADDRESS)",
        ],
        env={**kept, "HOAPHUONG_HOME": str(tmp_path), **given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == used
