"""A demonstration brings its stand-ins: started, restarted and ended with the city."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress

import psutil
import pytest

from hoaphuong.command.benching.city import free_port
from hoaphuong.web import stand_ins


def _up(city, port):
    log = (city.home / "up.log").open("w")
    words = ["up", "--port", str(port), "--scale", "tiny"]
    child = subprocess.Popen(
        [sys.executable, "-m", "hoaphuong", *words],
        env=city.environment(), stdout=log, stderr=log, text=True,
    )  # fmt: skip
    city.children.append(child)
    city.wait(lambda: "Ctrl-C" in (city.home / "up.log").read_text(), patience=90)
    return child


def _authority(parent):
    found = []
    for child in psutil.Process(parent.pid).children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            if "stand-in authority" in " ".join(child.cmdline()):
                found.append(child)
    return found


def _answers(address):
    try:
        with urllib.request.urlopen(f"{address}/crl/root.crl", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.one_database
def test_the_authority_is_started_restarted_and_ended_with_the_city(real_city):
    up = _up(real_city, free_port())
    address = stand_ins.addresses(real_city.home)["authority"]
    real_city.wait(lambda: _answers(address))
    (first,) = _authority(up)
    os.kill(first.pid, signal.SIGKILL)
    real_city.wait(lambda: [one for one in _authority(up) if one.pid != first.pid])
    real_city.wait(lambda: _answers(address))
    (second,) = _authority(up)
    up.send_signal(signal.SIGINT)
    assert up.wait(20) == 0
    assert not second.is_running()
    assert "the authority stopped; starting it again" in (real_city.home / "up.log").read_text()


def test_a_tests_city_has_its_authority(real_city):
    real_city.start_authority()
    address = stand_ins.addresses(real_city.home)["authority"]
    assert _answers(address)


@pytest.mark.one_database
def test_a_start_with_the_authoritys_port_taken_says_so(real_city):
    done = real_city.run("prepare", "--scale", "tiny")
    assert done.returncode == 0, done.stderr
    port = int(stand_ins.addresses(real_city.home)["authority"].rsplit(":", 1)[1])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((stand_ins.HOST, port))
        other.listen()
        done = real_city.run("up", "--port", str(free_port()), "--scale", "tiny")
    assert done.returncode == 1
    # PostgreSQL's preparation looks again and shows its progress first.
    last = done.stderr.splitlines()[-1]
    assert last.startswith("hoaphuong: ")
    assert f"port {port}" in last
    assert "Traceback" not in done.stderr


def test_addresses_are_chosen_once_and_avoid_taken_ports(tmp_path):
    port = free_port()
    with socket.socket() as other:
        other.bind((stand_ins.HOST, port))
        other.listen()
        chosen = stand_ins.choose(tmp_path, near=port - 10)
    assert chosen["authority"] != f"http://{stand_ins.HOST}:{port}"
    assert stand_ins.choose(tmp_path, near=9_000) == chosen


def test_a_real_city_gets_no_stand_ins(home):
    from hoaphuong.command import stand_in

    (home / "mode").write_text("city")
    stand_in.prepare(home, near=8_000)
    assert [path.name for path in home.iterdir()] == ["mode"]


def test_a_folder_of_an_earlier_version_keeps_its_addresses_and_gets_the_new_ones(tmp_path):
    chosen = stand_ins.choose(tmp_path, near=20_100)
    ports = {name: int(chosen[name].rsplit(":", 1)[1]) for name in ("authority", "axis")}
    (tmp_path / "demo" / "stand-ins.json").write_text(json.dumps(ports))
    assert list(stand_ins.addresses(tmp_path)) == ["authority", "axis"]
    again = stand_ins.choose(tmp_path, near=9_000)
    assert set(again) == set(stand_ins.NAMES)
    assert {name: again[name] for name in ports} == {name: chosen[name] for name in ports}
