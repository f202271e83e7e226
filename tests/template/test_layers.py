"""The layers of the functions behind the API: which has which, and how they are built."""

from tests.support import template
from tests.support.template import ROOT

TEMPLATE = template.load()


def test_the_layers_are_for_the_functions_that_need_them() -> None:
    layers = {
        name: function["Properties"].get("Layers")
        for name, function in template.resources(TEMPLATE, "AWS::Serverless::Function").items()
    }
    base, documents, core = ({"Ref": layer} for layer in ("BaseLayer", "DocumentsLayer", "CoreLayer"))
    assert "Layers" not in TEMPLATE["Globals"]["Function"]
    assert layers == {
        "CreateFaxFunction": [base, documents, core],
        # They read no form either.
        "ReadFaxesFunction": [base, core],
        "ChangeFaxesFunction": [base, core],
        "FaxPageFunction": [base, core],
        # It reads no form.
        "AuthorizeFunction": [base, core],
        "IssueTokenFunction": [base, documents, core],
        "CarrierReportFunction": [base, {"Ref": "ReportsLayer"}, core],
        "RefuseFunction": None,
    }


def test_layers_are_built_by_their_makefile_for_the_functions_architecture() -> None:
    makefile = (ROOT / "layers/Makefile").read_text()
    for name, layer in template.resources(TEMPLATE, "AWS::Serverless::LayerVersion").items():
        assert layer["Metadata"] == {"BuildMethod": "makefile", "BuildArchitecture": {"Ref": "Architecture"}}
        assert layer["Properties"]["ContentUri"] == "layers"
        assert f"\nbuild-{name}:\n" in makefile
    assert TEMPLATE["Parameters"]["Architecture"]["Default"] == "arm64"
    assert "ARCHITECTURE ?= arm64" in makefile
