"""What administrators are answered about all queues, and about what they themselves did."""

from collections import Counter
from dataclasses import replace
from typing import Any

from tests.answers.service import Service
from tests.e2e.users import User

HALTS = {"type": "fail", "payload": {"times": 1}, "max_attempts": 1, "on_failure": "halt"}
STATS = "/api/admin/stats"
AUDIT = "/api/admin/audit"
DAY_MS = 24 * 3600 * 1000


def send(user: User, **body: Any) -> None:
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", **body})


def pause(admin: User, user: User) -> None:
    admin.session.ask("POST", f"/api/admin/queues/{user.user_id}/pause")


def subjects(admin: User, query: str) -> list[str]:
    return [entry["subject"] for entry in admin.session.ask("GET", f"{AUDIT}?{query}")["entries"]]


def four_pages(admin: User, path: str, kind: str, cursor: str, field: str) -> list[list[Any]]:
    """Of two each. The next one is asked for by the cursor, with that field of the last entry."""
    pages, behind = list[list[Any]](), ""
    for _ in range(4):
        page = admin.session.ask("GET", f"{path}?limit=2{behind}")[kind]
        pages.append(page)
        behind = f"&{cursor}={page[-1][field]}" if page else ""
    return pages


def test_the_numbers_of_all_queues_are_added_up(service: Service, admin: User) -> None:
    busy, *paused, halted, gone = [service.sign_up() for _ in range(5)]
    for user in paused:
        user.session.ask("POST", "/api/queue/pause")
    for user, bodies in ((busy, [{}, {}]), (halted, [{}, HALTS, {}]), (gone, [{}])):
        for body in bodies:
            send(user, **body)
    busy.session.ask("POST", "/api/queue/requests/2/cancel")
    service.work()
    send(busy)
    send(paused[0])
    gone.session.sign_out()

    stats = admin.session.ask("GET", STATS)

    assert stats == {
        "queues": {"open": 2, "paused": 2, "halted": 1, "held": 0, "closed": 1},
        "users_with_work": 3,
        "waiting": 4,
        "counts": {"succeeded": 3, "failed": 0, "cancelled": 1, "expired": 0},
        "sessions": 6,  # the administrator has two
        "complete": True,
    }


def test_the_queues_come_in_pages_with_each_of_them_on_one(service: Service, admin: User, user: User) -> None:
    others = [service.sign_up() for _ in range(3)]

    pages = four_pages(admin, "/api/admin/queues", "queues", "after", "user_id")

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert Counter(queue["user_id"] for page in pages for queue in page) == Counter(
        person.user_id for person in (admin, user, *others)
    )


def test_a_filtered_list_says_where_to_go_on_though_nothing_was_found(service: Service, admin: User) -> None:
    identity = service.container.identity
    identity.administration = replace(identity.administration, longest_scan=2)
    *_, paused = [service.sign_up() for _ in range(5)]
    paused.session.ask("POST", "/api/queue/pause")

    found, after, looks = list[str](), "", 0
    while looks == 0 or after:
        page = admin.session.ask("GET", f"/api/admin/queues?state=paused{after}")
        found += [queue["user_id"] for queue in page["queues"]]
        after, looks = f"&after={page['next']}" if page["next"] else "", looks + 1
        assert looks <= 4

    assert (found, looks) == ([paused.user_id], 4)


def test_the_audit_log_shows_what_was_done_by_whom_to_whom_and_when(
    service: Service, admin: User, user: User
) -> None:
    service.clock.advance(1_500)
    pause(admin, user)

    [entry] = admin.session.ask("GET", AUDIT)["entries"]

    assert entry.pop("entry_id").startswith(f"{service.clock.now():015d}-")
    assert entry == {
        "at": "2027-01-15T08:00:01.500Z",
        "actor": admin.username,
        "action": "pause queue",
        "subject": user.user_id,
        "actor_id": admin.user_id,
        "subject_id": user.user_id,
    }


def test_the_audit_log_is_read_by_the_month_and_is_that_of_this_month_unless_another_is_named(
    service: Service, admin: User, user: User
) -> None:
    pause(admin, user)
    service.clock.advance(DAY_MS * 13)
    admin = service.make_admin(admin)
    service.clock.advance(DAY_MS * 4)
    later = service.sign_up()
    pause(admin, later)

    assert subjects(admin, "") == subjects(admin, "month=2027-02") == [later.user_id]
    assert subjects(admin, "month=2027-01") == [user.user_id]
    assert subjects(admin, "month=2026-12") == []


def test_the_audit_log_is_read_by_the_user_whom_entries_are_about(
    service: Service, admin: User, user: User
) -> None:
    pause(admin, user)
    pause(admin, service.sign_up())
    service.clock.advance(DAY_MS * 31)
    admin = service.make_admin(admin)
    admin.session.ask("POST", f"/api/admin/accounts/{user.username}/disable")

    found = admin.session.ask("GET", f"{AUDIT}?user={user.user_id}")

    assert [entry["action"] for entry in found["entries"]] == ["disable account", "pause queue"]
    assert found["next"] is None
    assert len(subjects(admin, f"user={user.user_id}&limit=1")) == 1
    in_month = [admin.session.ask("GET", f"{AUDIT}?user={user.user_id}&month=2027-0{n}") for n in (1, 2, 3)]
    actions = [[entry["action"] for entry in found["entries"]] for found in in_month]
    assert actions == [["pause queue"], ["disable account"], []]


def test_the_audit_log_comes_in_pages_the_newest_entry_first(service: Service, admin: User) -> None:
    users = [service.sign_up() for _ in range(5)]
    for user in users:
        service.clock.advance(1_000)
        pause(admin, user)

    pages = four_pages(admin, AUDIT, "entries", "before", "entry_id")

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [entry["subject"] for page in pages for entry in page] == [
        user.user_id for user in reversed(users)
    ]
