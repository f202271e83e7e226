"""Whether faxes have public pages, out of the environment of each function that shows or names them."""

from collections.abc import Mapping

from faxes.bootstrap.environment import one_of, whole
from faxes.showing import Publication

MOST_DAYS = 3650


def publication(environ: Mapping[str, str]) -> Publication:
    """As the template's parameters PublicPage and PublicPageDays say it."""
    return Publication(
        on=one_of(environ, "PUBLIC_PAGE", ("true", "false")) == "true",
        days=whole(environ, "PUBLIC_PAGE_DAYS", 1, MOST_DAYS),
    )
