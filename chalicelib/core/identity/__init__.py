"""Who calls: accounts, sessions, administrators, and the record of what they did."""
