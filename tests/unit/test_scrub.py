"""Nothing secret reaches an output: what is planted in the environment and in answers is in no log and no report."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest

from conformance.events import CaseFinished, ChargeFacts, Finding, Log, gather, read_log, to_json
from conformance.scrub import marks, text
from reports import summary, writer

GOLDEN = Path(__file__).parents[1] / "golden" / "run.jsonl"
KEY, SECRET = "AKIAQ7X3PLANTED4KEY9", "planted/Secret+Key0123456789abcdefghijklm"
TOKEN = "FwoGZXIvYXdzEPlantedSessionToken" + "A1b2" * 20
ACCOUNT, FOLDER = "918273645546", "/home/someone/planted-folder/moto"
PLANTED = (KEY, SECRET, TOKEN, ACCOUNT, "someone", "planted-folder", "0" * 8 + "deadbeef" * 4)
TOLD = (
    f"KeyError in {FOLDER}/models.py: arn:aws:iam::{ACCOUNT}:role/x of {ACCOUNT}, key {KEY}, secret {SECRET}, "
    f"token {TOKEN}, Signature={'0' * 8}{'deadbeef' * 4}"
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that are not those of anybody."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", TOKEN),
    ):
        monkeypatch.setenv(name, value)


def planted() -> Log:
    """A log in which every text that comes from a target holds secrets."""
    log = read_log(GOLDEN)
    charge = ChargeFacts(rule="Name.type", kind="crash", level="MUST", expected="a refusal", observed=TOLD)
    case = CaseFinished(
        case="Name.type/x",
        rule="Name.type",
        label="x",
        verdict="diverges",
        expect="reject",
        outcome=f"crashed:{TOLD}",
        request={"ServiceRoleArn": f"arn:aws:iam::{ACCOUNT}:role/mine", "Name": SECRET},
        charges=(charge,),
        steps=(f"1. ssm.x()  # {TOLD}",),
        answer={"status": 500, "code": TOLD},
        reason=TOLD,
    )
    finding = Finding(
        id="0123",
        rule="Name.type",
        area="wire",
        level="MUST",
        kind="crash",
        title=TOLD,
        expected="a refusal",
        observed=TOLD,
        outcome=case.outcome,
        request=case.request,
        steps=case.steps,
        answer=case.answer,
        repro={"boto3": f"request = {case.request!r}", "cli": SECRET, "curl": KEY},
    )
    opened = dataclasses.replace(case, case="q", rule="", verdict="open", question="targets.empty-list", charges=())
    unsupported = dataclasses.replace(case, case="u", verdict="unsupported", operation=TOLD, charges=())
    return Log(
        started=dataclasses.replace(
            log.started, target=dataclasses.replace(log.started.target, version=TOLD, endpoint=f"http://{KEY}:p@h:1/")
        ),
        cases=(*log.cases, case, opened, unsupported),
        findings=(*log.findings, finding),
        finished=dataclasses.replace(log.finished, reasons=(TOLD,), stale=(TOLD,), ledger=f"{FOLDER}/ledger.toml"),
    )


def every(log: Log) -> Log:
    return gather((log.started, *log.cases, *log.findings, log.finished))


def held(told: str) -> list[str]:
    return [secret for secret in PLANTED if secret in told]


def test_no_line_of_a_log_holds_a_secret() -> None:
    log = planted()
    lines = "\n".join(to_json(each) for each in (log.started, *log.cases, *log.findings, log.finished))
    assert PLANTED[0] in str(log)
    assert [] == held(lines)
    assert "KeyError in \\u2026/models.py" in lines


@pytest.mark.parametrize("name", writer.FORMATS)
def test_no_report_holds_a_secret(name: str) -> None:
    assert [] == held(writer.FORMATS[name][1](every(planted())))


def test_the_summary_holds_no_secret() -> None:
    out = io.StringIO()
    summary.print_summary(every(planted()), file=out)
    assert [] == held(out.getvalue())


@pytest.mark.parametrize(
    "kept",
    [
        "arn:aws:iam::123456789012:role/x",
        "/aws/ssm/AWS-RunShellScript",
        "application/x-amz-json-1.1",
        "seen 5 times, 1234567890123 long",
        "https://docs.aws.amazon.com/general/latest/gr/ssm.html",
        'aws_secret_access_key="testing"',
        "mw-0123456789abcdef0",
        "0000000f-0000-4000-8000-918273645546",
    ],
)
def test_what_is_no_secret_stays(kept: str) -> None:
    assert kept == text(kept)


def test_a_value_of_a_request_stays_though_it_looks_like_a_path_or_a_number() -> None:
    assert "/var/log/x 918273645546" == text("/var/log/x 918273645546", ours=True)


def test_a_windows_path_goes_too() -> None:
    assert "in …/models.py" == text("in C:\\Users\\someone\\models.py")


@pytest.mark.parametrize("end", ["", "…", "… (1078 characters)", "..."])
def test_a_secret_that_was_cut_short_goes_too(end: str) -> None:
    for secret in (KEY, TOKEN, SECRET):
        assert f"key …{end}" == text(f"key {secret[:13]}{end}", (secret,))


def test_the_beginning_of_a_secret_may_be_a_word_in_a_whole_text() -> None:
    assert "the password is asked for" == text("the password is asked for", ("password-of-mine",))


@pytest.mark.parametrize("path", ["/home/someone", "/Users/someone/", "C:\\Users\\someone", "C:\\\\Users\\\\someone"])
def test_a_home_folder_names_nobody(path: str) -> None:
    assert "in …" == text(f"in {path}")


def test_an_answer_may_repeat_what_was_sent() -> None:
    sent = '{"Comment": "/var/log/x", "TaskArn": "arn:aws:lambda:us-east-1:918273645546:function:x"}'
    assert sent == text(sent, kept=marks(sent))
    assert sent != text(sent)


def test_what_is_read_back_and_what_is_still_in_memory_have_their_members_in_the_same_order() -> None:
    log = read_log(GOLDEN)
    case = dataclasses.replace(log.cases[0], request={"b": {"d": 1, "c": 2}, "a": 3})
    held = gather((log.started, case, log.finished)).cases[0].request
    assert [("a", 3), ("b", {"c": 2, "d": 1})] == list(held.items())
    assert ["c", "d"] == list(held["b"])
