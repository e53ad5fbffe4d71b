"""The API of the models' vendor, through its official client: the only place that knows the `anthropic` package.

Importing that package takes seconds, so a command imports from here only when it is about to ask.
"""
