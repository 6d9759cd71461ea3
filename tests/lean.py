"""What a pytest inside a test can do without: plugins of others that cost a quarter of a second."""

LEAN = ("-p", "no:cacheprovider", "-p", "no:faker", "-p", "no:hypothesispytest", "-p", "no:anyio")
