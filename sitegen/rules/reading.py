"""The rules that hold while files are read: what cannot be read cannot be checked any further."""

from sitegen.errors import Severity
from sitegen.rules.rule import Rule

RULES = (
    Rule("settings", Severity.ERROR, "`sessions.toml` is right"),
    Rule("io", Severity.ERROR, "each session file can be read, and is a plain file of at most 8 MB"),
    Rule("path-outside", Severity.ERROR, "no link leads out of the ledger"),
    Rule("merge-conflict", Severity.ERROR, "no conflict of a merge was left in a file"),
    Rule("frontmatter", Severity.ERROR, "a file begins with a frontmatter that is closed, in UTF-8"),
    Rule("yaml", Severity.ERROR, "the frontmatter is YAML that every reader takes the same way"),
    Rule("yaml-unsafe", Severity.ERROR, "the frontmatter has nothing that could harm or hang a reader"),
    Rule("schema", Severity.ERROR, "each key holds what it must"),
    Rule("unknown-key", Severity.ERROR, "a misspelt key is an error, a key of your own a note"),
    Rule("block", Severity.ERROR, "the marks of generated tables come in pairs"),
)
