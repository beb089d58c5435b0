"""An identity provider of others: npm's oidc-provider, run for the tests."""
