"""Applications: what an adopter writes, in a folder of its own, and what becomes of it in the stack."""
