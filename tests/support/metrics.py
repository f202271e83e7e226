"""The metrics that this service counts, by their names."""

import re

from faxes import errors
from tests.support import template
from tests.support.template import ROOT


def counted() -> set[str]:
    """The metrics of our own: those that the code names, one for each fault, and one of the gateway's log."""
    sources = [module.read_text() for module in (ROOT / "layers/core/faxes/edge").glob("*.py")]
    named = {name for source in sources for name in re.findall(r'(?:add_metric\(|refused=)"(\w+)"', source)}
    faults = {fault.__name__ for fault in errors.ServiceFault.__subclasses__()}
    (filtered,) = template.part("gateway-log.yaml")["Resources"]["RequestsThrottled"]["Properties"][
        "MetricTransformations"
    ]
    return named | faults | {filtered["MetricName"]}
