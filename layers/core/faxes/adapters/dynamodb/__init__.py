"""The records, in DynamoDB: three tables, so that each function's role is one action on one table.

FaxTable        dynamodb:PutItem, dynamodb:GetItem on IDEMPOTENCY#* and the status of FAX#* (create_fax);
                dynamodb:Query on FAX#* (read_faxes, change_faxes); dynamodb:UpdateItem and dynamodb:PutItem on FAX#*
                (change_faxes)
    pk FAX#<id>, sk FAX    one fax; attributes as in ``faxes``; app: which one sent it, where one did;
                           idempotency: the name of the record that was written with it, where one was
    pk FAX#<id>, sk PAGES: its pages, one by one (``jobs``, which says as well what a worker adds to the record)
    pk FAX#<id>, sk RECIPIENT#001 and others: its recipients, their attempts, its history (``deliveries``)
    pk DEST#<number>       who has a number's line, and who stands in line for it (``recipients``)
    pk SIM#<reference>     what the simulated network knows of an attempt (``simulated``)
    pk IDEMPOTENCY#<name>, sk IDEMPOTENCY fingerprint, faxId, faxUid, expiresAt: which fax was accepted under a key
    pk UPLOAD#<id>, sk UPLOAD: a fax that was announced and not accepted (``pending``)
    index by-uid           uid: the public page's way in, and an erasure's; holds keys only
    index by-extension     extension (0003*210), createdAt: an extension's faxes by time; holds what a list shows
    index by-user          userId, createdAt: a user's faxes by time; the same
    index by-due           due (a shard), dueAt: what is to be done, by time; records and recipients that are not
                           final have them; holds keys only
DirectoryTable  dynamodb:GetItem (create_fax; send_fax on EXT#*, ORG#* and PRICES)
    pk ORG#<id>, sk ORG                    organizationId, name
    pk USER#<id>, sk USER                  userId, organizationId
    pk EXT#<organization>*<number>, sk EXT extension, ownerId, type, faxEnabled
    pk PRICES, sk PRICES                   to: what calls cost, by the first digits of a number
CredentialTable dynamodb:GetItem (authorize, issue_token), dynamodb:PutItem on TOKEN#* (issue_token)
    pk APP#<key>, sk APP                   appKey, secretDigest, userId, organizationId, context, enabled
    pk TOKEN#<sha256>, sk TOKEN            an app's: appKey, secretDigest, expiresAt
                                           a user's: userId, organizationId, context, expiresAt
    pk TOKENNAME#<name>, sk TOKENNAME      digest, expiresAt: which token the importer issued under a name

Reading faxes back takes dynamodb:GetItem on the table and dynamodb:Query on the index. Times: createdAt is ISO 8601 in
UTC with milliseconds, which sorts as text; expiresAt is the TTL, in seconds since 1970. An item may be 400 KB; a fax
with 10 files and 999 recipients stays under 100 KB.

What has extension, userId or createdAt enters an index, so none but faxes has one; uid, also what was announced and not
accepted. A fax has the schema that it
was written by, for later releases to know what they read, and a revision that grows with each change. A release may be
rolled back: what a later one wrote, attributes and words that are unknown here, is read all the same.
"""
