"""The ordered queue of each user: requests, what runs them, and who may steer them."""
