"""Where S3 keeps its objects."""

from pathlib import Path

from local_cloud.emulator import Emulator


def test_objects_are_with_the_other_files_of_their_emulator(emulator: Emulator) -> None:
    objects = emulator.client("s3")
    objects.create_bucket(Bucket="some-bucket")
    objects.put_object(Bucket="some-bucket", Key="key", Body=b"body")

    assert (emulator.state / "tmp" / "s3" / "some-bucket").is_dir()
    assert not Path("/tmp/localstack-s3-storage/some-bucket").exists()
    assert objects.get_object(Bucket="some-bucket", Key="key")["Body"].read() == b"body"
