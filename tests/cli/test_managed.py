"""Emulators that we start: they are stopped for sure, listen to nobody but us, and need no code when they are new."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from conformance.events import TargetFacts
from conformance.targets.base import TargetError
from conformance.targets.emulators import EMULATORS, Emulator, find, found
from conformance.targets.managed import ManagedTarget, Program, start

Run = Callable[..., "subprocess.CompletedProcess[str]"]

# Answers everything with 501, or dies, or will not: what it does stands in its arguments.
EMULATOR = """
import http.server, os, signal, subprocess, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/up" else 404)
        self.end_headers()

    def do_POST(self):
        if "dies" in sys.argv and self.path == "/":
            os.kill(os.getpid(), signal.SIGKILL)
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200 if self.path == "/reset" or "windows" in sys.argv else 501)
        self.end_headers()
        self.wfile.write(b'{"WindowId": "mw-0123456789abcdef0"}')

print("I begin")
sys.stdout.flush()
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "fails" in sys.argv:
    sys.exit("I can not find my socks")
if "children" in sys.argv:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("child", child.pid)
    sys.stdout.flush()
open("left behind", "w").close()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def own(tmp_path: Path, *words: str, **more: Any) -> Emulator:
    script = tmp_path / "emulator.py"
    script.write_text(EMULATOR, "utf-8")
    return Emulator(name="mine", command=("{python}", str(script), "{port}", *words), ready="/up", **more)


@pytest.fixture
def started() -> Iterator[Callable[..., Program]]:
    """Start emulators, and stop them however the test ends."""
    running: list[Program] = []

    def started(emulator: Emulator, log: Path | None = None) -> Program:
        running.append(Program(found(emulator), seed=0, log=log))
        return running[-1]

    yield started
    for each in running:
        each.stop()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and was not waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def still_alive(pids: list[int]) -> list[int]:
    """Give those that live on: one that was just killed may take a moment on a busy machine."""
    for _ in range(100):
        left = [pid for pid in pids if is_alive(pid)]
        if not left:
            break
        time.sleep(0.05)
    return left


def folder_of(program: Program) -> Path:
    return Path(program.environment["TMPDIR"])


# --- stopped for sure


@pytest.mark.parametrize("words", [(), ("stubborn",), ("children",)], ids=["plain", "stubborn", "children"])
def test_nothing_is_left_of_an_emulator(
    started: Callable[..., Program], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    program = started(own(tmp_path, *words), tmp_path / "log")
    children = [int(line.split()[1]) for line in (tmp_path / "log").read_text().splitlines() if "child" in line]
    assert ("children" in words) == bool(children)
    assert all(map(is_alive, [program.pid, *children]))
    assert (folder_of(program) / "left behind").exists()
    program.stop()
    assert [] == still_alive([program.pid, *children])
    assert not folder_of(program).exists()


def test_nothing_is_left_when_we_are_killed(tmp_path: Path) -> None:
    """No line of ours runs after a SIGKILL: the process that keeps the emulator does what is to be done."""
    (tmp_path / "emulator.py").write_text(EMULATOR, "utf-8")
    lines = (
        "import sys, time\nfrom pathlib import Path\n"
        "from conformance.targets.emulators import Emulator, found\nfrom conformance.targets.managed import Program\n"
        "mine = Emulator(name='mine', command=('{python}', sys.argv[1], '{port}'), ready='/up')\n"
        "program = Program(found(mine), seed=0, log=None)\n"
        "print(program.pid, program.environment['TMPDIR'], flush=True)\ntime.sleep(600)\n"
    )
    words = [sys.executable, "-c", lines, str(tmp_path / "emulator.py")]
    us = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    try:
        assert us.stdout is not None
        pid, folder = us.stdout.readline().split()
        assert is_alive(int(pid))
    finally:
        us.kill()
        us.communicate()
    for _ in range(200):
        if not is_alive(int(pid)) and not Path(folder).exists():
            break
        time.sleep(0.1)
    assert (False, False) == (is_alive(int(pid)), Path(folder).exists())


def test_one_that_does_not_get_ready_says_its_last_words(started: Callable[..., Program], tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"mine ended with exit status 1 before it was ready.*socks") as refused:
        started(own(tmp_path, "fails"), tmp_path / "log")
    assert str(tmp_path / "log") in str(refused.value)
    assert "\n" not in str(refused.value)


def test_one_that_can_not_be_run_says_so(started: Callable[..., Program], tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("#!/no/such/interpreter\n")
    (tmp_path / "broken").chmod(0o755)
    with pytest.raises(TargetError, match=r"mine can not be started: .*No such file"):
        started(Emulator(name="mine", command=(str(tmp_path / "broken"),)))


def test_one_that_can_not_be_reset_says_so(started: Callable[..., Program], tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"mine can not be reset: POST /no-such-path: .*501"):
        started(own(tmp_path, reset=("/reset", "/no-such-path")))


def test_one_that_ends_in_mid_run_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # a worker's log has a name of its own
    target = start(found(own(tmp_path, "dies")), TargetFacts(name="mine", kind="managed"), seed=0, folder=tmp_path)
    try:
        with pytest.raises(TargetError, match="mine ended by signal 9 in mid-run, when it was asked Create") as refused:
            target.ask("CreateMaintenanceWindow", {"Name": "abc"}, valid=False)
        assert str(tmp_path / "mine.log") in str(refused.value)
    finally:
        target.close()
    assert not is_alive(target.program.pid)


# --- nobody but us


def listening(pid: int) -> set[str]:
    """Give the addresses (as /proc writes them, in hex) on which a process and all of its group listen."""
    group = os.getpgid(pid)
    sockets = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            if os.getpgid(int(process.name)) == group:
                for each in list((process / "fd").iterdir()):
                    with suppress(OSError):  # that one was closed meanwhile: a connection, say
                        sockets.add(str(each.readlink()))
    rows = [row.split() for name in ("tcp", "tcp6") for row in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}


LOOPBACK = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}


@pytest.mark.parametrize("name", EMULATORS)
def test_an_emulator_listens_on_loopback_alone(name: str, started: Callable[..., Program], tmp_path: Path) -> None:
    if find(EMULATORS[name]) is None:
        pytest.skip(f"{name} is not installed")
    program = started(EMULATORS[name], tmp_path / "log")
    facts = TargetFacts(name=name, kind="managed")
    ManagedTarget(program, facts).ask("CreateMaintenanceWindow", {}, valid=False)  # services begin when first asked
    assert listening(program.pid)
    assert set() == listening(program.pid) - LOOPBACK


# --- by the command line


def report(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / "conformance-report" / "report.json").read_text("utf-8"))
    return found


def test_a_managed_emulator_is_run_and_its_log_is_kept(mwc: Run, tmp_path: Path) -> None:
    pytest.importorskip("flask", reason="moto's server is not installed")
    from moto import __version__

    words = ("-q", "--profile", "quick", "--rules", "Name.*", "--ledger", "none")
    assert 1 == mwc("run", "moto-server", *words).returncode
    told = report(tmp_path)
    assert {"name": "moto-server", "kind": "managed", "version": __version__, "endpoint": None} == told["target"]
    assert told["run"]["valid"]
    assert "RegisterTask" not in told["findings"][0]["title"]
    assert "http://127.0.0.1:5000" in told["findings"][0]["repro"]["boto3"]
    assert (tmp_path / "conformance-report" / "moto-server.log").stat().st_size > 0


def test_each_worker_has_an_emulator_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = []
    try:
        for worker in ("gw0", "gw1"):
            monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
            facts = TargetFacts(name="mine", kind="managed")
            running.append(start(found(own(tmp_path)), facts, seed=0, folder=tmp_path))
        assert {"mine-gw0.log", "mine-gw1.log"} == {each.name for each in tmp_path.glob("*.log")}
        assert 2 == len({each.program.endpoint for each in running})
    finally:
        for each in running:
            each.close()


def test_a_run_with_two_workers_is_valid(mwc: Run, tmp_path: Path) -> None:
    pytest.importorskip("flask", reason="moto's server is not installed")
    words = ("-q", "--profile", "quick", "--rules", "*.pattern", "--ledger", "none", "--workers", "2")
    assert 1 == mwc("run", "moto-server", *words).returncode
    assert report(tmp_path)["run"]["valid"]
    logs = {each.name for each in (tmp_path / "conformance-report").glob("*.log")}
    assert logs  # one that had nothing to ask started nothing
    assert {"moto-server-gw0.log", "moto-server-gw1.log"} >= logs


def configure(tmp_path: Path, *words: str, **more: str) -> None:
    (tmp_path / "emulator.py").write_text(EMULATOR, "utf-8")
    command = json.dumps(["{python}", "emulator.py", "{port}", *words])
    lines = [f"command = {command}", 'ready = "/up"', *(f'{key} = "{value}"' for key, value in more.items())]
    (tmp_path / "mw-conformance.toml").write_text("\n".join(["[targets.mine]", *lines]), "utf-8")


def test_an_emulator_that_is_killed_in_mid_run_makes_the_run_inconclusive(mwc: Run, tmp_path: Path) -> None:
    configure(tmp_path, "dies")
    done = mwc("run", "mine", "--profile", "quick")
    assert 3 == done.returncode
    assert "mine ended by signal 9 in mid-run" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr
    assert not report(tmp_path)["run"]["valid"]
    assert "I begin" in (tmp_path / "conformance-report" / "mine.log").read_text()


def test_one_that_implements_nothing_is_told_so_and_nothing_passes(mwc: Run, tmp_path: Path) -> None:
    configure(tmp_path, reset="/reset", version="7")
    done = mwc("run", "mine", "--profile", "quick")
    assert (0, "") == (done.returncode, done.stderr)
    told = report(tmp_path)
    assert (True, "7") == (told["run"]["valid"], told["target"]["version"])
    assert {"unsupported"} == {each["verdict"] for each in told["rules"]}
    assert (0, 0) == (told["scores"]["must"]["exercised"], told["scores"]["must"]["diverging"])
    assert "nothing was exercised" in done.stdout
    forms = [word for form in ("html", "markdown", "badge") for word in ("--format", form)]
    assert 0 == mwc("report", "conformance-report/run.jsonl", *forms).returncode
    written = {each.suffix: each.read_text("utf-8") for each in (tmp_path / "conformance-report").glob("*.*")}
    assert "Nothing was exercised" in written[".html"]
    assert "nothing was exercised" in written[".md"]
    assert "nothing exercised" in (tmp_path / "conformance-report" / "badge.json").read_text()
    assert "CreateMaintenanceWindow" == told["unsupported"][0]["operation"]


def test_the_user_s_own_emulator_is_told_among_the_targets(mwc: Run, tmp_path: Path) -> None:
    configure(tmp_path, version="7")
    rows = {each["name"]: each for each in json.loads(mwc("targets", "--json").stdout)}
    assert "7" == rows["mine"]["installed"]
    assert rows["mine"]["started"].startswith("by us, for the run: ")
    assert [] == [name for name in EMULATORS if not (rows[name]["installed"] or rows[name]["install"])]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[targets.mine]\ncommand = 'no-such-program'", "mine can not be started: there is no program"),
        ("[targets.mine]\ncomand = 'x'", "unknown key 'comand'"),
        ("[targets", "can not be read"),
    ],
)
def test_a_target_that_can_not_be_had_gets_one_sentence(mwc: Run, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "mw-conformance.toml").write_text(text, "utf-8")
    done = mwc("run", "mine")
    assert 2 == done.returncode
    assert says in done.stderr
    assert 1 == len(done.stderr.strip().splitlines())


def test_an_emulator_that_is_not_installed_says_how_to_install_it(
    mwc: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MW_CONFORMANCE_EMULATORS", raising=False)
    if find(EMULATORS["roto"]) is not None:
        pytest.skip("roto is installed in this very environment")
    done = mwc("run", "roto")
    assert 2 == done.returncode
    assert "`pip install roto-aws`" in done.stderr
    assert 1 == len(done.stderr.strip().splitlines())


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    configure(tmp_path, "windows")  # it is given windows and no tasks, so there is much to ask
    words = [sys.executable, "-m", "conformance", "run", "mine", "-q"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    us = subprocess.Popen(words, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
    try:
        log = tmp_path / "conformance-report" / "mine.log"
        for _ in range(300):
            if log.exists() and "POST / " in log.read_text():
                break
            time.sleep(0.1)
        us.send_signal(signal.SIGINT)
        assert 130 == us.wait(60)
    finally:
        us.kill()
        us.wait()
    assert [] == list(tmp_path.glob("mw-conformance-*"))


def test_a_ledger_that_extends_another_keeps_its_head_when_it_is_updated(mwc: Run, tmp_path: Path) -> None:
    configure(tmp_path, version="7")
    ledger = tmp_path / "mine.toml"
    head = '# Reviewed by me.\n# Twice.\n\ntarget = "mine"\nextends = "moto"\n'
    ledger.write_text(head, "utf-8")
    done = mwc("ledger", "update", "mine", "--profile", "quick")
    assert (0, "mine.toml: 0 known divergences\n") == (done.returncode, done.stdout)
    assert ledger.read_text("utf-8").startswith(head + "without = [\n")
    assert 0 == mwc("ledger", "check", "mine", "--profile", "quick").returncode
