"""What the function itself costs: accepting faxes, refusing hostile bodies, and the memory of both; nothing is stored.

`python -m benchmarks.accept`, in create_fax's environment; prints rows as JSON. The yardstick of time is what accepting
cannot do without: decoding the body with the standard library, looking at it once, and its SHA-256.
"""

import base64
import hashlib
import math
import statistics
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from types import MappingProxyType
from typing import Any
from unittest import mock

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from requests_toolbelt.multipart.decoder import MultipartDecoder

from benchmarks import samples
from benchmarks.function import Function
from benchmarks.measure import Call, Row, against, in_turns, printed, row
from benchmarks.samples import LARGEST, Sample, fax
from faxes.formats import decoding, tif, txt
from faxes.formats.budget import Budget
from faxes.intake import multipart
from tests.support import forms
from tests.support.peak_memory import peak_memory

_ACCEPT = "Accept a fax, stores that keep nothing"
_HOSTILE = "Refuse a hostile body of 4.4 MB"
# What is around the files of a fax.
_FRAME = 600


def yardstick(sample: Sample) -> None:
    body = base64.b64decode(sample.event["body"])
    body.count(samples.DELIMITER)
    hashlib.sha256(body).digest()


def accepting(function: Function) -> list[Row]:
    large, third = LARGEST - _FRAME, samples.tif(330_000)
    mixed = ("a.jpg", samples.jpg(600_000)), ("b.tif", samples.tif(400_000)), ("c.txt", samples.text(40_000))
    measured = [
        (fax("4.4 MB, 2 parts: tif", ("a.tif", samples.tif(large))), 25, 0.6, True),
        (fax("4.4 MB, 2 parts: jpg", ("a.jpg", samples.jpg(large))), 25, None, True),
        (fax("1 MB, 4 parts: 3 tif", *[("a.tif", third)] * 3), 75, 0.7, True),
        (fax("1 MB, 4 parts: jpg, tif, txt", *mixed), 75, None, True),
        (fax("10 KB, 2 parts: txt", ("a.txt", samples.text(9_500))), 500, 6.0, False),
    ]
    rows = []
    for sample, rounds, most, has_pictures in measured:
        assert function.handle(sample.event)["statusCode"] == 200
        if has_pictures:
            name = f"{sample.name}, with the processes that decode it"
            rows.append(row(_ACCEPT, name, _against(function.accept, sample, 15)))
        with _undecoded():
            name = f"{sample.name}, without decoding it" if has_pictures else sample.name
            rows.append(row(_ACCEPT, name, _against(function.accept, sample, rounds), most))
            whole = _against(function.handle, sample, rounds)
            rows.append(row(_ACCEPT, f"{name}; with resolver, log line and metrics", whole))
    return rows


def _undecoded() -> AbstractContextManager[object]:
    """Leave out the processes, whose start takes ten times as long as all else: what is done in this one is shown."""
    return mock.patch.multiple("faxes.formats.decoding", check_jpg=mock.DEFAULT, check_tif=mock.DEFAULT)


def _against(call: Callable[[dict[str, Any]], object], sample: Sample, rounds: int) -> tuple[float, float, float]:
    return against(lambda: call(sample.event), lambda: yardstick(sample), rounds)


def accepting_pdfs(function: Function) -> list[Row]:
    """With and without the process that reads a PDF."""
    sample = fax("4.4 MB, 2 parts: pdf", ("a.pdf", samples.pdf(LARGEST - _FRAME)))
    rows = [row(_ACCEPT, f"{sample.name}, its reader's process included", _against(function.accept, sample, 15))]
    with mock.patch("faxes.formats.pdf.count_pages", return_value=3):
        rows.append(row(_ACCEPT, f"{sample.name}, without looking into it", _against(function.accept, sample, 25), 0.6))
    return rows


def shares(function: Function) -> list[Row]:
    """What takes how much of accepting a fax."""
    small, large = samples.text(9_500), samples.tif(LARGEST - _FRAME)
    return [
        *_shares(function, fax("10 KB: txt", ("a.txt", small)), lambda: txt.count_pages(small)),
        *_shares(
            function,
            fax("4.4 MB: tif", ("a.tif", large)),
            lambda: tif.count_pages(large, 10**9, 200),
            {"decoding it, in a process": lambda: _decode(large)},
        ),
    ]


def _decode(content: bytes) -> None:
    decoding.check_tif(content, [directory for _, directory in tif.pages(content)], Budget(10**9))


def _shares(
    function: Function, sample: Sample, count_pages: Call, others: Mapping[str, Call] = MappingProxyType({})
) -> list[Row]:
    # It brings the logger, whose output has to be set up before.
    from faxes.edge import bodies, events

    event = APIGatewayProxyEvent(sample.event)
    body, content_type = events.body(event, LARGEST), bodies.content_type(event)
    with mock.patch.object(multipart, "MultipartDecoder", wraps=MultipartDecoder) as decoder:
        (upload,) = multipart.parse(body, content_type).uploads
    headers = decoder.call_args.args
    taken = in_turns(
        {
            "base64": lambda: events.body(event, LARGEST),
            "the form": lambda: multipart.parse(body, content_type),
            "- requests-toolbelt's part in that": lambda: MultipartDecoder(*headers),
            "the file's pages": count_pages,
            **others,
            "its SHA-256": lambda: hashlib.sha256(upload.content).digest(),
            "all, from the body to the receipt": lambda: function.accept(sample.event),
            "all, with resolver, log line and metrics": lambda: function.handle(sample.event),
        },
        100,
    )
    *_, whole = taken.values()
    group = f"Where the time goes, {sample.name}"
    return [Row(group, name, own * 1000, whole * 1000, own / whole) for name, own in taken.items()]


def hostile(function: Function) -> list[Row]:
    rows = []
    for sample in samples.hostile():
        assert 0.9 * LARGEST < len(sample.body) <= LARGEST, (sample.name, len(sample.body))
        answer = function.handle(sample.event)
        assert answer["statusCode"] == 400, (sample.name, answer)
        rows.append(row(_HOSTILE, sample.name, _against_base64(function, sample), 1.5))
    return rows


def _against_base64(function: Function, sample: Sample) -> tuple[float, float, float]:
    return against(lambda: function.handle(sample.event), lambda: base64.b64decode(sample.event["body"]), 15)


def growth(function: Function) -> list[Row]:
    """How the time grows with the bytes and with the parts: with which power of them."""
    function.without_stores(files_per_fax=10)
    file = samples.tif(100_000)
    sizes = [*(10_000 * 2**n for n in range(9)), LARGEST - _FRAME]
    of_size = [fax("", ("a.tif", samples.tif(size))) for size in sizes]
    # Beside the request. A fax has at most ten files, so the twelfth part is a field that nobody asks for.
    parts = [*[forms.field("files", file, "a.tif")] * 10, forms.field("note", file)]
    of_parts = [samples.request("", forms.form(samples.RECIPIENT, *parts[:n])) for n in range(1, 12)]
    name = "Growth of the time, as a power"
    files = range(1, 11)
    with _undecoded():
        rows = [
            ("of the bytes, 10 KB to 4.4 MB in one file", _power(function, of_size, sizes)),
            # The request's part is small, and counts for nothing: each of the others takes as long as the next.
            ("of the parts, 1 to 11 of 100 KB beside the request", _power(function, of_parts, range(1, 12))),
        ]
    # A process for each file takes ten times all else.
    decoded = _power(function, of_parts[: len(files)], files)
    rows.append(("of the files, 1 to 10 of 100 KB, with the processes that decode them", decoded))
    return [Row(name, what, 0, 0, power, 1.1, "") for what, power in rows]


def _power(function: Function, faxes: Sequence[Sample], amounts: Sequence[int]) -> float:
    """The slope of the logarithms."""
    calls: dict[str, Call] = {str(n): partial(function.accept, sample.event) for n, sample in enumerate(faxes)}
    times = in_turns(calls, 25).values()
    return statistics.linear_regression([math.log(n) for n in amounts], [math.log(t) for t in times]).slope


def memory_of_the_largest(function: Function) -> list[Row]:
    """What Python reserves: the most, and what is left of it while the files are put."""
    sample = fax("", ("a.tif", samples.tif(LARGEST - _FRAME)))
    size = len(sample.body)
    held = []
    function.stores.put = lambda: held.append(tracemalloc.get_traced_memory()[0])
    most = peak_memory(lambda: function.handle(sample.event))
    function.stores.put = lambda: None
    name = "Memory beside the event, 4.4 MB: tif"
    return [
        Row(name, "at the worst moment, against the body", most / 2**20, size / 2**20, most / size, 4.5, "MiB"),
        Row(
            name,
            "while the files are put: the body is let go",
            held[0] / 2**20,
            size / 2**20,
            held[0] / size,
            1.1,
            "MiB",
        ),
    ]


def main() -> None:
    function = Function()
    function.without_stores()
    measured = [accepting, accepting_pdfs, shares, hostile, memory_of_the_largest, growth]
    function.print(printed([each for of in measured for each in of(function)]))


if __name__ == "__main__":
    main()
