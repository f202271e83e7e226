"""The fax service's own code: everything between API Gateway's event and S3 and DynamoDB.

A request flows one way:

    functions/create_fax/app.py   the route: read, submit, respond
      edge.paths, .bodies         API Gateway's event -> path values; what holds for every body
      edge.events                 API Gateway's event -> form, headers
        intake.multipart          body bytes -> Form
          intake.headers          a part's header block, looked at before a parser sees it
          intake.disposition      what a part and its file are called, however that is written
          intake.unattached       whether a part without a file name was meant to be a file
      edge.caller                 who is calling, as the authorizer said
      intake.submission           Form + Principal -> Fax: every check, in the contract's order, then the stores
        access                    whose extension sends, and whether the caller may have it
        intake.request            the request part -> what it asks for
          intake.recipients       its recipients -> to whom
          numbers                 what an extension and a recipient look like
        intake.documents          what a file is, and whether it can be faxed
          formats                 what each kind of file must be like, and how many pages it has
            confinement           a process for each document that a native library reads, which reaches nothing else
        intake.claims             a request that comes again: looked up, and written with the fax's record
          intake.idempotency      what makes it the same fax
        ids                       what names a fax, and where its files lie
      intake.uploading            files that are announced in JSON -> addresses to upload them to
        intake.announced          the body -> what it asks for, and its files
        intake.inviting           addresses, and new ones for a caller who asks (change_faxes)
      adapters.s3, .dynamodb      the stores that submission, access and tokens ask for
      edge.answers, .fax_answers  an error, or what was accepted -> an answer, a log line, a count
    functions/read_faxes/app.py   a fax's id -> the fax as it is now; its history
      reading                     which faxes the caller may see, and what is read of one
        access                    the fax's own record against the caller and the path
      adapters.dynamodb.reading   the record, its recipients, their attempts, the history
      edge.read_answers, .fax_view, .conditional   what was read -> JSON, an ETag, or 304
    functions/change_faxes/app.py a fax's id and an action -> the fax as it is then
      control                     cancel: one conditional write on the record's revision; close its public page
      adapters.dynamodb.control   the write, with its history item
      edge.change_answers         the body -> the action; the changed fax -> an answer
    functions/fax_page/app.py     a fax's uid -> its public page; the way to its pictures and files
      showing                     which faxes are shown, for how long, and what of them
      adapters.dynamodb.showing, .s3_links   the fax by its uid; addresses for a minute
      edge.page_answers, .page    what was read -> HTML, in the browser's language; 404 for all else
    functions/check_upload/app.py a file that was uploaded -> an accepted fax, or one that is refused or expired
      edge.checked                S3's events; what became of each -> a log line, counts
      intake.checking             each file as a form's; then record and pending fax in one transaction
      adapters.s3_uploads, .s3_download, .dynamodb.pending
    functions/authorize/app.py    the bearer token -> who is calling, or deny
      edge.authorizer             event -> Authorization header; who is calling -> policy
      tokens                      Authorization header -> Principal
    functions/queue_fax/app.py    a record that the table's stream brings -> a message
    functions/render_fax/app.py   a message -> pages; tools/local/render.py does the same without AWS
      edge.batch                  a stream's records, a queue's messages; what became of them -> log lines, counts
      rendering                   an accepted fax -> its pages, each document in a process of its own
        confinement               the same kind of process
        pages                     fax pages as bytes: T.6, TIFF-F, PDF
        formats                   how a text is laid out
    functions/send_fax/app.py     a fax whose pages are ready, or a recipient that is due -> its next step
      edge.sending                a message of the queue -> what is to be looked at; what became of it -> a log line
      delivery                    its recipients: claim, submit, doubt, report, end, again; what each attempt sends;
                                  extensions receive it
        pages                     the header line, in the place of white rows
      carriers                    who has the lines: a simulated network, Telnyx
      adapters.sqs_bells, .s3_media, .s3_copies, .dynamodb.recipients, .received, .directory, .senders, .simulated
    functions/carrier_report/app.py  a carrier's report -> a message about its attempt
      edge.report_answers         event -> headers, raw body; a report or an error -> an answer
      delivery.reports            each report rings once
      carriers.telnyx_reports     whose it is, and what it names
      adapters.dynamodb.reports, .sqs_bells
    functions/issue_token/app.py  an app's key and secret -> a bearer token
      edge.oauth                  event -> key and secret; a token or an error -> an answer in OAuth's shape
      tokens                      key and secret -> token
    tools/operations/erase.py     a fax's uid -> nothing left of it but the audit log's lines
      erasure                     which files and record go, in which order
        audit                     the audit log, and its line
      adapters.s3_erasure, .dynamodb.erasure, .logs
    tools/operations/directory.py directory.yaml -> who may send
      provisioning                members, apps, budgets and tokens as asked for -> what is stored, new secrets
      audit                       the audit log, and its line
      adapters.dynamodb.provisioning, .usage_plans, .logs
    tools/operations/who.py       who may send, from where and with what
      roster                      apps, tokens and extensions, by user and organization
      adapters.dynamodb.roster

Beneath them all: ``lifecycle`` (how faxes and recipients move from one state to the next), ``model`` (frozen values)
and ``errors`` (the error tree, no HTTP in it). Beside them: ``bootstrap`` (for each function its settings, the
environment's only readers, and its use case, made of them and of clients), ``observability`` (the one logger, the one
metrics object) and ``cold_start`` (what a function's start costs beside its imports).

A function imports the bootstrap module of its own name and the edge. A concern never imports another concern: they meet
in ``lifecycle``, ``access``, ``ids``, ``model`` and ``errors``. Imports point downwards only: bootstrap -> adapters,
carriers, edge -> intake, reading, showing, control, rendering, delivery, sweeping, tokens, erasure -> access, audit,
formats, pages -> confinement, lifecycle, ids, numbers -> model -> errors. pyproject.toml says so, with who alone may
import what, and ``make imports`` holds it: a new module has its place there, or fails.
"""
