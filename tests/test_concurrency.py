"""Several real processes at once: no number twice, no number missing, one chain."""

import json
import subprocess
import sys

PROCESSES, EACH = 4, 15

SUBMIT = """
from django.utils import timezone
from hoaphuong.dossiers import actions
from hoaphuong.identity import queries as identity
account = identity.demo_account("phuong")
ward = identity.demo_account("mai").agency_id
for _ in range(15):
    actions.submit(
        procedure="1.001193", agency=ward, division=identity.agency(ward).division,
        channel="online", applicant_kind="self", applicant=account.person_id,
        applicant_name=account.display_name, form={}, files={}, by="tests:concurrency",
        at=timezone.now(),
    )
"""
SEAL = """
from hoaphuong.kernel.sealing import JOURNAL, seal
for _ in range(60):
    seal(JOURNAL, most=7)
"""
NUMBERS = """
import json
from hoaphuong.dossiers.models import Dossier
numbers = Dossier.objects.filter(account_key="tests:concurrency").values_list("number", flat=True)
print(json.dumps(list(numbers)))
"""


def test_processes_that_submit_and_seal_at_once_leave_no_gap_and_one_chain(real_city):
    scripts = [SUBMIT] * PROCESSES + [SEAL] * 2
    running = [
        subprocess.Popen(
            [sys.executable, "-c", "import django; django.setup()\n" + script],
            env=real_city.environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        for script in scripts
    ]
    for child in running:
        _out, said = child.communicate(timeout=120)
        assert child.returncode == 0, said[-2_000:]
    numbers = json.loads(real_city.python(NUMBERS).stdout.splitlines()[-1])
    serials = sorted(int(number.rsplit("-", 1)[1]) for number in numbers)
    assert len(serials) == PROCESSES * EACH
    assert serials == list(range(serials[0], serials[0] + len(serials)))

    worker = real_city.start_worker()
    real_city.wait(lambda: not real_city.count("kernel_journal_pending"))
    worker.terminate()
    verdict = real_city.run_json("journal", "verify")["journal"]
    assert verdict["intact"], verdict["findings"]
