"""A telephone line that reaches a fax server which is none of ours: HylaFAX, behind a modem in software."""
