"""The address that `make run` prints: a page on 127.0.0.1 where anybody drops a document and sees it come out.

    server.py  this machine's own address, and who may ask there
    desk.py    what the page asks for -> what it gets
    calls.py   the calls of the API, with the local app's token, which the browser never has
    large.py   files that no form holds, passed on to where the API has them go
    paper.py   what the simulated machines printed, as pictures
    page/      what the browser gets

Nothing of it is deployed. What is shown of a fax is what the API answers; what came out of a machine, the simulated
network alone can say.
"""
