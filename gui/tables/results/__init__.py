"""What stands under the table: reduced values, ledger, health."""
