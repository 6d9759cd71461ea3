"""The reference clinic, made wrong: every class here undoes one precaution of its base class."""
