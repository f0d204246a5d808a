"""Schemathesis plays every operation of openapi.json against the real thing: nothing breaks, nothing is undocumented.

The seed is printed with the command; `CORRIDOR_SCHEMATHESIS_SEED` replays it. `CORRIDOR_SCHEMATHESIS_CASES` plays more.
"""

import os
import random
import re
import subprocess
import sys
from pathlib import Path

from tests.chaos.world import Process, free_port
from tests.serving import Running

ROOT = Path(__file__).parents[2]
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


# Cases to play at least, and how many of each operation give 2000 of them.
CASES = int(os.environ.get("CORRIDOR_SCHEMATHESIS_CASES") or 2000)
EXAMPLES_FOR_2000 = 16


def test_thousands_of_requests_get_no_5xx_and_no_answer_outside_the_document(corridor: Running) -> None:
    each = str(-(-CASES * EXAMPLES_FOR_2000 // 2000))
    seed = os.environ.get("CORRIDOR_SCHEMATHESIS_SEED") or str(random.randrange(2**32))
    port = free_port()
    gateway = Process("gateway", "--port", str(port), "--upstream", corridor.address)
    try:
        command = [
            str(Path(sys.executable).parent / "schemathesis"), "run", str(ROOT / "gen" / "openapi.json"),
            "--url", f"http://127.0.0.1:{port}",
            "--header", f"Authorization: Bearer {corridor.client().key}",
            "--phases", "examples,fuzzing", "--max-examples", each, "--seed", seed, "--workers", "1",
            "--checks", ",".join(CHECKS), "--no-color", "--suppress-health-check", "all", "--continue-on-failure",
        ]  # fmt: skip
        print("CORRIDOR_SCHEMATHESIS_SEED=" + seed)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=max(600, CASES // 2))
    finally:
        gateway.stop()

    assert 0 == done.returncode, done.stdout[-12_000:]
    played = re.search(r"([\d,]+) generated", done.stdout)
    assert played is not None, done.stdout[-2_000:]
    assert CASES <= int(played[1].replace(",", "")), done.stdout[-2_000:]
