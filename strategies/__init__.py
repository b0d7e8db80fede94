"""Requests of every kind that the documents speak of: valid, broken in one place, at the limits, open.

Strategies know the contract and nothing else: never a target, never the judge.
"""
