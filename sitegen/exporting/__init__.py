"""The ledger in other forms, on disk: files as values, and a folder that is kept equal to them."""

from sitegen.exporting.folders import Outcome, write_folder
from sitegen.exporting.markdown_pages import exported_pages, markdown_page

__all__ = ["Outcome", "exported_pages", "markdown_page", "write_folder"]
