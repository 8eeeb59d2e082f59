"""A bench measures a real city in the shape that is promised, here at the smallest scale."""

import json
import subprocess
import sys

import pytest

from hoaphuong.kernel.benching import Figure, percentile

KEYS = {"figure", "unit", "reference", "ratio", "target", "met"}


@pytest.fixture
def run(real_city, tmp_path):
    """``bench`` beside a city of its own; the fixture's city only lends its environment."""

    def ask(*words):
        return subprocess.run(
            [sys.executable, "-m", "hoaphuong", "bench", *words, "--scale", "tiny"],
            env=real_city.environment(HOAPHUONG_HOME=str(tmp_path / "unused")),
            capture_output=True,
            text=True,
            timeout=120,
        )

    return ask


@pytest.mark.slow
@pytest.mark.one_database
def test_one_bench_prints_one_object_and_nothing_else(run, tmp_path):
    done = run("tracking", "--json", "--folder", str(tmp_path / "kept"))
    told = json.loads(done.stdout)
    assert set(told) == {"tracking"}, done.stderr
    assert set(told["tracking"]) == KEYS
    measured = told["tracking"]
    assert measured["unit"] == "ms"
    assert measured["target"] == 50.0
    assert measured["ratio"] == round(measured["figure"] / measured["reference"], 3)
    assert done.returncode == (0 if measured["met"] else 1)
    lines = (tmp_path / "kept" / "city" / "web.log").read_text().splitlines()
    hits = [line for line in lines if '"route": "tra-cuu"' in line]
    assert len(hits) >= 600
    assert all('"status": 200' in line for line in hits)


@pytest.mark.one_database
def test_a_bench_that_does_not_exist_names_those_that_do(run):
    done = run("speed")
    assert done.returncode == 1
    assert "there is no bench speed" in done.stderr
    assert "click_to_scoreboard" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("figure", "more", "met"), [(50, True, True), (49.9, True, False), (50.1, False, False)]
)
def test_a_target_is_met_in_the_direction_that_it_names(figure, more, met):
    measured = Figure(figure, "x", 0, "nothing", target=50, more_is_better=more)
    assert measured.met is met
    assert measured.ratio is None


def test_ninety_five_of_a_hundred_answers_take_at_most_the_percentile():
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95.0
    assert percentile([3.0], 0.95) == 3.0
