"""How hypothesis runs here: the same examples every time, so that a build fails for a change and not by chance.

To search further: ``HYPOTHESIS_PROFILE=search``.
"""

import os

from hypothesis import settings

# No deadline: a busy machine is no defect, and no example here is slow by nature.
settings.register_profile("fixed", max_examples=150, derandomize=True, deadline=None, database=None)
settings.register_profile("search", max_examples=3_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
