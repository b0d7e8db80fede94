"""The emulators that we start and stop, as data: adding one is an entry here and a line in its test."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import final

from conformance.targets.base import TargetError

FOLDERS = "MW_CONFORMANCE_EMULATORS"
"""Environment variable: folders of programs (``…/bin``) that are looked into first."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """How one emulator is found, started and known to be ready.

    In `command`, `environment`, `endpoint` and `reset` stand ``{port}`` for a free port of loopback, ``{folder}`` for a
    temporary folder of the run's own, ``{seed}`` for the run's seed, ``{bin}`` for the folder where its program was
    found, and ``{python}`` for the Python of that environment.
    """

    name: str
    command: tuple[str, ...]
    ready: str = "/"
    """A path that is answered with 200 once it is ready; ``/`` is content with any answer."""
    program: str = ""
    """A file in ``{bin}`` by which the emulator is known to be installed; empty: the command is taken as it is."""
    distributions: tuple[str, ...] = ()
    """Python distributions that must stand beside the program. The first one's version is the emulator's."""
    install: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    endpoint: str = "http://127.0.0.1:{port}"
    reset: tuple[str, ...] = ()
    """Paths to POST to before the run begins."""
    version: str = ""
    cwd: Path | None = None
    """Where the command is run; None: in ``{folder}``."""


_OF_LOCALSTACK = {
    "GATEWAY_SERVER": "hypercorn",  # localemu 1.3.2 listens on 0.0.0.0 without it, whatever it is told; seen 2026-11
    "GATEWAY_LISTEN": "127.0.0.1:{port}",
    "DNS_ADDRESS": "0",
    "DISABLE_EVENTS": "1",
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "FILESYSTEM_ROOT": "{folder}/fs",
    "HOME": "{folder}",
}

EMULATORS: Mapping[str, Emulator] = {
    each.name: each
    for each in (
        Emulator(
            name="moto-server",
            program="moto_server",
            command=("{python}", "-m", "moto.server", "-H", "127.0.0.1", "-p", "{port}"),
            ready="/moto-api/data.json",
            distributions=("moto", "flask"),
            install="pip install 'moto[ssm,server]'",
            reset=("/moto-api/reset", "/moto-api/seed?a={seed}"),
        ),
        Emulator(
            name="localstack",
            program="localstack-supervisor",
            command=("{python}", "-m", "localstack.runtime.main"),
            ready="/_localstack/health",
            distributions=("localstack-core", "moto-ext"),
            # With newer ones 4.14.0 does not start; seen 2026-11.
            install="pip install 'localstack-core[runtime]==4.14.0' 'cbor2<6' 'pyopenssl<25.4'",
            environment=_OF_LOCALSTACK,
        ),
        Emulator(
            name="localemu",
            program="localemu",
            command=("{bin}/localemu", "start", "--host", "127.0.0.1", "--port", "{port}"),
            ready="/_localemu/health",
            distributions=("localemu",),
            install="pip install localemu",
            # A minute after each request localemu 1.3.2 sends an event of it to itself. Its events service does not
            # load before Python 3.13, and each try takes seconds, until nothing else is answered; seen 2026-11.
            environment={**_OF_LOCALSTACK, "SERVICES": "ssm,sts,iam", "STRICT_SERVICE_LOADING": "1"},
        ),
        Emulator(
            name="ministack",
            program="ministack",
            command=("{bin}/ministack",),
            ready="/_ministack/ready",
            distributions=("ministack",),
            install="pip install ministack",
            environment={
                "BIND_HOST": "127.0.0.1",
                "GATEWAY_PORT": "{port}",
                "SERVICES": "ssm,sts,iam",
                "HOME": "{folder}",
            },
            reset=("/_ministack/reset",),
        ),
        Emulator(
            name="roto",
            program="roto-server",
            command=("{bin}/roto-server", "--host", "127.0.0.1", "--port", "{port}", "--ephemeral"),
            ready="/roto-api/health",
            distributions=("roto-aws",),
            install="pip install roto-aws",
            environment={"HOME": "{folder}"},
            reset=("/roto-api/reset",),
        ),
    )
}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An emulator that is installed: the folder of its program, and its version (empty: it does not say)."""

    emulator: Emulator
    bin: Path
    version: str
    python: Path = Path(sys.executable)


def find(emulator: Emulator) -> Found | None:
    """Find where an emulator is installed; None where it is not.

    Looked into, in this order: the folders in ``MW_CONFORMANCE_EMULATORS``, this interpreter's own, the PATH. A program
    that stands there without its distributions is passed by: moto's server without flask can not be started.
    """
    if not emulator.program:
        return _find_command(emulator)
    own = Path(sysconfig.get_path("scripts"))
    for folder in _folders():
        program = shutil.which(emulator.program, path=str(folder))
        # What is a module of this very Python needs no program: it may come from a folder of packages that is shared.
        if folder == own and emulator.command[0] == "{python}":
            version = _versions(emulator.distributions, sys.path)
            if version is not None:
                return Found(emulator=emulator, bin=own, version=version)
        # pipx and `uv tool` put a link on the PATH; the environment is where the link leads.
        for home in dict.fromkeys((folder, Path(program).resolve().parent)) if program else ():
            version = _versions(emulator.distributions, _sites(home))
            if version is not None:
                return Found(emulator=emulator, bin=home, version=version, python=home / "python")
    return None


def _find_command(emulator: Emulator) -> Found | None:
    """Find the first word of a command: this Python, a path from where it is run, or a program in the usual folders."""
    first = emulator.command[0].replace("{python}", sys.executable)
    named = str((emulator.cwd or Path.cwd()) / first) if os.sep in first else first
    program = shutil.which(named, path=os.pathsep.join(str(folder) for folder in _folders()))
    if program is None:
        return None
    home = Path(program).parent
    told = emulator.version or _versions(emulator.distributions, [*sys.path, *_sites(home)]) or ""
    started = replace(emulator, command=(program, *emulator.command[1:]))
    return Found(emulator=started, bin=home, version=told)


def found(emulator: Emulator) -> Found:
    """Find an emulator; TargetError, with how to install it, where it is not."""
    there = find(emulator)
    if there is None and emulator.program:
        raise TargetError(
            f"{emulator.name} is not installed: no {emulator.program!r} in this environment or on the PATH. "
            f"Install it with `{emulator.install}`, here or in an environment whose programs are on the PATH."
        )
    if there is None:
        raise TargetError(f"{emulator.name} can not be started: there is no program {emulator.command[0]!r}.")
    return there


def _folders() -> Iterator[Path]:
    named = os.environ.get(FOLDERS, "").split(os.pathsep)
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    for text in dict.fromkeys((*named, sysconfig.get_path("scripts"), *path)):
        if text:
            yield Path(text).absolute()


def _sites(bin: Path) -> list[str]:
    """Give the folders of packages of the environment to which a folder of programs belongs."""
    return [str(each) for lib in ("lib", "lib64") for each in (bin.parent / lib).glob("python3*/*-packages")]


def _versions(distributions: tuple[str, ...], sites: list[str]) -> str | None:
    """Give the version of the first distribution in these folders; None where one of them is missing."""
    versions = []
    for name in distributions:
        match = next(iter(metadata.distributions(name=name, path=sites)), None)
        if match is None:
            return None
        versions.append(match.version)
    return versions[0] if versions else ""
