"""Many rows made by SQL from one that Odoo made."""


def copy_rows(cr, record, source, values):
    """Copy a record's row once per row ``x`` of a table.

    :param record: one record, flushed
    :param str source: name of the table of ``x``
    :param dict values: {column: SQL text} of what differs
    """
    table = record._table
    cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    columns = [name for (name,) in cr.fetchall()]
    default = {"id": f"nextval('{table}_id_seq')"}
    picked = [
        values.get(name) or default.get(name) or f'kept."{name}"' for name in columns
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    cr.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(picked)}"
        f" FROM {table} kept, {source} x WHERE kept.id = %s",
        [record.id],
    )


class WithoutIndexes:
    """Fill tables fast: their plain indexes are made again at the end.

    Foreign keys are not checked meanwhile, so that this is for databases that are
    thrown away.
    """

    def __init__(self, cr, *tables):
        self.cr, self.tables, self.definitions = cr, tables, []

    def __enter__(self):
        self.cr.execute("SET LOCAL session_replication_role = replica")
        self.cr.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND schemaname = current_schema AND indexdef NOT LIKE 'CREATE UNIQUE%%'",
            [list(self.tables)],
        )
        for name, definition in self.cr.fetchall():
            self.definitions.append(definition)
            self.cr.execute(f'DROP INDEX "{name}"')
        return self

    def __exit__(self, *failure):
        if not any(failure):
            for definition in self.definitions:
                self.cr.execute(definition)
