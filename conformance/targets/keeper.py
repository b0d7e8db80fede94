"""A small process between us and an emulator: it ends the emulator when we are gone, however we went.

Run as a file, by any Python, with nothing imported but the standard library:
``keeper.py FOLDER LOG CWD COMMAND…``. It prints the emulator's pid, or a sentence that begins with ``error``. It ends
when its standard input closes, which the system does for a process that was killed, too, or when the emulator ends.
Then no process of the emulator's group and no FOLDER is left. Its exit status is the emulator's, as a shell gives it.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

# LocalStack sometimes never exits after SIGTERM (seen 2026-11), so it gets this many seconds.
GRACE = 5.0
_TICK = 0.05
_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(folder: str, log: str, cwd: str, *command: str) -> int:
    """Keep one emulator; give its exit status, 127 where it could not be started."""
    let_go: list[int] = []
    for each in _STOP:
        signal.signal(each, lambda number, _: let_go.append(number))
    try:
        with Path(log).open("wb") as words:
            child = subprocess.Popen(  # noqa: S603 - the command is the user's or ours
                command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, cwd=cwd, start_new_session=True
            )
        print(child.pid, flush=True)
        try:
            _watch(child, let_go)
        finally:
            status = _end(child)
        return status if status >= 0 else 128 - status
    except OSError as error:
        print(f"error: {error}", flush=True)
        return 127
    finally:
        _remove(folder)


def _watch(child: subprocess.Popen[bytes], let_go: list[Any]) -> None:
    """Come back when the emulator has ended, or when nobody holds the other end of standard input."""
    while child.poll() is None and not let_go:
        readable, _, _ = select.select([0], [], [], _TICK)
        if readable and not os.read(0, 1):
            let_go.append(0)


def _end(child: subprocess.Popen[bytes]) -> int:
    """End the emulator and whatever it started, and give its exit status."""
    if child.poll() is None:
        _signal(child, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)
    _signal(child, signal.SIGKILL)
    return child.wait()


def _signal(child: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it is gone
        os.killpg(child.pid, number)


def _remove(folder: str) -> None:
    """Remove a folder into which a dying process may still be writing."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not Path(folder).exists():
            return
        time.sleep(_TICK)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
