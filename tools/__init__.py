"""What the Makefile's commands do on a developer's or an operator's machine. Nothing here ships with the functions.

``client`` is what an app's developer runs against an API, ``operations`` what an operator runs against a stack, and
``local`` the stack on this machine, and what needs none. Here is what they all use (``places``, ``steps``), and what
makes the project's own environments, locks and API page.
"""
