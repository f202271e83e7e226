"""fax_page: its settings, the showing that it calls, and how it answers."""

from faxes.cold_start import connect

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from faxes.adapters.dynamodb.showing import DynamoDBPublicFaxes, DynamoDBTimeZones
from faxes.adapters.s3_links import S3Links
from faxes.bootstrap import clients
from faxes.bootstrap.clients import NOBODY
from faxes.bootstrap.environment import VARIABLES, text
from faxes.bootstrap.publication import publication
from faxes.edge.page_answers import PageAnswers
from faxes.showing import Publication, Showing


@dataclass(frozen=True, slots=True)
class Settings:
    """What fax_page needs to know."""

    fax_table: str
    directory_table: str
    file_bucket: str
    publication: Publication

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(
            fax_table=text(environ, "FAX_TABLE"),
            directory_table=text(environ, "DIRECTORY_TABLE"),
            file_bucket=text(environ, "FILE_BUCKET"),
            publication=publication(environ),
        )


def showing(settings: Settings) -> tuple[Showing, PageAnswers]:
    """What fax_page calls, and how it answers. Where no fax has a page, it connects to nothing."""
    tables = clients.dynamodb()
    faxes = DynamoDBPublicFaxes(tables, settings.fax_table)
    time_zones = DynamoDBTimeZones(tables, settings.directory_table)
    links = S3Links(clients.s3_signing(), settings.file_bucket)
    if settings.publication.on:
        connect(lambda: faxes.by_uid(NOBODY))
    return Showing(faxes, time_zones, links, settings.publication, now=clients.now), PageAnswers(links.origin)
