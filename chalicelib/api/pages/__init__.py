"""The pages for browsers: the web console and the API's documentation."""
