"""The indicators that are built: one declaration each (statistics chapter, section 4)."""
