"""Ask through boto3, in-process or over HTTP: valid requests as users send them, all others as exact bytes."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping
from typing import Any, final

from conformance.events import TargetFacts
from conformance.observation import Crashed, Observation, Unreachable, without_ids
from conformance.targets.answers import read_answer
from conformance.targets.base import Body, TargetError

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
    ) -> None:
        import boto3
        from botocore.config import Config

        self._facts = facts
        self._turn = threading.local()
        common = Config(
            connect_timeout=connect, read_timeout=read, retries={"total_max_attempts": 1}, max_pool_connections=32
        )
        session = boto3.session.Session(
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106 - no secret
            region_name=region,
        )
        self._checked = session.client("ssm", endpoint_url=endpoint, config=common)
        self._unchecked = session.client(
            "ssm", endpoint_url=endpoint, config=common.merge(Config(parameter_validation=False))
        )
        self._unchecked.meta.events.register("before-call.ssm", self._replace_body)
        for client in (self._checked, self._unchecked):
            client.meta.events.register("before-parse.ssm", self._keep_answer)

    @property
    def facts(self) -> TargetFacts:
        """Say name, kind, version and endpoint."""
        return self._facts

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Send one request; see `Target.ask`."""
        self._turn.answer = None
        # Where there is no token boto3 would make one up, so such a document goes as bytes.
        as_user = valid and isinstance(body, Mapping) and _is_for_users(operation, body)
        try:
            if as_user and isinstance(body, Mapping):
                getattr(self._checked, _METHODS[operation])(**_for_boto(body))
            else:
                self._turn.body = body if isinstance(body, bytes) else json.dumps(body).encode()
                getattr(self._unchecked, _METHODS[operation])()
        except Exception as error:
            return self._answer() or _failure(error)
        return self._answer() or Crashed(status=None, detail="no answer to read")

    def close(self) -> None:
        """Close both clients' connections."""
        self._checked.close()
        self._unchecked.close()

    def _replace_body(self, params: dict[str, Any], **_: Any) -> None:
        params["body"] = self._turn.body

    def _keep_answer(self, response_dict: Mapping[str, Any], **_: Any) -> None:
        self._turn.answer = response_dict

    def _answer(self) -> Observation | None:
        kept = self._turn.answer
        return read_answer(kept["status_code"], dict(kept["headers"]), kept["body"]) if kept else None


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
        case exceptions.ParamValidationError() | exceptions.ClientError():
            raise error  # ours: a request that we called valid, or an answer that was not kept
        case exceptions.EndpointConnectionError() | exceptions.ConnectTimeoutError():
            return Unreachable(reason=f"no connection: {error}", hint="Is it running, and is this its address?")
        case exceptions.ConnectionError() | exceptions.HTTPClientError():
            return Unreachable(reason=f"the connection broke: {error}")
        case exceptions.NoCredentialsError() | exceptions.BotoCoreError():
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
