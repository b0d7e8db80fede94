"""Who can be asked: each target answers an operation with an observation, and never raises for what it did."""
