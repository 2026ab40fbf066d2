"""The original of a file: kept, and no way to somebody else's attachment."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ImportCommon, camt, entry


@tagged("post_install", "-at_install")
class TestOriginals(ImportCommon):
    def setUp(self):
        super().setUp()
        self.secret = self.env["ir.attachment"].create(
            {
                "name": "salaries.txt",
                "raw": b"secret",
                "res_model": "res.company",
                "res_id": self.company.id,
            }
        )

    def test_take_back_keeps_the_original(self):
        result = self.say_file(camt(entry(9, "A", "B1")))
        original = result.attachment_id
        result.with_user(self.accountant).action_take_back()
        self.assertEqual(
            (original.res_model, original.res_id), (result._name, result.id)
        )

    def test_take_back_binds_no_other_attachment(self):
        result = self.say_file(camt(entry(9, "A", "B1")))
        result.sudo().attachment_id = self.secret
        result.with_user(self.accountant).action_take_back()
        self.assertEqual(result.state, "taken_back")
        self.secret.invalidate_recordset()
        self.assertEqual(
            (self.secret.res_model, self.secret.res_id),
            ("res.company", self.company.id),
        )

    def test_nobody_writes_what_the_import_did(self):
        """Take Back and Try Again act on it with more rights than a person has."""
        result = self.say_file(camt(entry(9, "A", "B1"))).with_user(self.accountant)
        with self.assertRaises(AccessError):
            result.write({"attachment_id": self.secret.id})
        with self.assertRaises(AccessError):
            result.create(
                {
                    "name": "made up",
                    "company_id": self.company.id,
                    "attachment_id": self.secret.id,
                    "state": "failed",
                }
            )
        result.message_post(body="Asked the bank.")  # a note is welcome

    def test_who_only_reads_takes_nothing_back(self):
        result = self.say_file(camt(entry(9, "A", "B1")))
        reader = new_test_user(
            self.env,
            "reader",
            "account.group_account_readonly",
            company_ids=[(6, 0, self.company.ids)],
            company_id=self.company.id,
        )
        for action in ("action_take_back", "action_retry"):
            with self.assertRaises(AccessError):
                getattr(result.with_user(reader), action)()
        self.assertEqual(len(self.lines()), 1)
