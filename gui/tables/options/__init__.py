"""The bar of options over the table."""
