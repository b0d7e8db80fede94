"""A sandbox account that is none: the reference and moto behind ports, with STS and IAM beside them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.observation import Accepted
from conformance.targets.answers import Answer
from conformance.targets.base import Body
from conformance.targets.reference import ReferenceTarget, Refused
from conformance.targets.server import STRAY, Before, Identity, Server, json_error, query_error
from tests.cli.conftest import environment
from tests.cli.serving import moto_served

ACCOUNT, OTHER = "210987654322", "999999999999"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}
FEW = ("--profile", "quick", "--rules", "Name.*")


class Watched:
    """The reference, with all that it was asked; `late` registrations in each window meet a service that lags."""

    def __init__(self, *, late: int = 0) -> None:
        self.reference = ReferenceTarget()
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._late, self._seen = late, dict[str, int]()

    def respond(self, operation: str, body: Body) -> Answer:
        try:
            document = self.reference.read(body)
        except Refused:
            document = {}
        self.asked.append((operation, document))
        window = str(document.get("WindowId"))
        if operation != "CreateMaintenanceWindow" and window in self.reference.windows:
            self._seen[window] = self._seen.get(window, 0) + 1
            if self._seen[window] <= self._late:
                return json_error("DoesNotExistException", "not yet")
        return self.reference.respond(operation, body)

    def bodies(self, operation: str) -> list[dict[str, Any]]:
        return [body for name, body in self.asked if name == operation]


@contextmanager
def sandbox(
    service: Any = None, *, aliases: tuple[str, ...] = (), before: Before = lambda name: None
) -> Iterator[Server]:
    """Serve an account in this process, closed however the test ends."""
    found = Server(service or Watched(), identity=Identity(account=ACCOUNT, aliases=aliases), before=before)
    try:
        yield found
    finally:
        found.close()


def run(
    folder: Path, address: str, *words: str, account: str = ACCOUNT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``mw-conformance run aws`` in `folder`, with AWS at `address`."""
    aws = {**KEYS, "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": address, "AWS_CONFIG_FILE": "none"}
    aws |= {"AWS_SHARED_CREDENTIALS_FILE": "none", "HOME": str(folder), **(env or {})}
    return subprocess.run(
        [sys.executable, "-m", "conformance", "run", "aws", "--account", account, "--rate", "1000", *words],
        text=True,
        capture_output=True,
        check=False,
        cwd=folder,
        env={**environment(), **{name: value for name, value in aws.items() if value}},
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


def report(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "conformance-report" / "report.json").read_text("utf-8"))
    return found


def refused(done: subprocess.CompletedProcess[str], status: int = 2) -> str:
    """Give the one sentence of a refusal, which shows no account number."""
    assert status == done.returncode, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert (False, False) == (ACCOUNT in done.stdout + done.stderr, OTHER in done.stdout + done.stderr)
    lines = done.stderr.strip().splitlines()
    assert 1 == len(lines), done.stderr
    return lines[0]


# --- the right account


def test_the_right_account_is_asked_with_care_and_left_as_it_was(tmp_path: Path) -> None:
    service = Watched()
    with sandbox(service, aliases=("playground",)) as server:
        done = run(tmp_path, server.address, "--profile", "quick", "--yes")
        calls = dict(server.calls)
    assert 0 == done.returncode, done.stdout + done.stderr
    found = report(tmp_path)
    assert (True, "aws", "aws") == (found["run"]["valid"], found["target"]["name"], found["target"]["kind"])
    assert {} == service.reference.windows
    created = service.bodies("CreateMaintenanceWindow")
    assert created
    for body in created:
        tags = {tag["Key"]: tag["Value"] for tag in body["Tags"]}
        assert {"mw-conformance-run", "mw-conformance-expires"} == tags.keys()
        assert body["Name"].startswith("mw-conformance-")
        assert "at(2099-12-31T23:59:59)" == body["Schedule"]
    assert found["run"]["requests"] == sum(count for name, count in calls.items() if name.startswith("ssm:"))


def test_nothing_is_registered_in_a_window_before_it_is_switched_off(tmp_path: Path) -> None:
    service = Watched()
    with sandbox(service) as server:
        assert 0 == run(tmp_path, server.address, *FEW, "--yes").returncode
    off: set[str] = set()
    for operation, body in service.asked:
        if operation == "UpdateMaintenanceWindow" and body.get("Enabled") is False:
            off.add(body["WindowId"])
        elif operation.startswith("Register"):
            assert body["WindowId"] in off
    assert off


def test_account_numbers_are_the_account_s_own_on_the_wire_and_nowhere_else(tmp_path: Path) -> None:
    service = Watched()
    words = ("--profile", "quick", "--rules", "ServiceRoleArn.*", "--yes", "--record", "kept")
    with sandbox(service) as server:
        done = run(tmp_path, server.address, *words)
    roles = {str(body.get("ServiceRoleArn")) for body in service.bodies("RegisterTaskWithMaintenanceWindow")}
    assert f"arn:aws:iam::{ACCOUNT}:role/mw-conformance" in roles
    assert not [role for role in roles if "123456789012" in role]
    assert ACCOUNT not in done.stdout + done.stderr
    assert "********4322" in done.stdout
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert [] == [path.name for path in files if ACCOUNT in path.read_text("utf-8")]


def test_placeholders_come_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "mw-conformance.toml").write_text(
        f'[aws]\nrole = "arn:aws:iam::{ACCOUNT}:role/of-mine"\ninstance = "i-0aaaaaaaaaaaaaaa1"\n', "utf-8"
    )
    service = Watched()
    with sandbox(service) as server:
        done = run(tmp_path, server.address, "--profile", "quick", "--rules", "read-back.*", "--yes")
    assert 0 == done.returncode, done.stdout + done.stderr
    sent = json.dumps(service.asked)
    assert (True, True) == (f":{ACCOUNT}:role/of-mine" in sent, "i-0aaaaaaaaaaaaaaa1" in sent)
    assert (False, False) == ('role/mw-conformance"' in sent, '"i-0123456789abcdef0"' in sent)


def test_a_new_window_that_is_not_known_everywhere_is_waited_for(tmp_path: Path) -> None:
    with sandbox(Watched(late=2)) as server:
        done = run(tmp_path, server.address, *FEW, "--yes")
    assert 0 == done.returncode, done.stdout + done.stderr
    assert (True, []) == (report(tmp_path)["run"]["valid"], report(tmp_path)["findings"])


def test_where_aws_differs_the_documents_and_aws_disagree(tmp_path: Path) -> None:
    with sandbox(ReferenceTarget(dropped=frozenset({"Name.max-length"}))) as server:
        done = run(tmp_path, server.address, *FEW, "--yes")
    assert 1 == done.returncode, done.stdout + done.stderr
    (finding,) = report(tmp_path)["findings"]
    assert finding["title"].startswith("the documents and AWS disagree: AWS accepts what it must refuse: ")


# --- every other account


def test_another_account_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with sandbox() as server:
        sentence = refused(run(tmp_path, server.address, "--yes", account=OTHER))
        assert {"sts:GetCallerIdentity": 1} == dict(server.calls)
    assert "belong to account ********4322, not to --account ********9999" in sentence


def test_pytest_itself_does_not_ask_another_account_either(tmp_path: Path) -> None:
    words = ["--pyargs", "conformance.suite", "--target", "aws", "--account", OTHER, "--profile", "quick"]
    with sandbox() as server:
        env = {**environment(), **KEYS, "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": server.address}
        for agreed, status in (([], 4), (["--yes"], 3)):
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-p", "conformance.plugin", "-q", *words, *agreed],
                cwd=tmp_path,
                env=env,
                text=True,
                capture_output=True,
                check=False,
                timeout=120,
            )
            assert status == done.returncode, done.stdout + done.stderr
            assert OTHER not in done.stdout + done.stderr
        assert {"sts:GetCallerIdentity"} == set(server.calls)


@pytest.mark.parametrize("account", ["123", "12345678901x", "1234567890123", "１２３４５６７８９０１２"])
def test_what_is_no_account_number_is_refused(tmp_path: Path, account: str) -> None:
    assert "needs --account with the 12 digits" in refused(run(tmp_path, "http://127.0.0.1:9", account=account))


def test_an_account_that_looks_like_production_is_refused(tmp_path: Path) -> None:
    with sandbox(aliases=("acme-Production",)) as server:
        sentence = refused(run(tmp_path, server.address, "--yes"))
        assert not [name for name in server.calls if name.startswith("ssm:")]
    assert "its alias 'acme-Production' matches '*prod*' of deny_aliases" in sentence


def _denied(denied: str) -> Before:
    def before(name: str) -> Answer | None:
        if name != denied:
            return None
        wrong = query_error if name.startswith(("sts:", "iam:")) else json_error
        return wrong("AccessDenied" if wrong is query_error else "AccessDeniedException", "not authorized")

    return before


def test_aliases_that_can_not_be_read_are_a_refusal_until_the_configuration_says_otherwise(tmp_path: Path) -> None:
    with sandbox(before=_denied("iam:ListAccountAliases")) as server:
        sentence = refused(run(tmp_path, server.address, *FEW, "--yes"))
        assert "iam:ListAccountAliases is denied" in sentence
        assert "write `deny_aliases = []` under [aws]" in sentence
        (tmp_path / "mw-conformance.toml").write_text("[aws]\ndeny_aliases = []\n", "utf-8")
        assert 0 == run(tmp_path, server.address, *FEW, "--yes").returncode


def test_tags_are_looked_at_where_the_configuration_denies_some(tmp_path: Path) -> None:
    table = '[tool.mw-conformance.aws]\ndeny_tags = ["stage=prod*"]\n'
    (tmp_path / "pyproject.toml").write_text(table, "utf-8")
    with sandbox() as server:  # which knows no Organizations: what can not be told is a refusal
        sentence = refused(run(tmp_path, server.address, *FEW, "--yes"))
    assert "organizations:ListTagsForResource" in sentence
    assert "write `deny_tags = []`" in sentence


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[aws]\nrolle = "x"\n', "the [aws] table says rolle='x'; expected role"),
        ("[aws]\nrole = 5\n", "says role=5"),
        ("[aws\n", "mw-conformance.toml can not be read"),
    ],
)
def test_a_wrong_configuration_gets_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "mw-conformance.toml").write_text(text, "utf-8")
    assert says in refused(run(tmp_path, "http://127.0.0.1:9", "--yes"))


def test_nothing_is_sent_until_somebody_agrees(tmp_path: Path) -> None:
    with sandbox() as server:
        done = run(tmp_path, server.address, *FEW)
        assert not [name for name in server.calls if name.startswith("ssm:")]
    assert "nobody is there to agree to the plan; say --yes" in refused(done)
    assert "account ********4322, eu-west-1, quick" in done.stdout
    assert "calls would change something" in done.stdout


def test_no_region_and_no_credentials_get_one_sentence(tmp_path: Path) -> None:
    with sandbox() as server:
        nowhere = run(tmp_path, server.address, "--yes", env={"AWS_REGION": ""})
        nobody = run(tmp_path, server.address, "--yes", env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
        stranger = run(tmp_path, server.address, "--yes", env={"AWS_PROFILE": "no-such-profile"})
        assert {} == dict(server.calls)
    assert "no region is known; give --region, or set AWS_REGION" in refused(nowhere)
    assert "Unable to locate credentials" in refused(nobody)
    assert "no-such-profile" in refused(stranger)


# --- credentials that expire, calls that are denied or throttled


def _after(calls: int, answer: Answer) -> Before:
    """Answer so after some calls of SSM, and ever after."""
    left = [calls]

    def before(name: str) -> Answer | None:
        left[0] -= name.startswith("ssm:")
        return answer if left[0] < 0 and name.startswith("ssm:") else None

    return before


def test_credentials_that_have_expired_get_one_sentence(tmp_path: Path) -> None:
    expired = query_error("ExpiredToken", "The security token included in the request is expired", status=403)
    with sandbox(before=lambda name: expired) as server:
        sentence = refused(run(tmp_path, server.address, "--yes"))
    assert "the AWS credentials have expired (sts:GetCallerIdentity: ExpiredToken); sign in again" in sentence


def test_credentials_that_expire_in_mid_run_are_no_divergence(tmp_path: Path) -> None:
    with sandbox(before=_after(30, json_error("ExpiredTokenException", "expired"))) as server:
        done = run(tmp_path, server.address, *FEW, "--yes")
        assert 31 <= server.calls.total() < 60
    assert 3 == done.returncode, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "the AWS credentials have expired" in " ".join(done.stdout.split())
    assert (False, []) == (report(tmp_path)["run"]["valid"], report(tmp_path)["findings"])


@pytest.mark.parametrize(
    "operation", ["CreateMaintenanceWindow", "UpdateMaintenanceWindow", "RegisterTaskWithMaintenanceWindow"]
)
def test_a_denied_operation_is_named_and_no_divergence(tmp_path: Path, operation: str) -> None:
    service = Watched()
    with sandbox(service, before=_denied(f"ssm:{operation}")) as server:
        done = run(tmp_path, server.address, *FEW, "--yes")
    assert 3 == done.returncode, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert f"ssm:{operation} is denied to these credentials (AccessDeniedException); docs/sandbox.md has" in said
    assert [] == report(tmp_path)["findings"]
    assert {} == service.reference.windows


def test_throttling_now_and_then_changes_no_verdict(tmp_path: Path) -> None:
    sent = [0]

    def before(name: str) -> Answer | None:
        sent[0] += name.startswith("ssm:")
        return json_error("ThrottlingException", "Rate exceeded") if sent[0] % 20 == 19 else None

    with sandbox(before=before) as server:
        done = run(tmp_path, server.address, "--profile", "quick", "--rules", "Name.max-length", "--yes")
    assert 0 == done.returncode, done.stdout + done.stderr
    assert sent[0] > 20
    assert (True, []) == (report(tmp_path)["run"]["valid"], report(tmp_path)["findings"])


def test_moto_behind_aws_s_name_can_not_switch_windows_off_so_nothing_is_registered(
    tmp_path: Path,
) -> None:
    """moto_server 5.2.5 has STS and IAM, but no UpdateMaintenanceWindow (seen 2026-11)."""
    with moto_served() as address:
        _asked_of_moto(tmp_path, address)


def _asked_of_moto(tmp_path: Path, moto_server: str) -> None:
    wrong = run(tmp_path, moto_server, *FEW, "--yes", account=OTHER)
    assert "belong to account ********9012, not to --account ********9999" in refused(wrong)
    done = run(tmp_path, moto_server, *FEW, "--yes", account="123456789012")
    assert 3 == done.returncode, done.stdout + done.stderr
    assert "could not be switched off" in " ".join(done.stdout.split())
    import boto3

    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    ssm = boto3.client("ssm", endpoint_url=moto_server, region_name="eu-west-1", **keys)
    assert [] == ssm.describe_maintenance_windows()["WindowIdentities"]


# --- how much it costs


MUTATING = ("Create", "Update", "Delete", "Register", "Deregister")


def mutating(calls: Mapping[str, int]) -> int:
    """Count the calls that change something in the account."""
    return sum(count for name, count in calls.items() if name.partition(":")[2].startswith(MUTATING))


@pytest.fixture(scope="module")
def quick_calls(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, int]:
    """What the quick profile sends to an account, counted by the one who got it."""
    with sandbox() as server:
        done = run(tmp_path_factory.mktemp("quick"), server.address, "--profile", "quick", "--yes", "-q")
        assert 0 == done.returncode, done.stdout + done.stderr
        return dict(server.calls)


def test_a_quick_run_makes_fewer_than_450_mutating_calls(quick_calls: Mapping[str, int]) -> None:
    assert mutating(quick_calls) < 450, dict(quick_calls)


def test_the_plan_for_an_account_equals_what_it_receives(quick_calls: Mapping[str, int]) -> None:
    from conformance.commands.plan import forecast

    received = {name.partition(":")[2]: count for name, count in quick_calls.items() if name.startswith("ssm:")}
    planned = forecast(profile="quick", kind="aws")
    # Registrations whose X-Amz-Target or method is wrong on purpose arrive as calls of no operation.
    received["RegisterTaskWithMaintenanceWindow"] += received.pop("?")
    assert received == dict(planned.calls)
    assert planned.requests == sum(received.values())


def test_the_least_policy_allows_what_a_run_calls_and_nothing_else(quick_calls: Mapping[str, int]) -> None:
    from conformance.targets.boto import _METHODS

    text = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text("utf-8")
    policy = json.loads(text.partition("```json\n")[2].partition("```")[0])
    allowed = {action for each in policy["Statement"] for action in each["Action"]}
    beside = {"iam:ListAccountAliases", "iam:PassRole", "ssm:AddTagsToResource", "sts:GetCallerIdentity"}
    assert allowed - beside == {f"ssm:{name}" for name in _METHODS}
    assert set(quick_calls) - {STRAY} <= allowed
    assert {"Allow"} == {each["Effect"] for each in policy["Statement"]}
    assert not [action for action in allowed if "*" in action]


def test_an_acceptance_is_what_the_service_wrote_down() -> None:
    """What `Watched` wraps is the reference itself."""
    service = Watched()
    answer = service.respond("CreateMaintenanceWindow", b'{"Name": "abc"}')
    assert isinstance(answer.read(), Accepted)
    assert [("CreateMaintenanceWindow", {"Name": "abc"})] == service.asked
