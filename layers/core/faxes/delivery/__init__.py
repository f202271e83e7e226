"""A fax whose pages are ready reaches its recipients, each of them once.

dispatch    the use case: a recipient is due, or its carrier rang -> what the policy says is written, then called
policy      what is to be done with a recipient, as one pure function: claim, submit, doubt, report, end, again
inside      the same for one that is an extension of this deployment, and receives the fax itself
receiving   how it does that: the pages are copied, and are a fax of its own
lines       who has the lines for a fax
ends        what that does to the record of its fax
steps       what the policy is asked, and what it answers
resume      with which page an attempt begins
retries     which failures are tried again, after how long, how often: a table with its sources
stamping    what each attempt sends: the pages with its header line, where its carrier fetches them
carrier     the port: what delivery asks of whoever has the lines
"""
