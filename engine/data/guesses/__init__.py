"""What names and values say of columns: pure functions, each answer with how sure it is and why.

They read no file; a reader or the choice of a problem asks them, and a dialog offers what they name.
"""
