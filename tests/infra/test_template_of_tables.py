"""What the packaged template says of tables and their indexes together."""

from tests.infra.documents import TABLES, Document, if_so


def test_every_index_of_a_table_that_is_warmed_is_warmed_for_writes(template: Document) -> None:
    """An index that is throttled throttles its table. Nobody writes the one that a later release removes."""
    warmed = {"Fn::If": ["IsWarmed", {"WriteUnitsPerSecond": {"Ref": "WarmWrites"}}, {"Ref": "AWS::NoValue"}]}
    found = {}
    for table in TABLES:
        properties = template["Resources"][table]["Properties"]
        if "WarmThroughput" in properties:
            for index in if_so(properties["GlobalSecondaryIndexes"]):
                found[index["IndexName"]] = index.get("WarmThroughput")
    assert found.pop("working") is None
    assert found == dict.fromkeys(("looks", "expiring", "unsuccessful", "typed"), warmed)
