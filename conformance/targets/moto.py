"""moto, in this process: the default target. Nothing leaves the machine."""

from __future__ import annotations

from typing import final

from conformance.events import TargetFacts
from conformance.observation import Observation
from conformance.targets.answers import Answer
from conformance.targets.base import Body, TargetError
from conformance.targets.boto import BotoTarget


@final
class MotoTarget:
    """The installed moto behind `mock_aws`, with its id generator seeded, so that a run repeats."""

    def __init__(self, *, seed: int = 0) -> None:
        try:
            import moto
            from moto.moto_api._internal import mock_random
        except ImportError as error:
            raise TargetError(
                f"moto can not be imported: {error}. Install it with `pip install 'moto[ssm]'`."
            ) from error
        mock_random.seed(seed)
        self._mock = moto.mock_aws()
        self._mock.start()
        facts = TargetFacts(name="moto", kind="in-process", version=moto.__version__)
        self._boto = BotoTarget(facts, endpoint=None, signed=False)

    @property
    def facts(self) -> TargetFacts:
        """Say name, kind and moto's version."""
        return self._boto.facts

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Send one request; see `Target.ask`."""
        return self._boto.ask(operation, body, valid=valid)

    def exchange(self, operation: str, body: Body, *, valid: bool) -> Answer | Observation:
        """Send one request; see `BotoTarget.exchange`."""
        return self._boto.exchange(operation, body, valid=valid)

    def close(self) -> None:
        """End the mock."""
        self._boto.close()
        self._mock.stop()
