"""Errors whose words are meant for a person: shown as they are, never with a traceback."""


class ForPeople(Exception):
    """An error that says what is wrong and names the cure."""


class Refused(ForPeople):
    """The viewer may not do this, or the thing is not there: the same words for both."""


class Invalid(ForPeople):
    """What was given can't be accepted; the message says what was expected."""


class Unavailable(ForPeople):
    """The store can't be used now: held by another process, disk full, damaged."""
