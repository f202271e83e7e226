"""The addresses of what an answer leads to: a fax, and its public page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from faxes.edge.paths import api_url
from faxes.model import Fax
from faxes.showing import Publication


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where what an answer leads to is. ``public_url`` as ``api_url`` has it; ``now`` gives UTC."""

    public_url: str
    publication: Publication
    now: Callable[[], datetime]

    def fax(self, event: APIGatewayProxyEvent, fax: Fax) -> str:
        """The address of a fax, for who may see it."""
        api = api_url(event, self.public_url)
        return f"{api}/uapi/faxes/{quote(fax.user_id, safe='')}/{quote(fax.extension, safe='*')}/{fax.id}"

    def page(self, event: APIGatewayProxyEvent, fax: Fax) -> str | None:
        """The address of its public page, for everybody; None where it has none now."""
        if not self.publication.covers(fax, self.now()):
            return None
        return f"{api_url(event, self.public_url)}/fax/{fax.uid}"
