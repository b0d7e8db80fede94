"""Check an installed wheel: from site-packages, with all that it reads at run time. Run by ``tox -e wheel``."""

from __future__ import annotations

import sys
import sysconfig
from importlib import import_module, resources
from pathlib import Path

FILES = {
    "conformance": (
        "py.typed",
        "contract/contract.lock.json",
        "contract/sentences.toml",
        "ledgers/moto.toml",
        "ledgers/localstack.toml",
        "suite/pytest.ini",
        "suite/conftest.py",
        "suite/test_rules.py",
        "targets/keeper.py",
    ),
    "reports": (
        "schema/report.schema.json",
        "schema/run.schema.json",
        "templates/report.html.j2",
        "templates/report.css",
        "templates/report.js",
    ),
    "strategies": ("requests.py",),
}


def complaints() -> list[str]:
    """Say what is wrong with the installation, one sentence each."""
    site = Path(sysconfig.get_path("purelib")).resolve()
    found = []
    for name, files in FILES.items():
        home = Path(str(import_module(name).__file__)).resolve().parent
        if home != site / name:
            found.append(f"{name} is imported from {home}; expected {site / name}")
        found += [
            f"{name}/{file} is not in the wheel" for file in files if not resources.files(name).joinpath(file).is_file()
        ]
    return found


if __name__ == "__main__":
    for complaint in complaints():
        print(complaint, file=sys.stderr)
    sys.exit(bool(complaints()))
