import subprocess
import sys
from pathlib import Path

from hoaphuong.kernel.rate_limit import RateLimiter

SOURCE = Path(__file__).resolve().parents[3]


def test_a_caller_has_so_many_hits_a_window_and_is_told_how_long_to_wait(tmp_path):
    limiter = RateLimiter(tmp_path / "c", limit=3, seconds=60)
    assert [limiter.hit("a", now=600.0) for _ in range(3)] == [0, 0, 0]
    assert limiter.hit("a", now=610.0) == 50
    assert limiter.hit("b", now=610.0) == 0
    assert limiter.hit("a", now=660.0) == 0


def test_processes_share_one_counter_and_lose_no_hit(tmp_path):
    script = (
        "import sys; from pathlib import Path\n"
        "from hoaphuong.kernel.rate_limit import RateLimiter\n"
        "l = RateLimiter(Path(sys.argv[1]), limit=10**9, seconds=10**9)\n"
        "[l.hit('a', now=1.0) for _ in range(5000)]"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "c")]
    running = [subprocess.Popen(words, env={"PYTHONPATH": str(SOURCE)}) for _ in range(3)]
    assert [child.wait(60) for child in running] == [0, 0, 0]
    last = RateLimiter(tmp_path / "c", limit=15_000, seconds=10**9)
    assert last.hit("a", now=1.0) > 0
    assert RateLimiter(tmp_path / "c", limit=15_002, seconds=10**9).hit("a", now=1.0) == 0
