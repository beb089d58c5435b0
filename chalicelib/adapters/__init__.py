"""The only code that knows a vendor's API or errors."""
