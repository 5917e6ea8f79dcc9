"""What changed: the course of one scale through one episode."""

from attachdash.change.course import Answer, Course, same_client

__all__ = ["Answer", "Course", "same_client"]
