"""``drift`` reads another botocore from wherever it lies, tells what moved, and exits 1 when something did."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from conformance import contract
from conformance.cli import main
from conformance.contract.shapes import service_model

INSIDE = "botocore/data/ssm/2014-11-06"


def edited() -> bytes:
    model: dict[str, Any] = json.loads(json.dumps(service_model()))
    model["shapes"]["MaintenanceWindowName"]["max"] = 200
    return json.dumps(model).encode()


def _file(folder: Path) -> Path:
    (folder / "service-2.json").write_bytes(edited())
    return folder / "service-2.json"


def _packed_file(folder: Path) -> Path:
    (folder / "service-2.json.gz").write_bytes(gzip.compress(edited(), mtime=0))
    return folder / "service-2.json.gz"


def _site_packages(folder: Path) -> Path:
    for service in ("ssm/2014-11-06", "sqs/2012-11-05"):
        (folder / "botocore" / "data" / service).mkdir(parents=True)
        (folder / "botocore" / "data" / service / "service-2.json.gz").write_bytes(gzip.compress(edited(), mtime=0))
    (folder / "botocore" / "__init__.py").write_text("__version__ = '9.8.7'\n")
    return folder


def _botocore(folder: Path) -> Path:
    return _site_packages(folder) / "botocore"


def _wheel(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "botocore-9.8.7-py3-none-any.whl", "w") as archive:
        archive.writestr("botocore/__init__.py", "__version__ = '9.8.7'\n")
        archive.writestr("botocore/data/sqs/2012-11-05/service-2.json.gz", b"another service")
        archive.writestr(f"{INSIDE}/service-2.json.gz", gzip.compress(edited(), mtime=0))
    return folder / "botocore-9.8.7-py3-none-any.whl"


@pytest.mark.parametrize("made", [_file, _packed_file, _site_packages, _botocore, _wheel])
def test_another_botocore_is_read_from_wherever_it_lies(
    made: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 1 == main(["drift", str(made(tmp_path)), "--json"])
    told = json.loads(capsys.readouterr().out)
    moved = {"rules": ["Name.max-length"], "what": "value", "old": "128", "new": "200", "aside": []}
    assert [moved] == told["changes"]
    assert ("9.8.7" == told["to"]) == (made in (_site_packages, _botocore, _wheel))


def test_the_old_and_the_new_are_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["drift", str(_file(tmp_path))])
    assert "Name.max-length: value\n  old  128\n  new  200\n\n1 rules moved\n" in capsys.readouterr().out


def test_the_installed_botocore_has_not_moved_from_the_lock(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["drift"])
    assert capsys.readouterr().out.endswith("nothing moved\n")


def test_the_lock_that_is_written_anew_is_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = Path(contract.__file__).with_name("contract.lock.json").read_text("utf-8")
    monkeypatch.setattr(contract, "__file__", str(tmp_path / "__init__.py"))
    assert 0 == main(["drift", "--update-lock"])
    assert shipped == (tmp_path / "contract.lock.json").read_text("utf-8")
    assert str(tmp_path) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.json", None, "can not be read"),
        ("empty", "", "holds no model of SSM"),
        ("words.json", b"no JSON", "is no service model"),
        ("other.json", b'{"operations": {}, "shapes": {}}', "is no service model"),
        ("list.json", b"[]", "is no service model"),
        ("cut.json.gz", gzip.compress(b"{}", mtime=0)[:8], "can not be read"),
        ("words.whl", b"no archive", "can not be read"),
    ],
)
def test_what_is_no_botocore_gets_one_sentence(
    name: str, content: bytes | str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    if content == "":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    assert 2 == main(["drift", str(path)])
    told = capsys.readouterr().err
    assert told.startswith(f"mw-conformance: other={str(path)!r} ")
    assert says in told
    assert 1 == told.count("\n")
