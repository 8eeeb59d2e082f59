"""``journal verify``: is every sealed row what was sealed?"""

import argparse
import json
import sys
from dataclasses import asdict

from hoaphuong.command.django_ready import ready


def run(asked: argparse.Namespace) -> int:
    ready()
    from hoaphuong.kernel.sealing import CHAINS
    from hoaphuong.kernel.verification import verify

    verdicts = [verify(chain) for chain in CHAINS]
    if asked.json:
        print(json.dumps({v.chain: {**asdict(v), "intact": v.intact} for v in verdicts}))
    else:
        for verdict in verdicts:
            state = "intact" if verdict.intact else f"{len(verdict.findings)} findings"
            print(
                f"{verdict.chain}: {state}; {verdict.sealed} sealed in {verdict.batches} batches,"
                f" {verdict.unsealed} not sealed yet"
            )
            for finding in verdict.findings[:100]:
                print(f"  {finding.kind}: {finding.text}", file=sys.stderr)
    return 0 if all(v.intact for v in verdicts) else 1
