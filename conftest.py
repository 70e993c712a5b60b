"""Order of the tests: the slow groups first, so that two workers end together; what nbval skips."""

from pathlib import Path

ORDER = ("tests/browser/", "chapters/")


def cost_rank(nodeid: str) -> int:
    """Rank a test by how long its group takes: browser, notebooks, the rest."""
    return next((rank for rank, start in enumerate(ORDER) if nodeid.startswith(start)), len(ORDER))


def pytest_configure(config):
    """Have nbval compare the words of figures by matplotlib, and not their pixels."""
    if not config.getoption("nbval_sanitize_with", None):
        config.option.nbval_sanitize_with = str(Path(__file__).parent / "tools/nbval.cfg")


def pytest_collection_modifyitems(items):
    """Put the slow groups first; within a group the order stays."""
    items.sort(key=lambda item: cost_rank(item.nodeid))
