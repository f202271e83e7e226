"""Which pages of other origins may call, as the operator has it: for all functions that answer a page's calls."""

from collections.abc import Mapping

from faxes.bootstrap.environment import VARIABLES


def origins(environ: Mapping[str, str] = VARIABLES) -> frozenset[str]:
    """The origins whose pages may call, such as https://fax.example.com; there may be none."""
    return frozenset(filter(None, (each.strip() for each in environ.get("UPLOAD_ORIGINS", "").split(","))))
