"""Open boards hear that payments changed: one ping for a burst, and no figure."""

from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.payment_analytics.models import payment_live


@tagged("post_install", "-at_install")
class TestLive(TransactionCase):
    def setUp(self):
        super().setUp()
        self.time = 100.0
        self.company = self.env.company
        self.sent = []
        clock = patch.object(payment_live.time, "monotonic", lambda: self.time)
        clock.start()
        self.addCleanup(clock.stop)
        self.patch(payment_live, "_pinged", {})
        bus = type(self.env["bus.bus"])
        self.patch(bus, "_sendone", lambda _bus, *message: self.sent.append(message))
        self.env.cr.postcommit.clear()

    def commit(self):
        """Run what a commit runs; return the pings that it sends."""
        self.sent.clear()
        self.env.cr.postcommit.run()
        return [*self.sent]

    def change(self):
        """A payment changes in the company."""
        self.env["payment.live"]._changed(self.company)

    def test_a_ping_tells_no_figure(self):
        self.change()
        [(channel, kind, payload)] = self.commit()
        self.assertEqual(channel, (self.company, payment_live.CHANNEL))
        self.assertEqual(kind, payment_live.CHANGED)
        self.assertEqual(payload, {"company": self.company.id, "pause": 3})

    def test_a_burst_is_one_ping(self):
        self.change()
        self.change()
        self.assertEqual(len(self.commit()), 1)
        self.time += 1
        self.change()
        self.assertEqual(self.commit(), [])
        self.time += 3
        self.change()
        self.assertEqual(len(self.commit()), 1)

    def test_what_failed_tells_nobody(self):
        """A transaction that was rolled back: the next one is told of."""
        self.change()
        self.env.cr.postcommit.clear()  # as a rollback does
        self.assertEqual(self.commit(), [])
        self.change()
        self.assertEqual(len(self.commit()), 1)

    def test_who_hears(self):
        """Members of the companies who may see payments, and nobody else."""
        websocket = self.env["ir.websocket"]
        reader = (
            self.env["res.users"]
            .sudo()
            .create(
                {
                    "name": "Reader",
                    "login": "live_reader",
                    "company_id": self.company.id,
                    "company_ids": [(6, 0, self.company.ids)],
                    "group_ids": [
                        (
                            6,
                            0,
                            [self.env.ref("integrated_payments.group_payment_user").id],
                        )
                    ],
                }
            )
        )
        other = reader.copy({"login": "live_other"})
        other.group_ids = self.env.ref("base.group_user")
        mine = (self.company, payment_live.CHANNEL)

        def channels(user):
            request = type("Request", (), {"session": type("S", (), {"uid": user.id})})
            module = "odoo.addons.bus.models.ir_websocket"
            with (
                patch(f"{module}.wsrequest", request),
                patch(f"{module}.request", None),
            ):
                return websocket.with_user(user)._build_bus_channel_list([])

        self.assertIn(mine, channels(reader))
        self.assertNotIn(mine, channels(other))
