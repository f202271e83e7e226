"""What names a fax."""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.ids import ID_EPOCH, file_key, new_id, new_uid, pdf_key, picture_key, tiff_key
from faxes.model import Kind
from tests.support.submitting import NOTE, NOW, TO_ONE, Service

_MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2095, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_BITS = st.integers(0, 2**11 - 1)


@given(_MOMENTS, _BITS)
def test_an_id_is_a_decimal_number_that_every_json_client_holds_exactly(moment: datetime, bits: int) -> None:
    fax_id = new_id(moment, bits)
    assert fax_id == str(int(fax_id))
    assert 0 <= int(fax_id) < 2**53
    assert json.loads(fax_id, parse_int=float) == int(fax_id)


@given(_MOMENTS, _BITS, _BITS)
def test_an_id_grows_with_time(moment: datetime, earlier: int, later: int) -> None:
    assert int(new_id(moment, earlier)) < int(new_id(moment + timedelta(milliseconds=1), later))


def test_ids_of_one_millisecond_differ_by_their_bits() -> None:
    assert len({new_id(NOW, bits) for bits in range(2**11)}) == 2**11


def test_the_first_id_of_all() -> None:
    assert new_id(ID_EPOCH, 0) == "0"
    assert new_id(ID_EPOCH + timedelta(milliseconds=1), 5) == "4106"


def test_what_is_announced_and_what_is_not_never_have_the_same_id() -> None:
    """Their records are written at other times: the one could stand where the other's shall."""
    announced = {new_id(NOW, bits, announced=True) for bits in range(2**11)}
    assert len(announced) == 2**11
    assert announced & {new_id(NOW, bits) for bits in range(2**11)} == set()


@pytest.mark.parametrize(("drawn", "uid"), [(0, "0" * 32), (2**128 - 1, "f" * 32), (0xAB, "ab".rjust(32, "0"))])
def test_a_uid_is_32_lower_case_hex_digits(drawn: int, uid: str) -> None:
    bits: Callable[[int], int] = lambda n: drawn if n == 128 else 0  # noqa: E731
    service = Service()
    service.submission = dataclasses.replace(service.submission, random_bits=bits)
    fax = service.submit(TO_ONE, NOTE)
    assert fax is not None
    assert fax.uid == uid


def test_keys_of_a_faxs_pages_lie_beside_its_documents() -> None:
    uid = new_uid(0xAB)
    keys = [tiff_key(uid), pdf_key(uid), picture_key(uid, 12)]
    assert keys == [f"faxes/{uid}/{name}" for name in ("pages.tif", "pages.pdf", "page-12.png")]
    # No document's key, whatever its position and kind.
    assert not {file_key(uid, position, kind) for position in range(1, 11) for kind in Kind} & set(keys)
