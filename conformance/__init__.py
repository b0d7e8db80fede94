"""What AWS documents about RegisterTaskWithMaintenanceWindow, how a target is asked, how its answer is judged."""


def version() -> str:
    """Give the installed version of this suite, or ``0+source`` for a bare checkout."""
    from importlib import metadata

    try:
        return metadata.version("mw-conformance")
    except metadata.PackageNotFoundError:
        return "0+source"
