"""The public page of a fax: ``page.html`` and ``page.css``, which open in a browser as they are; ``texts.json``, all
that it says, in each language; and what fills the one with the others."""
