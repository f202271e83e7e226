"""Where the functions write their logs, and how long that is kept."""

from tests.support import template

TEMPLATE = template.load()


def test_every_function_logs_to_a_group_that_forgets_or_may_not_log() -> None:
    groups = {
        name: function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        for name, function in template.resources(TEMPLATE, "AWS::Serverless::Function").items()
        # It may write no log at all; Lambda would make a group for it if it could.
        if name != "RefuseFunction"
    }
    own = ["Authorize", "CarrierReport", "ChangeFaxes", "CreateFax", "FaxPage", "IssueToken", "ReadFaxes"]
    assert sorted(groups.values()) == [f"{name}LogGroup" for name in own]


def test_every_log_group_forgets() -> None:
    kept = {
        name: group["Properties"]["RetentionInDays"]
        for name, group in template.everywhere(TEMPLATE, "AWS::Logs::LogGroup").items()
    }
    assert kept == {
        "AccessLogGroup": {"Ref": "LogRetentionDays"},
        "AuditLogGroup": {"Ref": "AuditRetentionDays"},
        "SendFaxLogGroup": {"Ref": "LogRetentionDays"},
        "AuthorizeLogGroup": {"Ref": "LogRetentionDays"},
        "CarrierReportLogGroup": {"Ref": "LogRetentionDays"},
        "FaxPageLogGroup": {"Ref": "LogRetentionDays"},
        "ChangeFaxesLogGroup": {"Ref": "LogRetentionDays"},
        "CheckUploadLogGroup": {"Ref": "LogRetentionDays"},
        "CreateFaxLogGroup": {"Ref": "LogRetentionDays"},
        "IssueTokenLogGroup": {"Ref": "LogRetentionDays"},
        "QueueFaxLogGroup": {"Ref": "LogRetentionDays"},
        "ReadFaxesLogGroup": {"Ref": "LogRetentionDays"},
        "RenderFaxLogGroup": {"Ref": "LogRetentionDays"},
        "SweepLogGroup": {"Ref": "LogRetentionDays"},
    }
