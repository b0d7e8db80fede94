"""Ask through boto3, in-process or over HTTP: valid requests as users send them, all others as exact bytes."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping
from typing import Any, final

from conformance import version
from conformance.events import TargetFacts
from conformance.observation import Crashed, Observation, Unreachable, without_ids
from conformance.targets.answers import Answer
from conformance.targets.base import Body, RawCall, TargetError

_METHODS = {
    "RegisterTaskWithMaintenanceWindow": "register_task_with_maintenance_window",
    "GetMaintenanceWindowTask": "get_maintenance_window_task",
    "DescribeMaintenanceWindowTasks": "describe_maintenance_window_tasks",
    "DeregisterTaskFromMaintenanceWindow": "deregister_task_from_maintenance_window",
    "CreateMaintenanceWindow": "create_maintenance_window",
    "UpdateMaintenanceWindow": "update_maintenance_window",
    "DeleteMaintenanceWindow": "delete_maintenance_window",
    "DescribeMaintenanceWindows": "describe_maintenance_windows",
    "RegisterTargetWithMaintenanceWindow": "register_target_with_maintenance_window",
    "DeregisterTargetFromMaintenanceWindow": "deregister_target_from_maintenance_window",
}


@final
class BotoTarget:
    """A target behind a boto3 client.

    The raw answer is taken before botocore parses it, so that the judge sees the wire and not a client's view of it.
    """

    def __init__(
        self,
        facts: TargetFacts,
        *,
        endpoint: str | None,
        region: str = "us-east-1",
        connect: float = 5,
        read: float = 30,
        session: Any = None,
        signed: bool = True,
    ) -> None:
        """Ask with the credentials and endpoints of a boto3 `session`, or else with made-up ones at `endpoint`.

        What is asked in this process need not be `signed`: nobody looks at a signature there, and it takes its time.
        """
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config

        self._facts = facts
        self._turn = threading.local()
        common = Config(
            connect_timeout=connect,
            read_timeout=read,
            retries={"total_max_attempts": 1},
            max_pool_connections=32,
            user_agent=f"mw-conformance/{version()}",  # botocore would put one together for each request
        )
        if not signed:
            common = common.merge(Config(signature_version=UNSIGNED))
        if session is None:
            # Made-up credentials go where we say, and not where AWS_ENDPOINT_URL of the user points.
            ours: dict[str, Any] = {"ignore_configured_endpoint_urls": True}  # the type stubs do not know it yet
            common = common.merge(Config(**ours))
        session = session or boto3.session.Session(
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106 - no secret
            region_name=region,
        )
        self._checked = session.client("ssm", endpoint_url=endpoint, config=common)
        self._unchecked = session.client(
            "ssm", endpoint_url=endpoint, config=common.merge(Config(parameter_validation=False))
        )
        self._unchecked.meta.events.register("before-call.ssm", self._put_in_place)
        for client in (self._checked, self._unchecked):
            client.meta.events.register("before-parse.ssm", self._keep_answer)

    @property
    def facts(self) -> TargetFacts:
        """Say name, kind, version and endpoint."""
        return self._facts

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Send one request; see `Target.ask`."""
        found = self.exchange(operation, body, valid=valid)
        return found.read() if isinstance(found, Answer) else found

    def exchange(self, operation: str, body: Body, *, valid: bool) -> Answer | Observation:
        """Send one request and give the answer as it came, or what happened instead of one."""
        self._turn.answer = None
        try:
            # Where there is no token boto3 would make one up, so such a document goes as bytes.
            as_user = valid and isinstance(body, Mapping) and _is_for_users(operation, body)
            if not (as_user and isinstance(body, Mapping) and self._sent_by_a_user(operation, body)):
                self._turn.call = _raw(body)
                getattr(self._unchecked, _METHODS[operation])()
        except Exception as error:
            return self._answer() or _failure(error)
        return self._answer() or Crashed(status=None, detail="no answer to read")

    def _sent_by_a_user(self, operation: str, body: Mapping[str, Any]) -> bool:
        """Send a document as a user would; False for one that boto3 refuses: the target has given an odd id."""
        from botocore.exceptions import ParamValidationError

        try:
            getattr(self._checked, _METHODS[operation])(**_for_boto(body))
        except ParamValidationError:
            return False
        return True

    def close(self) -> None:
        """Close both clients' connections."""
        self._checked.close()
        self._unchecked.close()

    def _put_in_place(self, params: dict[str, Any], **_: Any) -> None:
        """Put a raw call over the one that boto3 made, before it is signed."""
        call: RawCall = self._turn.call
        params["body"], params["method"] = call.body, call.method
        params["url"] = params["url"].rstrip("/") + call.path
        changed = {name.lower() for name in call.headers}
        kept = {name: value for name, value in params["headers"].items() if name.lower() not in changed}
        params["headers"] = kept | {name: value for name, value in call.headers.items() if value is not None}

    def _keep_answer(self, response_dict: Mapping[str, Any], **_: Any) -> None:
        self._turn.answer = response_dict

    def _answer(self) -> Answer | None:
        kept = self._turn.answer
        if not kept:
            return None
        wire = self._facts.kind != "in-process"
        return Answer(status=kept["status_code"], headers=dict(kept["headers"]), body=kept["body"], wire=wire)


def _raw(body: Body) -> RawCall:
    match body:
        case RawCall():
            return body
        case bytes():
            return RawCall(body=body)
        case _:
            return RawCall(body=json.dumps(body).encode())


def _is_for_users(operation: str, body: Mapping[str, Any]) -> bool:
    """Tell whether boto3 would send a document as it is: it makes up a missing token, and knows no nulls."""
    makes_token_up = operation.startswith("RegisterT") and "ClientToken" not in body
    return not makes_token_up and "null" not in json.dumps(body)


def _for_boto(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the document as boto3 takes it: blobs as bytes."""
    blocks = body.get("TaskInvocationParameters")
    if not blocks or "Payload" not in blocks.get("Lambda", {}):
        return dict(body)
    payload = base64.b64decode(blocks["Lambda"]["Payload"])
    return {**body, "TaskInvocationParameters": {**blocks, "Lambda": {**blocks["Lambda"], "Payload": payload}}}


def _failure(error: Exception) -> Observation:
    from botocore import exceptions

    match error:
        case exceptions.ClientError():
            raise error  # ours: an answer that was not kept
        case exceptions.EndpointConnectionError() | exceptions.ConnectTimeoutError():
            return Unreachable(
                reason=f"no connection: {error}", hint="Is it running, and is this its address?", undone=True
            )
        case exceptions.ConnectionError() | exceptions.HTTPClientError():
            return Unreachable(reason=f"the connection broke: {error}")
        case exceptions.NoCredentialsError() | exceptions.CredentialRetrievalError() | exceptions.SSOError():
            raise TargetError(f"AWS credentials can not be had: {error}; sign in again") from error
        case exceptions.BotoCoreError():
            return Unreachable(reason=str(error))
        case NotImplementedError():
            return Crashed(status=None, code="NotImplementedError", detail=f"NotImplementedError: {error}"[:200])
        case _:
            return Crashed(
                status=None, code=type(error).__name__, detail=without_ids(f"{type(error).__name__}: {error}")[:200]
            )


def endpoint_target(name: str, endpoint: str) -> BotoTarget:
    """Give the target that listens at `endpoint` (``http://host:port``); TargetError when nothing answers there."""
    import urllib.error
    import urllib.request

    facts = TargetFacts(name=name, kind="http", endpoint=endpoint)
    try:
        urllib.request.urlopen(endpoint, timeout=5).close()  # noqa: S310 - http(s) was checked by the caller
    except urllib.error.HTTPError:
        pass  # it answers, which is all that was asked
    except (OSError, ValueError) as error:
        raise TargetError(
            f"nothing answers at {endpoint!r}: {error}. Start the emulator, or mend the address."
        ) from error
    return BotoTarget(facts, endpoint=endpoint)
