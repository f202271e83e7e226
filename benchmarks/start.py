"""A function's start and its first invocations, in a process that has nothing but what is deployed.

`python -S -I -B start.py <event file> <how many> <folder>...` imports app from the folders, as Lambda does from its
layers, and prints as JSON: the seconds to import, the seconds of each invocation, those of the processor's, the bytes
that each logs, and the most memory that the process had in bytes, its event included. FAX_BENCHMARK_WITHOUT=connections
leaves out those that a function opens when it starts, =collector what holds the garbage collector back.
"""

import gc
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path


class Context:
    function_name = "create-fax"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:create-fax"
    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 28_000


def processor_time() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main(event_file: str, count: str, *folders: str) -> None:
    with open(event_file) as file:
        event = json.load(file)
    # The kernel forgets what reading the event took.
    Path("/proc/self/clear_refs").write_text("5")
    output, sys.stdout = sys.stdout, tempfile.TemporaryFile("w")  # noqa: SIM115  (until the process ends)
    sys.path[:0] = folders
    started = time.perf_counter()
    if without := os.environ.get("FAX_BENCHMARK_WITHOUT"):
        import faxes.cold_start

        if without == "connections":
            faxes.cold_start.connect = lambda *_: None
        else:
            gc.enable()
            faxes.cold_start.started = lambda: None
    import app

    imported = time.perf_counter() - started
    times, processor = [], []
    sys.stdout.seek(0)
    for _ in range(int(count)):
        started, used = time.perf_counter(), processor_time()
        answer = app.handler(event, Context())
        times.append(time.perf_counter() - started)
        processor.append(processor_time() - used)
        if answer["statusCode"] != 200:
            raise SystemExit(f"answered {answer}")
    status = Path("/proc/self/status").read_text().splitlines()
    most = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    logged = sys.stdout.tell() / max(len(times), 1)
    json.dump({"imported": imported, "times": times, "processor": processor, "logged": logged, "memory": most}, output)


if __name__ == "__main__":
    main(*sys.argv[1:])
