"""The clients import libraries that are not installed here."""

collect_ignore = ["clients"]
