"""What a person waits for before anything is asked: processor time of the commands that send nothing.

Run it as ``python benchmarks/startup.py``. Milliseconds of processor time, the median of several runs, beside the time
of an interpreter that does nothing; no assertions.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROUNDS = 9
REQUEST = {"WindowId": "mw-0123456789abcdef0", "TaskArn": "AWS-RestartEC2Instance", "TaskType": "AUTOMATION"}


def processor_time(words: list[str]) -> float:
    """Give the processor time of one process and its children, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Print a line for each command: its aim, its median, and how many bare interpreters that is."""
    with tempfile.TemporaryDirectory() as folder:
        request = Path(folder) / "request.json"
        request.write_text(json.dumps(REQUEST), "utf-8")
        commands = {
            "--help": 100,
            "list": 250,
            "list --sentences": None,
            "explain --rule Name.pattern": 300,
            f"explain {request}": 300,
            "drift": None,
            "run --help": None,
        }
        bare = median(processor_time([sys.executable, "-c", "pass"]) for _ in range(ROUNDS))
        print(f"{'python -c pass':32} {bare:6.0f} ms")
        for command, aim in commands.items():
            words = [sys.executable, "-m", "conformance", *command.split()]
            taken = median(processor_time(words) for _ in range(ROUNDS))
            shown = command.replace(str(request), "REQUEST.json")
            print(f"{shown:32} {taken:6.0f} ms  {taken / bare:5.1f} x" + (f"  (aim {aim} ms)" if aim else ""))


if __name__ == "__main__":
    main()
