"""The change feed of a service: which record moved, at which centre; ids and codes only (http chapter, section 5)."""
