"""``drift``: what the installed botocore states otherwise than the lock, or another botocore than the installed one."""

from __future__ import annotations

import argparse
import gzip
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.cli import UserError

if TYPE_CHECKING:
    from conformance.contract.drift import Change, Snapshot

_MODEL = re.compile(r"(^|/)ssm/2014-11-06/service-2\.json(\.gz)?$")
_INIT = "botocore/__init__.py"
_VERSION = re.compile(r"""^__version__ = ['"]([^'"]+)['"]""", re.MULTILINE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the other version, JSON, and the renewal of the lock."""
    parser.add_argument(
        "other", nargs="?", metavar="OTHER", help="service-2.json(.gz), a wheel of botocore, or a folder that holds one"
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.add_argument(
        "--update-lock", action="store_true", help="write the lock anew, once what moved was reviewed (for developers)"
    )


def run(words: argparse.Namespace) -> int:
    """Print what moved; exit 0 when nothing did, 1 when something did."""
    from conformance.contract.drift import changes, locked, snapshot
    from conformance.contract.shapes import botocore_version, service_model

    installed = snapshot(service_model(), botocore_version())
    if words.update_lock:
        return _update_lock(installed, words.other)
    old, new = (installed, _other(words.other)) if words.other else (locked(), installed)
    found = changes(old, new)
    if words.json:
        facts = {"from": old.botocore, "to": new.botocore, "changes": [asdict(each) for each in found]}
        print(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        _tell(found, "botocore" if words.other else "the lock, botocore", old, new)
    return 1 if found else 0


def _tell(found: Iterable[Change], name: str, old: Snapshot, new: Snapshot) -> None:
    from conformance.contract.drift import unclaimed

    print(f"from {name} {old.botocore} to botocore {new.botocore}")
    named: set[str] = set()
    for change in found:
        named |= set(change.rules)
        print(f"\n{', '.join(change.rules or change.aside) or 'no rule'}: {change.what}")
        print(f"  old  {change.old or 'nothing'}\n  new  {change.new or 'nothing'}")
    print(f"\n{len(named)} rules moved" if found else "nothing moved")
    for sentence in unclaimed(new):
        print(f"unclaimed: {sentence.place} {sentence.digest}: {sentence.text}")


def _update_lock(installed: Snapshot, other: str | None) -> int:
    from conformance import contract
    from conformance.contract.drift import LOCK, lock_text

    if other:
        raise UserError("--update-lock takes the installed botocore; install OTHER, then leave its path out")
    path = Path(contract.__file__).with_name(LOCK)
    try:
        path.write_text(lock_text(installed), "utf-8")
    except OSError as error:
        raise UserError(f"lock {str(path)!r} can not be written: {error.strerror}") from error
    print(f"{path}: {len(installed.rules)} rules of botocore {installed.botocore}")
    return 0


def _other(name: str) -> Snapshot:
    """Take the snapshot of another version; UserError when there is none to be found at `name`."""
    from conformance.contract.drift import snapshot

    try:
        files = _files(Path(name))
        model = next((content for path, content in files.items() if not path.endswith(_INIT)), None)
        if model is None:
            raise UserError(f"other={name!r} holds no model of SSM; expected ssm/2014-11-06/service-2.json(.gz) in it")
        version = _VERSION.search(files.get(_INIT, b"").decode("utf-8"))
        text = gzip.decompress(model) if model.startswith(b"\x1f\x8b") else model
        return snapshot(json.loads(text), version[1] if version else name)
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"other={name!r} can not be read: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"other={name!r} is no service model that has this operation: {error!r}") from error


def _files(path: Path) -> dict[str, bytes]:
    """Read the model, under its own name, and botocore's ``__init__.py``, under that name, where they are."""
    if path.is_dir():
        # All of site-packages may be given, or botocore itself, or a folder inside it.
        models = [each for name in ("service-2.json.gz", "service-2.json") for each in path.rglob(name)]
        found = {str(each): each.read_bytes() for each in models if _MODEL.search(each.resolve().as_posix())}
        init = next((each for each in (path / _INIT, path / "__init__.py") if each.is_file()), None)
        return found | ({_INIT: init.read_bytes()} if init else {})
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist() if _MODEL.search(name) or name == _INIT}
    return {path.name: path.read_bytes()}
