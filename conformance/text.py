"""Turn AWS's HTML sentences into plain text for a terminal."""

from __future__ import annotations

import html
import re


def plain_text(markup: str) -> str:
    """Strip tags, resolve entities and fold white space."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())
