"""A process of its own for each document that a native library reads.

    outside.py   starts that process, talks with it over one socket, and ends it whatever happens
    inside.py    in it: limits, then the document; what it says goes back over the same socket
    sandbox.py   in it: gives up every other right, for good

The libraries read strangers' bytes. Whatever they do, by mistake or because a document's author wants it to, the
process has then nothing but its document: no credentials, no file, no connection, no other process. What it says is for
the concern that asked to check (``formats``, ``rendering``): this knows bytes alone.
"""

# What the process says when it has given up all that it does not need: the document comes next.
READY = b"R"
