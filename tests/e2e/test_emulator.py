"""What is added to the emulator so that a stack of many functions starts soon: their processes share their layers."""

from pathlib import Path

from tests.support.curl import NOTE, REQUEST, SEND, Curl
from tools.local.stack_file import LocalStack


def test_a_layer_is_unpacked_once_for_all_processes(stack: LocalStack, curl: Curl) -> None:
    # By then, there are processes of two functions at least.
    assert curl(SEND, *REQUEST, *NOTE).status == 200
    folder = Path(stack.caBundle).parent / "run" / "tmp"
    unpacked = {each.name for each in folder.glob("ministack-layer-*")}
    used = [each.readlink().parent.name for each in folder.glob("ministack-lambda-*/layer_*/*")]
    assert len(used) > len(unpacked)
    assert set(used) <= unpacked
    layers = stack.client("lambda").list_layers()["Layers"]
    assert len(unpacked) <= len(layers)
