"""How much the fuzzing of readers tries: 500 cases a property, 10,000 in `make test-long`."""

from datetime import timedelta

from hypothesis import settings

# A case that takes longer has failed: nobody waits for a file that long.
fuzz = settings(max_examples=5 * settings.default.max_examples, deadline=timedelta(seconds=30))
