"""Start an emulator on a free port of loopback, wait until it is ready, ask it, and stop it for sure."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path
from typing import final

from conformance.events import TargetFacts
from conformance.observation import Observation, Unreachable
from conformance.targets import keeper
from conformance.targets.base import Body, TargetError
from conformance.targets.boto import BotoTarget
from conformance.targets.emulators import Found

READY_WITHIN = 60.0
_OURS = ("PYTEST", "COV_", "AWS_")


@final
class Program:
    """A running emulator, by way of the process that keeps it (see `conformance.targets.keeper`)."""

    def __init__(self, there: Found, *, seed: int, log: Path | None) -> None:
        self.name = there.emulator.name
        self._folder = Path(tempfile.mkdtemp(prefix="mw-conformance-"))
        self.log = log or self._folder / "log"
        words = {
            "port": str(_free_port()),
            "folder": str(self._folder),
            "seed": str(seed),
            "bin": str(there.bin),
            "python": str(there.python),
        }
        self.endpoint = _filled(there.emulator.endpoint, words).rstrip("/")
        self.environment = _environment(there, words, self._folder)
        command = [_filled(word, words) for word in there.emulator.command]
        cwd = there.emulator.cwd or self._folder
        self._keeper = subprocess.Popen(  # noqa: S603 - the command is the user's or ours
            [
                sys.executable,
                "-I",
                "-S",
                keeper.__file__,
                str(self._folder),
                str(self.log.absolute()),
                str(cwd),
                *command,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self.environment,
            text=True,
            start_new_session=True,  # Ctrl-C is for us; the emulator has to outlive our own tidying up
        )
        try:
            self.pid = self._started(command[0])
            self._wait_until_ready(there.emulator.ready)
            for path in there.emulator.reset:
                self._post(_filled(path, words))
        except BaseException:
            self.stop()
            raise

    @property
    def ended(self) -> str:
        """Say how the emulator ended; empty while it runs."""
        status = self._keeper.poll()
        if status is None:
            return ""
        return f"by signal {status - 128}" if status > 128 else f"with exit status {status}"

    def ends_within(self, seconds: float) -> bool:
        """Tell whether it has ended, or does so in a moment."""
        with suppress(subprocess.TimeoutExpired):
            self._keeper.wait(seconds)
        return self._keeper.poll() is not None

    def stop(self) -> None:
        """End it: the keeper sends SIGTERM and then SIGKILL to its group, and removes its folder."""
        if self._keeper.stdin is not None:
            with suppress(BrokenPipeError):
                self._keeper.stdin.close()
        self._keeper.wait(4 * keeper.GRACE)
        if self._keeper.stdout is not None:
            self._keeper.stdout.close()

    def _started(self, program: str) -> int:
        assert self._keeper.stdout is not None
        line = self._keeper.stdout.readline().strip()
        if not line.isdecimal():
            raise TargetError(f"{self.name} can not be started: {program!r}: {line.removeprefix('error: ')}")
        return int(line)

    def _wait_until_ready(self, path: str) -> None:
        """Ask until it answers; TargetError when it ends before, or takes too long."""
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            if self.ended:
                raise TargetError(f"{self.name} ended {self.ended} before it was ready. {self._last_words()}")
            if self._answers(path):
                return
            time.sleep(0.05)
        raise TargetError(
            f"{self.name} was not ready within {READY_WITHIN:g} seconds: no 200 from {self.endpoint}{path}. "
            f"{self._last_words()}"
        )

    def _answers(self, path: str) -> bool:
        try:
            with _open(urllib.request.Request(self.endpoint + path), timeout=5) as answer:  # noqa: S310 - ours
                return path == "/" or answer.status == 200
        except urllib.error.HTTPError as error:
            error.close()
            return path == "/"
        except (OSError, ValueError):
            return False

    def _post(self, path: str) -> None:
        try:
            _open(urllib.request.Request(self.endpoint + path, data=b"", method="POST"), timeout=30).close()  # noqa: S310
        except OSError as error:
            raise TargetError(f"{self.name} can not be reset: POST {path}: {error}. {self._last_words()}") from error

    def _last_words(self) -> str:
        """Give the last line of the log, and where the rest of it stands."""
        try:
            lines = [line.strip() for line in self.log.read_text("utf-8", "replace").splitlines() if line.strip()]
        except OSError:
            return ""
        said = f"It said: {lines[-1][:200]!r}." if lines else "It said nothing."
        return said if self.log.is_relative_to(self._folder) else f"{said} Its log is {str(self.log)!r}."


@final
class ManagedTarget:
    """A target that we started ourselves. One that ends in mid-run can not be judged any further: TargetError."""

    def __init__(self, program: Program, facts: TargetFacts) -> None:
        self._program = program
        self._facts = facts
        self._boto = BotoTarget(facts, endpoint=program.endpoint)

    @property
    def facts(self) -> TargetFacts:
        """Say name, kind and version. There is no endpoint: it is gone when the run is over."""
        return self._facts

    @property
    def program(self) -> Program:
        """The running emulator."""
        return self._program

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Send one request; see `Target.ask`. TargetError when the emulator is found to have ended."""
        observation = self._boto.ask(operation, body, valid=valid)
        # The connection breaks a moment before the process is known to be dead.
        if isinstance(observation, Unreachable) and self._program.ends_within(1.0 if observation.hint else 0.1):
            raise TargetError(
                f"{self._facts.name} ended {self._program.ended} in mid-run, when it was asked {operation}. "
                f"Its log is {str(self._program.log)!r}."
            )
        return observation

    def close(self) -> None:
        """Stop the emulator."""
        try:
            self._boto.close()
        finally:
            self._program.stop()


def start(there: Found, facts: TargetFacts, *, seed: int, folder: Path | None) -> ManagedTarget:
    """Start an emulator, its log in `folder`; TargetError when it does not get ready."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    log = None if folder is None else folder / f"{'-'.join(filter(None, (facts.name, worker)))}.log"
    program = Program(there, seed=seed, log=log)
    try:
        return ManagedTarget(program, facts)
    except BaseException:
        program.stop()
        raise


def _environment(there: Found, words: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Give what the emulator sees: our environment without what steers ourselves, and what it needs of its own."""
    # One with a program of its own has a Python of its own, which our PYTHONPATH and the like would lead astray.
    ours = (*_OURS, "PYTHON") if there.emulator.program else _OURS
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    own = {name: _filled(value, words) for name, value in there.emulator.environment.items()}
    return {**kept, "TMPDIR": str(folder), **own}


def _filled(text: str, words: Mapping[str, str]) -> str:
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _open(request: urllib.request.Request, *, timeout: float) -> HTTPResponse:
    # A proxy of the user's is for the world, not for loopback.
    answer: HTTPResponse = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=timeout)
    return answer
