"""The steps of tools/build_reference.py, one table or two each."""
