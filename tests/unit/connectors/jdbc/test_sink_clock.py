"""Fields of timestamp.fields.list as instants; expected values are those of the original on MariaDB."""

from datetime import UTC

import pytest

from connect_core.connectors.jdbc.sink_values import Clock


@pytest.mark.parametrize(
    ("nanos", "text"),
    [
        (-1, "1970-01-01T00:00:00+00:00"),
        (-501, "1969-12-31T23:59:59.999999+00:00"),
        (1709251199123456499, "2024-02-29T23:59:59.123456+00:00"),
        (1709251199123456500, "2024-02-29T23:59:59.123457+00:00"),
    ],
)
def test_nanoseconds_are_rounded(nanos: int, text: str) -> None:
    assert Clock(UTC, UTC, nanos=True).instant(nanos).isoformat() == text
    assert Clock(UTC, UTC, nanos=True).instant(str(nanos)).isoformat() == text
