"""G.711 in its North American form: 8,000 samples a second, 8 bits each."""

from array import array

_BIAS, _CLIP = 0x84, 32_635


def _decoded(code: int) -> int:
    """The sample of a code: sign, three bits for the segment, four for the step in it, all bits turned over."""
    code = ~code & 0xFF
    size = ((((code & 0x0F) << 3) + _BIAS) << ((code & 0x70) >> 4)) - _BIAS
    return -size if code & 0x80 else size


def _encoded(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    size = min(abs(sample), _CLIP) + _BIAS
    segment = size.bit_length() - 8
    return ~(sign | segment << 4 | (size >> (segment + 3)) & 0x0F) & 0xFF


_SAMPLES = [_decoded(code) for code in range(256)]
# By the sample as 16 bits without a sign.
_CODES = bytes(_encoded(each - 0x1_0000 if each > 0x7FFF else each) for each in range(0x1_0000))


def encode(samples: bytes) -> bytes:
    """The codes of samples of 16 bits, in this machine's order of bytes."""
    return bytes(map(_CODES.__getitem__, array("H", samples)))


def decode(codes: bytes) -> bytes:
    """The samples of codes, as ``encode`` takes them."""
    return array("h", map(_SAMPLES.__getitem__, codes)).tobytes()
