"""Requests whose payloads were uploaded."""

from dataclasses import replace

from tests.contract.users import NOW, User

UPLOAD = f"{'0' * 32}-{'f' * 64}"


def test_a_request_is_read_with_its_upload_and_a_note_of_until_when_it_is_kept(user: User) -> None:
    user.take()
    sent = replace(user.new(1), payload="", payload_bytes=4_194_304, payload_until=NOW, upload=UPLOAD)
    user.store.requests.write(sent)

    assert user.written(1) == sent
    assert user.store.requests.list_without_payloads(user.id, 0, 10) == [sent]
    user.store.requests.note_payload_kept(sent, NOW + 5_000)
    assert user.written(1) == replace(sent, payload_until=NOW + 5_000)
    noted = user.store.requests.mark_noted(user.written(1))
    assert (noted.upload, user.begin(1).upload) == (UPLOAD, UPLOAD)
