"""The local stack as its file describes it, where none runs."""

from tools.local.stack_file import LocalStack

LOCAL = LocalStack(
    apiUrl="https://127.0.0.1:4566/restapis/abc/v1/_user_request_",
    caBundle="ca.pem",
    appKey="example-app",
    appSecret="local-secret",
    appSecrets={"example-app": "local-secret", "example-office": "office-secret"},
    token="local-token",  # noqa: S106  (it opens nothing)
    userId="alice",
    extension="0003*210",
    bucket="bucket",
    faxTable="faxes",
    directoryTable="directory",
    credentialTable="credentials",
    auditLogGroup="audit",
    appPlan="plan",
    endpointUrl="https://127.0.0.1:4566",
    region="us-east-1",
)
