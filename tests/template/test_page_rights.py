"""What shows faxes to whoever has a uid may read, and where."""

from tests.support import template

TEMPLATE, RIGHTS = template.load(), template.part("rights.yaml")


def test_what_shows_faxes_may_read_what_it_shows_where_faxes_have_pages() -> None:
    assert TEMPLATE["Parameters"]["PublicPage"]["Default"] == "false"
    assert RIGHTS["Conditions"]["ShowsPages"] == {"Fn::Equals": [{"Ref": "PublicPage"}, "true"]}
    assert RIGHTS["Conditions"]["ShowsPagesByKey"] == {
        "Fn::And": [{"Condition": "HasKey"}, {"Condition": "ShowsPages"}]
    }
    assert RIGHTS["Resources"]["ShowPages"]["Condition"] == "ShowsPages"
    held = RIGHTS["Resources"]["ShowPages"]["Properties"]
    assert held["Roles"] == [{"Ref": "FaxPageRole"}]
    rights = [
        (each["Sid"], each["Effect"], each["Action"], each["Resource"], set(each.get("Condition", {})))
        for each in held["PolicyDocument"]["Statement"]
    ]
    narrowed = {"ForAllValues:StringLike", "ForAllValues:StringEquals", "StringEquals"}
    assert rights == [
        ("FindByUid", "Allow", "dynamodb:Query", {"Fn::Sub": "${FaxTableArn}/index/by-uid"}, set()),
        ("ReadWhatIsShown", "Allow", "dynamodb:Query", {"Ref": "FaxTableArn"}, narrowed),
        ("ReadTimeZones", "Allow", "dynamodb:Query", {"Ref": "DirectoryTableArn"}, narrowed),
        ("SignAddressesOfPages", "Allow", "s3:GetObject", {"Fn::Sub": "${FileBucketArn}/faxes/*/page*"}, set()),
    ]
    for statement, keys in ((1, "FAX#*"), (2, "ORG#*")):
        condition = held["PolicyDocument"]["Statement"][statement]["Condition"]
        assert condition["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": [keys]}
        assert condition["StringEquals"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
