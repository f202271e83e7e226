"""What DynamoDB bills for a call, by examples worked out by hand from its rules."""

from typing import Any

import pytest

from benchmarks.units import Index, indexes, read, size, written

KEY: dict[str, Any] = {"pk": {"S": "a"}, "sk": {"S": "b"}}
BY_TIME = Index("by-time", ("due", "dueAt"), frozenset())
BY_USER = Index("by-user", ("user",), frozenset({"status"}))


@pytest.mark.parametrize(
    ("value", "bytes_"),
    [
        ({"S": "\u00e9t\u00e9"}, 5),
        ({"N": "12345"}, 4),
        ({"N": "100"}, 2),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"L": [{"S": "ab"}, {"N": "1"}]}, 3 + 1 + 2 + 1 + 2),
        ({"M": {"ab": {"S": "c"}}}, 3 + 1 + 2 + 1),
        ({"SS": ["ab", "c"]}, 3),
    ],
)
def test_an_items_size_is_of_names_and_values(value: dict[str, Any], bytes_: int) -> None:
    assert size({"name": value}) == 4 + bytes_


def item(bytes_: int, **others: str) -> dict[str, Any]:
    """An item of so many bytes beside its others."""
    return KEY | {"x": {"S": "x" * (bytes_ - 7)}} | {name: {"S": value} for name, value in others.items()}


def test_a_write_is_a_unit_for_each_kilobyte_of_the_larger_item() -> None:
    assert size(item(1024)) == 1024
    assert written(None, item(1024), [], transaction=False) == {"table": 1}
    assert written(item(3000), item(10), [], transaction=False) == {"table": 3}
    assert written(item(1025), None, [], transaction=True) == {"table": 4}
    # A condition on what is not there.
    assert written(None, None, [], transaction=True) == {"table": 2}


def test_an_index_is_written_where_its_entry_changes_and_twice_where_it_moves() -> None:
    due, later = item(10, due="1", dueAt="2"), item(10, due="1", dueAt="3")
    every = [BY_TIME, BY_USER]
    assert written(None, due, every, transaction=True) == {"table": 2, "by-time": 1}
    assert written(due, later, every, transaction=True) == {"table": 2, "by-time": 2}
    assert written(due, item(10), every, transaction=True) == {"table": 2, "by-time": 1}
    assert written(due, due | {"status": {"S": "sent"}}, every, transaction=True) == {"table": 2}
    users = [item(10, user="u", status=status) for status in ("accepted", "sent")]
    assert written(users[0], users[1], every, transaction=False) == {"table": 1, "by-user": 1}


def test_a_read_is_a_unit_for_4_kilobytes_of_all_items_and_half_of_one_where_it_need_not_be_the_latest() -> None:
    assert read([], latest=True) == 1
    assert read([item(4096)], latest=True) == 1
    assert read([item(3000), item(3000)], latest=True) == 2
    assert read([item(3000), item(3000)], latest=False) == 1


def test_a_tables_indexes_are_read_from_its_template() -> None:
    keys = [{"AttributeName": "user", "KeyType": "HASH"}]
    projections = [
        {"ProjectionType": "KEYS_ONLY"},
        {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status"]},
        {"ProjectionType": "ALL"},
    ]
    found = indexes(
        {
            "GlobalSecondaryIndexes": [
                {"IndexName": str(n), "KeySchema": keys, "Projection": each} for n, each in enumerate(projections)
            ]
        }
    )
    others = [frozenset(), frozenset({"status"}), None]
    assert found == [Index(str(n), ("user",), each) for n, each in enumerate(others)]
