"""Workers and writers at once, each in a database transaction of its own."""

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL

FAR = ("2199-01-01", "2199-01-02", "2199-01-03")


@tagged("post_install", "-at_install")
class TestRollupWorkers(BaseCase):
    """Days far ahead, without payments: committed, and taken away again."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self._clean)
        self._clean()
        with self.registry.cursor() as cr:
            cr.execute("SELECT id FROM res_company ORDER BY id LIMIT 1")
            [self.company] = cr.fetchone()
        self.mark(*FAR)

    def _clean(self):
        with self.registry.cursor() as cr:
            for table in ("dirty", "day"):
                name = SQL.identifier(f"payment_rollup_{table}")
                cr.execute(SQL("DELETE FROM %s WHERE day >= '2199-01-01'", name))

    def mark(self, *days):
        with self.registry.cursor() as cr:
            for day in days:
                cr.execute(
                    "INSERT INTO payment_rollup_dirty (company_id, day)"
                    " VALUES (%s, %s)",
                    (self.company, day),
                )

    def worker(self):
        """Return the job's model in a transaction of its own."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})["payment.rollup.day"]

    def marked(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT DISTINCT day::text FROM payment_rollup_dirty"
                " WHERE day >= '2199-01-01' ORDER BY day"
            )
            return [day for (day,) in cr.fetchall()]

    def test_two_workers_take_different_days(self):
        """The second passes over what the first has at hand, and waits for nobody."""
        preparing = self.worker()
        preparing._claim(0)
        preparing.env.cr.commit()
        first, second = self.worker(), self.worker()
        mine = first._claim(2)
        theirs = second._claim(1)
        self.assertEqual([str(each.day) for each in mine], [FAR[2], FAR[1]])
        self.assertEqual([str(each.day) for each in theirs], [FAR[0]])
        second.env.cr.commit()
        first.env.cr.commit()
        self.assertEqual(self.marked(), [])

    def test_a_payment_during_the_computation_is_computed_again(self):
        """Its mark commits while the day is computed without it: the mark stays."""
        worker = self.worker()
        worker._rebuild(3)
        self.mark(FAR[1])
        worker.env.cr.commit()
        self.assertEqual(self.marked(), [FAR[1]])

    def test_an_old_snapshot_cannot_store_a_day_twice(self):
        """Who saw the data before another's result fails, and starts over."""
        self.mark(FAR[0])
        first, late = self.worker(), self.worker()
        late.env.cr.execute("SELECT 1")  # its snapshot
        first._rebuild(3)
        first.env.cr.commit()
        with self.assertRaises(psycopg2.OperationalError):
            late._claim(3)
        late.env.cr.rollback()
        self.assertEqual(late._rebuild(3), 0)

    def test_a_job_that_is_killed_loses_nothing(self):
        worker = self.worker()
        worker._rebuild(2)
        worker.env.cr.rollback()
        self.assertEqual(self.marked(), list(FAR))
