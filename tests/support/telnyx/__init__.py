"""Telnyx Programmable Fax v2, as a server on this machine: its wire, and what integrations meet on it.

server     HTTP on 127.0.0.1: who may ask, which call is meant, what is answered, and what goes wrong on the way
checks     what a request to send a fax must be like, field by field
exchange   the faxes that it keeps, how they move by a clock, lists and filters, paper at the other end
machines   what becomes of a call to a number, and what goes wrong with its request and its reports
media      the document is really fetched, and opened
webhooks   signed reports: sent, sent again, twice, out of order, forged

It knows nothing of what ships, so that the adapter and this cannot share one misreading; the vendor's own SDK is held
against it. Sources: the types in Telnyx's SDK for Python (4.189.0), and its pages on programmable fax, on webhooks and
on error codes, read on 29 and 30 November 2026. What these leave open is said where it is decided.
"""
