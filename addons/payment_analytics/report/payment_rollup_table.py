from odoo import fields, models
from odoo.tools import SQL, sql


class PaymentRollupTable(models.AbstractModel):
    """A plain table that only the rollup's job writes, whole days at a time.

    It is made here and not by the ORM, since what is read (amounts in the currency of
    the company at hand, ratios) is more than what is stored, and since a million rows
    need few foreign keys: a day is computed anew when what it refers to changes.
    """

    _name = "payment.rollup.table"
    _description = "Table of the Payment Rollup"

    # Names of the columns that are stored.
    _stored = ()
    # {column: table}: deleted with what they refer to, and followed when it is merged.
    _references = {}

    customer_user_id = fields.Many2one(
        "res.users", "Salesperson of the Customer", readonly=True
    )
    entity_user_id = fields.Many2one(
        "res.users", "Salesperson of the Customer Entity", readonly=True
    )

    def init(self):
        """Make the table, or add the columns that it lacks."""
        super().init()
        if not self._stored:
            return
        cr = self.env.cr
        if not sql.table_exists(cr, self._table):
            sql.create_model_table(cr, self._table, self._description)
        known = sql.table_columns(cr, self._table)
        for name in sorted(self._stored, key=self._width):
            if name not in known:
                sql.create_column(
                    cr, self._table, name, self._fields[name].column_type[1]
                )
                if other := self._references.get(name):
                    sql.add_foreign_key(cr, self._table, name, other, "id", "cascade")
        # By day, and by what rows refer to: to show its own, or to delete them with it.
        for key in ("company_id", *self._references):
            index = f"{self._table}_{key.removesuffix('_id')}_day_idx"
            sql.create_index(cr, index, self._table, [key, "day"])

    def _width(self, name):
        """Sort columns: those of fixed width first, text last.

        PostgreSQL walks to a column over all before it, fast only while their widths
        are fixed. A year is summed up in half the time so.
        """
        kind = self._fields[name].column_type[0]
        return (kind == "varchar", kind == "numeric")

    def _replace(self, buckets, query):
        """Store the rows of ``query`` in place of those of whole days.

        :param buckets: payment.rollup.day
        :param SQL query: its columns are those of ``_stored``, in that order
        :return: number of rows stored
        """
        self._clear(buckets)
        self.env.cr.execute(self._insert(query))
        return self.env.cr.rowcount

    def _clear(self, buckets):
        """Delete the rows of whole days."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s stored USING payment_rollup_day bucket"
                " WHERE bucket.id = ANY(%s) AND stored.company_id = bucket.company_id"
                " AND stored.day = bucket.day",
                SQL.identifier(self._table),
                buckets.ids,
            )
        )

    def _insert(self, query):
        """Return the statement that stores the rows of a query."""
        columns = SQL(", ").join(SQL.identifier(name) for name in self._stored)
        return SQL(
            "INSERT INTO %s (%s) %s", SQL.identifier(self._table), columns, query
        )
