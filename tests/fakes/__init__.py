"""What only the tests of this project need in memory: accounts, secrets, and handlers' nonsense."""
