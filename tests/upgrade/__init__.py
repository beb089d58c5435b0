"""The present code on what earlier releases have stored.

`items-X.Y.Z.json` has the items of all tables as release X.Y.Z wrote them, with DynamoDB's types, and what
its API answered at the same moment. `localstack/run -m tests.upgrade.make_items` makes the file of the code
that it runs on: it deploys that code to a local cloud, and `scenario.py` drives it. `make release` does so
for every release, and nobody edits such a file.

items-0.1.0.json was made at commit ec93a7a, which is release 0.1.0, with this directory copied into a
checkout of that commit.
"""
