"""The suite: pytest modules that ask a target about every rule. Run it with ``pytest --pyargs conformance.suite``."""
