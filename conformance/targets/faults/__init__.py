"""The families of planted faults, one module an area; `conformance.targets.mutants` gathers them."""
