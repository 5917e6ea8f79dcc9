"""How much the fuzzing of readers tries: 200 cases a property, 10,000 in `make test-long`."""

from datetime import timedelta

from hypothesis import settings

# A case that takes longer has failed: nobody waits for a file that long.
MANY = settings.default.max_examples > 100
fuzz = settings(max_examples=10_000 if MANY else 200, deadline=timedelta(seconds=30))
