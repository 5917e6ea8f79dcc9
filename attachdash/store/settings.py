"""The practice's own settings, by name."""

from attachdash.store.engine import Cursor


def everything(cursor: Cursor, site_id: int) -> dict[str, str]:
    """All settings that were ever set."""
    return {
        str(name): str(body)
        for name, body in cursor.rows("SELECT name, body FROM setting WHERE site_id = $1", site_id)
    }


def put(cursor: Cursor, site_id: int, name: str, body: str) -> None:
    """Set one."""
    cursor.run(
        "INSERT INTO setting (site_id, name, body) VALUES ($1, $2, $3) "
        "ON CONFLICT (site_id, name) DO UPDATE SET body = excluded.body",
        site_id,
        name,
        body,
    )
