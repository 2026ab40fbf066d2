"""The report tells each channel, and counts a refund with the way it was paid."""

from odoo.tests import tagged

from .common import AnalyticsCommon

WAYS = {
    "online": {},
    "link": {"came_by": "link"},
    "mobile": {"came_by": "mobile"},
    "saved": {"operation": "offline"},
    "terminal": {"outside_channel": "terminal"},
    "dashboard": {"outside_channel": "dashboard"},
}


@tagged("post_install", "-at_install")
class TestReportChannels(AnalyticsCommon):
    def test_each_channel_is_a_group(self):
        for number, values in enumerate(WAYS.values(), 1):
            self.pay(number * 100, **values)
        groups = self.report._read_group(
            [("id", "not in", self.before)], ["channel"], ["gross:sum"]
        )
        self.assertEqual(
            {channel: gross for channel, gross in groups},
            {channel: number * 100 for number, channel in enumerate(WAYS, 1)},
        )
        labels = dict(self.report._fields["channel"]._description_selection(self.env))
        self.assertEqual(labels["mobile"], "Mobile (QR Code)")

    def test_a_refund_counts_with_its_payment(self):
        payment = self.pay(100, came_by="mobile")
        child = self.refund(payment, 40)
        self.assertEqual(child.channel, "refund")
        self.assertEqual(self.rows(("id", "=", child.id)).channel, "mobile")
