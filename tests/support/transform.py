"""What SAM makes of a template, worked out offline."""

from typing import Any

from samtranslator.translator.transform import transform


class NoManagedPolicies:
    """The template names no managed policy, beside the ones that SAM itself attaches."""

    def load(self) -> dict[str, str]:
        return {}


def processed(source: dict[str, Any], parameters: dict[str, str] | None = None) -> dict[str, Any]:
    """What CloudFormation would be given, with these parameters in place of their defaults."""
    source = source | {"Resources": {**source["Resources"]}}
    # `sam build` gives folders, and the transform takes only what is packaged.
    for resource in source["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource["Properties"]:
                resource["Properties"][name] = "s3://bucket/package"
    return dict(transform(source, parameters or {}, NoManagedPolicies()))
