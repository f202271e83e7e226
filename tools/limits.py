"""The limits of a deployment that changed none of its parameters: template.yaml alone says them."""

from dataclasses import replace
from functools import cache

import yaml

from faxes.model import Limits
from tools import places

_PARAMETERS = {
    "files_per_fax": "MaxFilesPerFax",
    "recipients_per_fax": "MaxRecipientsPerFax",
    "pages_per_fax": "MaxPagesPerFax",
    "pixels_per_page": "MaxPixelsPerPage",
    "pixels_per_fax": "MaxPixelsPerFax",
    "file_bytes": "MaxBytesPerFile",
    "body_bytes": "MaxBodyBytes",
}


class _Loader(yaml.SafeLoader):
    """YAML whose CloudFormation functions, such as ``!Ref``, are left out: no parameter's default has one."""


_Loader.add_multi_constructor("!", lambda *_: None)


@cache
def _defaults() -> Limits:
    parameters = yaml.load((places.ROOT / "template.yaml").read_text(encoding="utf-8"), _Loader)["Parameters"]  # noqa: S506  (a safe one)
    return Limits(**{name: parameters[parameter]["Default"] for name, parameter in _PARAMETERS.items()})


def default_limits(**other: int) -> Limits:
    """The defaults, but for what is given."""
    return replace(_defaults(), **other)
