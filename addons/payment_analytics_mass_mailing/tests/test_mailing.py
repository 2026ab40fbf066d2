"""Mailings to a segment reach its customers and nobody else."""

from ast import literal_eval

from odoo.tests import TransactionCase, tagged

from odoo.addons.payment_analytics.metrics import rfm


@tagged("post_install", "-at_install")
class TestMailing(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.env["res.partner"]
        cls.firm, cls.lost, cls.silent = Partner.create(
            [
                {"name": "Larch", "is_company": True, "email": "firm@example.com"},
                {"name": "Birch", "email": "lost@example.com"},
                {"name": "Oak"},
            ]
        )
        cls.contact = Partner.create(
            {"name": "Ada", "parent_id": cls.firm.id, "email": "ada@example.com"}
        )
        cls.known = cls.env["payment.customer.snapshot"].create(
            [
                {
                    "company_id": cls.env.company.id,
                    "partner_id": partner.id,
                    "segment": segment,
                }
                for partner, segment in (
                    (cls.firm, "champion"),
                    (cls.lost, "lost"),
                    (cls.silent, "champion"),
                )
            ]
        )

    def mailing(self, **values):
        return self.env["mailing.mailing"].create({"subject": "Thank you", **values})

    def test_favourite_of_a_segment(self):
        """As the job that sends it looks them up, who is no one in particular."""
        found = self.env.ref("payment_analytics_mass_mailing.mailing_filter_champion")
        mailing = self.mailing(
            mailing_model_id=found.mailing_model_id.id,
            mailing_domain=found.mailing_domain,
        )
        self.assertEqual(
            set(mailing._get_recipients()), set((self.firm | self.contact).ids)
        )
        self.known[0].segment = "lost"
        self.assertFalse(mailing._get_recipients())

    def test_every_segment_has_one(self):
        for segment in rfm.SEGMENTS:
            name = f"payment_analytics_mass_mailing.mailing_filter_{segment}"
            domain = literal_eval(self.env.ref(name).mailing_domain)
            self.assertIn(("payment_segment", "=", segment), domain)

    def test_mailing_to_the_ticked(self):
        action = self.known[1:].action_write_mailing()
        mailing = (
            self.env["mailing.mailing"]
            .with_context(**action["context"])
            .create({"subject": "We miss you"})
        )
        self.assertEqual(mailing._get_recipients(), self.lost.ids)
        self.assertEqual(mailing.mailing_model_real, "res.partner")
