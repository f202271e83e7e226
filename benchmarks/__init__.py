"""Measurements that are kept and run by hand: `.local/venvs/dev/bin/python -m benchmarks.<name>` in this folder."""

import sys
from pathlib import Path

# As the layer has it.
sys.path.append(str(Path(__file__).resolve().parents[1] / "layers" / "core"))
