"""Formats of the English interface."""

from emulation_portal.formats.vietnamese import *  # noqa: F403 - Django reads them from this module
