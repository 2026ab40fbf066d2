"""What a person's choices teach, and runs that are undone as a whole."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ReconciliationCommon


@tagged("post_install", "-at_install")
class TestLearning(ReconciliationCommon):
    def pay(self, amount, name="Müller & Töchter Beteiligungs GmbH", **values):
        return self.say_and_match("Danke", amount, partner_name=name, **values)

    def aliases(self):
        return (
            self.env["account.match.alias"]
            .with_context(active_test=False)
            .search([("company_id", "=", self.company.id)])
        )

    # === Payers === #

    def test_accepted_payer_is_known_the_next_time(self):
        self.owe(100.0)
        line = self.pay(100.0)
        self.assertUntouched(line)
        self.proposals(line).action_accept()
        alias = self.aliases()
        self.assertEqual(alias.partner_id, self.partner)
        self.assertEqual(alias.learned_from_id, line)
        invoice = self.owe(70.0)
        self.owe(70.0, partner=self.other_partner)
        again = self.pay(70.0, name="MUELLER")
        self.assertUntouched(again)
        again = self.pay(70.0, name="Toechter GmbH")
        self.assertUntouched(again)
        again = self.pay(70.0)
        self.assertMatchedWith(again, invoice)
        self.assertIn("is known as", again.match_ids.evidence_text)

    def test_undone_is_not_used_any_more(self):
        self.owe(100.0)
        line = self.pay(100.0)
        self.proposals(line).action_accept()
        line.match_ids.action_undo()
        alias = self.aliases()
        self.assertFalse(alias.active)
        self.assertEqual((alias.confirmed, alias.undone), (1, 1))
        self.owe(70.0)
        self.assertUntouched(self.pay(70.0))
        alias.active = True
        self.assertTrue(self.pay(100.0, name=alias.shown).match_ids)

    def test_a_name_of_two_partners_tells_nothing(self):
        for partner in (self.partner, self.other_partner):
            self.owe(100.0, partner=partner)
            line = self.pay(100.0)
            match = self.proposals(line).filtered(
                lambda each, p=partner: each.partner_id == p
            )
            match.action_accept()
        self.assertEqual(len(self.aliases()), 2)
        self.owe(70.0)
        self.assertUntouched(self.pay(70.0))

    def test_of_customers_who_become_one_all_is_known(self):
        """What both were known by, and what only one was."""
        for partner, name in (
            (self.partner, "Shared Name"),
            (self.other_partner, "Shared Name"),
            (self.other_partner, "Other Name"),
        ):
            line = self.say_bank("Danke", 1.0, partner_name=name)
            self.env["account.match.alias"]._learn(line, partner)
        self.assertEqual(len(self.aliases()), 3)
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((self.partner | self.other_partner).ids, self.partner)
        self.env.invalidate_all()
        found = self.aliases().sorted("value")
        self.assertEqual(found.mapped("shown"), ["Other Name", "Shared Name"])
        self.assertEqual(found.mapped("confirmed"), [1, 2])
        self.assertEqual(found.partner_id, self.partner)

    def test_bank_account_is_learned(self):
        self.owe(100.0)
        line = self.pay(100.0, name=False, account_number="BE71 0961 2345 6769")
        self.proposals(line).action_accept()
        self.assertEqual(self.aliases().kind, "account")
        invoice = self.owe(70.0)
        again = self.pay(70.0, name=False, account_number="be71096123456769")
        self.assertMatchedWith(again, invoice)

    def test_what_the_engine_posts_teaches_nothing(self):
        invoice = self.owe(100.0)
        self.assertMatchedWith(
            self.say_and_match(invoice.name, 100.0, partner_name="Somebody New Ltd"),
            invoice,
        )
        self.assertFalse(self.aliases())

    def test_rights(self):
        clerk = new_test_user(self.env, "clerk", groups="account.group_account_invoice")
        alias = (
            self.env["account.match.alias"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "kind": "name",
                    "value": "X",
                    "shown": "X",
                    "partner_id": self.partner.id,
                }
            )
        )
        self.assertTrue(alias.with_user(clerk).with_company(self.company).kind)
        with self.assertRaises(AccessError):
            alias.with_user(clerk).unlink()

    # === Weights === #

    def test_evidence_that_misled_counts_less(self):
        for amount in (10.0, 20.0, 30.0):
            invoice = self.owe(amount)
            self.say_and_match(invoice.name, amount).match_ids.action_undo()
        Weight = self.env["account.match.weight"].sudo()
        Weight._cron_learn()
        weight = Weight.search(
            [("company_id", "=", self.company.id), ("kind", "=", "number")]
        )
        self.assertEqual((weight.stood, weight.taken_back), (0, 3))
        self.assertAlmostEqual(weight.shift, -2.0)
        invoice = self.owe(44.0)
        line = self.say_and_match(invoice.name, 44.0)
        learned = line.match_ids.score
        weight.action_forget()
        Weight._cron_learn()
        self.assertEqual((weight.taken_back, weight.shift), (0, 0.0))
        line.match_ids.action_undo()
        self.match(line)
        self.assertAlmostEqual(line.match_ids[:1].score - learned, 2.0, delta=0.2)

    # === Runs === #

    def test_a_run_is_undone_as_a_whole(self):
        invoices = [self.owe(amount) for amount in (10.0, 20.0, 30.0)]
        lines = self.env["account.bank.statement.line"]
        for invoice in invoices:
            lines |= self.say_bank(invoice.name, invoice.amount_total)
        lines.action_match()
        log = lines.match_ids.log_id
        self.assertEqual((log.looked_at, log.posted, log.state), (3, 3, "done"))
        log.action_undo()
        self.assertEqual((log.posted, log.undone), (0, 3))
        for line in lines:
            self.assertUntouched(line)
        lines.action_match()
        for line in lines:
            self.assertUntouched(line)

    def test_a_run_that_does_nothing_leaves_no_record(self):
        before = self.env["account.match.log"].search_count([])
        self.say_bank("nothing", 1.0).action_match()
        self.assertEqual(self.env["account.match.log"].search_count([]), before)

    def test_a_stopped_run(self):
        log = self.env["account.match.log"]._begin("job")
        log.action_stop()
        self.assertTrue(log._is_stopped())
        log._end()
        self.assertEqual(log.state, "stopped")
