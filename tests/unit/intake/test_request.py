"""How a request says that its fax's pages look, and what is refused."""

import pytest

from faxes.appearance import Mode, Resolution
from faxes.errors import FormInvalid, KeyReused, RecipientsInvalid
from faxes.model import Receipt
from tests.support.submitting import NOTE, TO_ONE, Service, again


@pytest.mark.parametrize(
    ("members", "rendering", "resolution"),
    [
        ({}, None, None),
        ({"rendering": "auto"}, Mode.AUTO, None),
        ({"rendering": "text", "resolution": "fine"}, Mode.TEXT, Resolution.FINE),
        ({"rendering": "photo", "resolution": "standard"}, Mode.PHOTO, Resolution.STANDARD),
        ({"resolution": "standard"}, None, Resolution.STANDARD),
    ],
)
def test_what_is_asked_for_is_recorded(
    members: dict[str, str], rendering: Mode | None, resolution: Resolution | None
) -> None:
    fax = Service().submit(TO_ONE | members, NOTE)
    assert fax is not None
    assert (fax.rendering, fax.resolution) == (rendering, resolution)


@pytest.mark.parametrize(
    ("members", "reason", "message"),
    [
        ('"rendering": "sharp"', "request_word_unknown", "rendering is sharp; it must be auto, text or photo."),
        ('"rendering": "AUTO"', "request_word_unknown", "rendering is AUTO; it must be auto, text or photo."),
        ('"rendering": ""', "request_word_unknown", "rendering is empty; it must be auto, text or photo."),
        ('"rendering": null', "request_word_unknown", "rendering is null; it must be auto, text or photo."),
        ('"resolution": ["fine"]', "request_word_unknown", "resolution is an array; it must be fine or standard."),
        ('"resolution": {"fine": 1}', "request_word_unknown", "resolution is an object; it must be fine or standard."),
        ('"resolution": 196', "request_word_unknown", "resolution is a number; it must be fine or standard."),
        (
            '"rendering": "text", "rendering": "text"',
            "request_member_twice",
            "The request part has 2 members rendering; it may have one.",
        ),
        # The first that is wrong is told.
        (
            '"resolution": "x", "rendering": "y"',
            "request_word_unknown",
            "rendering is y; it must be auto, text or photo.",
        ),
    ],
)
def test_what_nobody_knows_is_refused_even_without_a_file(members: str, reason: str, message: str) -> None:
    request = f'{{"recipients": ["1"], {members}}}'.encode()
    for uploads in ((), (NOTE,)):
        assert Service().refusal(request, *uploads) == (FormInvalid, reason, message)


def test_the_recipients_are_looked_at_first_and_counted_last() -> None:
    wrong = {"rendering": "sharp"}
    assert Service().refusal({"recipients": [], **wrong}, NOTE)[0] is RecipientsInvalid
    assert Service().refusal({"recipients": [str(n) for n in range(6)], **wrong}, NOTE)[0] is FormInvalid


def test_the_same_key_with_other_looks_is_refused() -> None:
    service = Service(bits=(7, 8))
    first = again(service, request=TO_ONE | {"rendering": "photo"})
    assert first is not None
    assert again(service, request=TO_ONE | {"rendering": "photo"}) == Receipt(first.id, first.uid, None)
    for other in ({}, {"rendering": "text"}, {"rendering": "photo", "resolution": "fine"}, {"resolution": "fine"}):
        with pytest.raises(KeyReused):
            again(service, request=TO_ONE | other)
