"""AttachDash: how communication, emotion regulation and self-esteem change over therapy."""

__version__ = "0.1.0"
