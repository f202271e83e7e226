"""Bringing the directory, the apps and the tokens to what is asked for. Doing it again changes nothing; what is no
longer named stays, unless it is to be pruned. Of a secret and of a token the SHA-256 alone is stored.

An app's secret is the one that is brought along, or is drawn when the app is new, and shown once. It changes when
another is brought, when a new one is asked for, and when the app is given to another user: who knows the old secret
must not become them, so that one ends at once, and so do the tokens that were issued under it. Else the old one may be
kept for a while (``faxes.tokens`` says what ends when). A named token is drawn when its name is new, and likewise anew
for another user.

All that is to be done is known before anything is. Each change has a line in the audit log from before it, without
which it is not made, and one from after it.

    entries.py     what is asked of an import
    plan.py        what it does, step by step
    budgets.py     which API keys there must be, so that each app is counted
    stores.py      what it asks of where all that is kept
    provision.py   the use case: entries -> what is stored
"""
