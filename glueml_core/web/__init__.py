"""The pages: people label, see what was learned, and put matches right, in a browser."""

from glueml_core.web.app import build_pages, build_site

__all__ = ["build_pages", "build_site"]
