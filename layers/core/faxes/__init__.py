"""The fax service's own code: everything between API Gateway's event and S3 and DynamoDB.

A request flows one way:

    functions/create_fax/app.py   the route: parse, submit, respond
      rest                        API Gateway's event -> bytes, path values, caller; results and errors -> answers
      intake.multipart            body bytes -> Form
      intake.submission           Form + Principal -> Fax: every check, in the contract's order, then the stores
        access                    whose extension sends, and whether the caller may have it
        intake.recipients         the request part -> to whom
          numbers                 what an extension and a recipient look like
        intake.documents          what a file is, and whether it can be faxed
          formats                 what each kind of file must be like, and how many pages it has
        intake.idempotency        what makes a request that comes again the same fax
      adapters.s3, .dynamodb      the stores that submission and tokens ask for
    functions/authorize/app.py    the bearer token -> who is calling, or deny
      tokens                      Authorization header -> Principal
    functions/issue_token/app.py  an app's key and secret -> a bearer token
      oauth                       event -> key and secret; a token or an error -> an answer in OAuth's shape
      tokens                      key and secret -> token

Beneath them all: ``model`` (frozen values) and ``errors`` (the error tree, no HTTP in it), and ``ids`` (what names a
fax, and where its files lie). Beside them:
``bootstrap`` (for each function its settings, the environment's only readers, and its use case, made of them and of
clients), ``observability`` (the one logger, the one metrics object) and ``cold_start`` (what a function's start costs
beside its imports).

Imports point downwards only: functions -> bootstrap, oauth -> rest, adapters -> intake, tokens -> access, formats ->
ids, numbers -> model -> errors. boto3 is imported by ``bootstrap.clients`` and ``adapters`` alone.
"""
