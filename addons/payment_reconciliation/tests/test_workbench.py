"""The workbench's doors: what is shown, previewed, posted, undone; and who may."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ARRIVES, ReconciliationCommon

EVERY = []


class WorkbenchCommon(ReconciliationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fees = cls.make_account("Bank Fees", "600900", "expense")
        cls.vat = cls.env["account.tax"].create(
            {
                "name": "21%",
                "amount": 21.0,
                "type_tax_use": "purchase",
                "company_id": cls.company.id,
                "invoice_repartition_line_ids": cls.repartition(),
                "refund_repartition_line_ids": cls.repartition(),
            }
        )

    @classmethod
    def make_account(cls, name, code, kind):
        return cls.env["account.account"].create(
            {
                "name": name,
                "code": code,
                "account_type": kind,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )

    @classmethod
    def repartition(cls):
        vat = cls.company_data["default_account_tax_purchase"]
        return [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": vat.id}),
        ]

    def make_user(self, login, group):
        return new_test_user(
            self.env,
            login,
            groups=group,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def receivable(self, move):
        return move.line_ids.filtered(
            lambda item: (
                item.account_id.account_type
                in ("asset_receivable", "liability_payable")
            )
        )

    def item(self, move, amount=None, **more):
        """Return a part that pays the open item of ``move``."""
        item = self.receivable(move)
        return {"kind": "item", "id": item.id, "amount": amount, **more}

    def booked(self, line):
        """Return {account: balance} of all but the bank's own item."""
        liquidity, _suspense, _others = line._seek_for_lines()
        found = {}
        for item in line.move_id.line_ids - liquidity:
            found[item.account_id] = found.get(item.account_id, 0) + item.balance
        return {account: round(balance, 2) for account, balance in found.items()}

    def shown(self, rows):
        """Return [(account, debit, credit)] of rows on the screen."""
        return [(row["account"], row["debit"], row["credit"]) for row in rows]


@tagged("post_install", "-at_install")
class TestWorkbench(WorkbenchCommon):
    # === The list === #

    def test_lines_groups_and_progress(self):
        self.owe(100.0)
        self.say_bank("rent", -30.0)
        self.say_and_match("thank you", 100.0, partner_id=self.partner.id)
        self.say_and_match("who is it", 55.0, date="2026-02-03")
        domain = [("journal_id", "=", self.bank.id), ("is_reconciled", "=", False)]
        found = self.env["account.bank.statement.line"].workbench_lines(
            domain, "date:month"
        )
        self.assertTrue(found["may_act"])
        progress = found["progress"]
        self.assertEqual(progress["left"], len(found["lines"]))
        keys = [group["key"] for group in found["groups"]]
        self.assertEqual(keys[-1], "2026-03-01")
        by_label = {line["label"]: line for line in found["lines"]}
        self.assertEqual(by_label["who is it"]["group"], "2026-02-01")
        self.assertEqual(by_label["who is it"]["balance_text"], "$\xa055.00")
        self.assertEqual(by_label["rent"]["state"], "open")
        for groupby in ("journal_id", "partner_id", "statement_id", "currency_id"):
            found = self.env["account.bank.statement.line"].workbench_lines(
                domain, groupby
            )
            known = {group["key"] for group in found["groups"]}
            self.assertLessEqual({line["group"] for line in found["lines"]}, known)

    def test_chunks(self):
        lines = self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self.bank.id,
                    "date": ARRIVES,
                    "payment_ref": f"line {number}",
                    "amount": number + 1,
                }
                for number in range(7)
            ]
        )
        Line = self.env["account.bank.statement.line"]
        domain = [("journal_id", "=", self.bank.id)]
        seen, offset = [], 0
        while True:
            found = Line.workbench_lines(domain, None, offset, 3)
            seen += [line["id"] for line in found["lines"]]
            offset += 3
            if not found["more"]:
                break
        self.assertEqual(sorted(seen), lines.ids)
        self.assertEqual(len(seen), 7)

    def test_constant_queries(self):
        """As many queries for many lines as for some."""
        for number in range(12):
            self.owe(100.0 + number)
            self.say_bank("thanks", 100.0 + number, partner_id=self.partner.id)
        Line = self.env["account.bank.statement.line"]
        lines = Line.search([("journal_id", "=", self.bank.id)])
        lines._match("button", post=False)
        self.assertTrue(all(lines.mapped("best_match_id")))

        def queries(limit):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            Line.workbench_lines([("journal_id", "=", self.bank.id)], None, 0, limit)
            return self.cr.sql_log_count - before

        queries(2)
        self.assertEqual(queries(2), queries(12))

    # === Proposals === #

    def test_a_proposal_shows_what_it_posts_and_is_accepted(self):
        invoice = self.owe(100.0)
        line = self.say_bank("thank you", 100.0)
        other = self.say_bank("again", 100.0)
        (line | other)._match("button", post=False)
        detail = line.workbench_open()
        [match] = detail["matches"]
        self.assertFalse(match["problem"])
        self.assertTrue(match["evidence"])
        bank, counterpart = match["rows"]
        self.assertEqual(bank["debit"], "$\xa0100.00")
        self.assertEqual(counterpart["credit"], "$\xa0100.00")
        self.assertEqual(
            counterpart["account"], self.receivable(invoice).account_id.display_name
        )
        result = line.workbench_accept(match["id"], EVERY, other.id)
        self.assertMatchedWith(line, invoice, by="person")
        self.assertEqual(
            self.shown(match["rows"]), self.shown(line.workbench_open()["entry"])
        )
        self.assertEqual(result["next"]["id"], other.id)
        self.assertEqual(
            {row["id"]: row["proposals"] for row in result["rows"]},
            {line.id: 1, other.id: 0},
            "the other line's proposal is void",
        )

    def test_a_step_is_taken_back_and_a_match_is_undone(self):
        invoice = self.owe(100.0)
        line = self.say_bank("thank you", 100.0)
        line._match("button", post=False)
        match = self.proposals(line)
        line.workbench_accept(match.id, EVERY)
        line.workbench_undo(EVERY, True)
        self.assertUntouched(line)
        self.assertEqual(match.state, "proposed")
        self.assertNotIn("undone", match.held_by)
        line.workbench_accept(match.id, EVERY)
        line.workbench_undo(EVERY)
        self.assertUntouched(line)
        self.assertEqual(match.state, "undone")
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_rejected_and_restored(self):
        self.owe(100.0)
        line = self.say_bank("thank you", 100.0)
        line._match("button", post=False)
        match = self.proposals(line)
        result = line.workbench_reject(match.id, EVERY)
        self.assertEqual(result["rows"][0]["state"], "open")
        self.assertEqual(result["next"]["matches"][0]["state"], "rejected")
        line.workbench_restore(match.id, EVERY)
        self.assertEqual(match.state, "proposed")

    def test_a_proposal_that_is_gone(self):
        invoice = self.owe(100.0)
        line = self.say_bank("thank you", 100.0)
        other = self.say_bank("again", 100.0)
        (line | other)._match("button", post=False)
        match = self.proposals(line)
        other.workbench_accept(self.proposals(other).id, EVERY)
        with self.assertRaisesRegex(UserError, "gone"):
            line.workbench_accept(match.id, EVERY)
        with self.assertRaisesRegex(UserError, "not open any more"):
            line.workbench_post([self.item(invoice)], EVERY)
        with self.assertRaisesRegex(UserError, "matched already"):
            other.workbench_post([self.item(invoice)], EVERY)
        self.assertUntouched(line)

    def test_somebody_works_on_it(self):
        invoice = self.owe(100.0)
        line = self.say_bank("thank you", 100.0)
        Item = type(self.env["account.move.line"])
        nothing = self.env["account.move.line"]
        with patch.object(Item, "try_lock_for_update", lambda *_a, **_k: nothing):
            with self.assertRaisesRegex(UserError, "Somebody works"):
                line.workbench_post([self.item(invoice)], EVERY)
        self.assertUntouched(line)

    # === Put together by hand === #

    def test_an_item_is_chosen_once(self):
        """Twice the same item would leave the second part open, unseen."""
        invoice = self.owe(100.0)
        line = self.say_bank("thanks", 200.0)
        twice = [self.item(invoice), self.item(invoice)]
        self.assertIn("twice", line.workbench_preview(twice)["problem"])
        with self.assertRaisesRegex(UserError, "twice"):
            line.workbench_post(twice, EVERY)
        self.assertUntouched(line)
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_several_items_the_last_in_part(self):
        first, second = self.owe(60.0), self.owe(100.0)
        line = self.say_bank("both", 100.0)
        parts = [self.item(first), self.item(second)]
        preview = line.workbench_preview(parts)
        self.assertEqual([part["amount"] for part in preview["parts"]], [60.0, 40.0])
        self.assertEqual(preview["parts"][1]["stays_text"], "$\xa060.00")
        self.assertEqual(preview["left"], 0)
        line.workbench_post(preview["parts"], EVERY)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(first.payment_state, "paid")
        self.assertEqual(second.payment_state, "partial")
        self.assertEqual(second.amount_residual, 60.0)
        self.assertEqual(
            self.shown(preview["rows"]), self.shown(line.workbench_open()["entry"])
        )
        match = line.match_ids
        self.assertEqual(match.state, "posted")
        self.assertEqual(match.origin, "person")
        self.assertEqual(match.how, "chosen")
        self.assertEqual(line.partner_id, self.partner)
        line.workbench_undo(EVERY)
        self.assertUntouched(line)
        self.assertFalse(line.partner_id, "the partner came from the items")
        self.assertEqual(second.amount_residual, 100.0)

    def test_more_than_is_open_is_refused(self):
        invoice = self.owe(60.0)
        line = self.say_bank("too much", 100.0)
        preview = line.workbench_preview([self.item(invoice, 100.0)])
        self.assertIn("60.00", preview["problem"])
        preview = line.workbench_preview([self.item(invoice, -10.0)])
        self.assertTrue(preview["problem"])
        preview = line.workbench_preview([self.item(invoice)])
        self.assertEqual(preview["left"], 40.0)
        self.assertEqual(preview["rows"][-1]["credit"], "$\xa040.00")
        self.assertTrue(preview["rows"][-1]["is_left"])
        with self.assertRaisesRegex(UserError, "40.00 is left"):
            line.workbench_post(preview["parts"], EVERY)
        self.assertUntouched(line)

    def test_the_rest_stays_open_on_the_partner(self):
        invoice = self.owe(60.0)
        line = self.say_bank("too much", 100.0)
        rest = {"kind": "partner", "id": self.partner.id}
        preview = line.workbench_preview([self.item(invoice), rest])
        self.assertEqual(preview["left"], 0)
        line.workbench_post(preview["parts"], EVERY)
        self.assertEqual(invoice.payment_state, "paid")
        receivable = self.receivable(invoice).account_id
        self.assertEqual(self.booked(line), {receivable: -100.0})
        open_item = line.line_ids.filtered(
            lambda each: each.account_id == receivable and each.amount_residual
        )
        self.assertEqual(open_item.amount_residual, -40.0)

    def test_money_out_is_left_open_on_a_vendor(self):
        line = self.say_bank("advance", -80.0)
        part = {"kind": "partner", "id": self.other_partner.id}
        line.workbench_post([part], EVERY)
        payable = self.other_partner.property_account_payable_id
        self.assertEqual(self.booked(line), {payable: 80.0})
        self.assertFalse(line.match_ids)
        line.workbench_undo(EVERY)
        self.assertUntouched(line)

    def test_a_write_off_of_what_a_document_lacks(self):
        invoice = self.owe(100.0)
        line = self.say_bank(f"{invoice.name} less fee", 97.0)
        parts = [self.item(invoice, 100.0), {"kind": "account", "id": self.fees.id}]
        preview = line.workbench_preview(parts)
        self.assertEqual([part["amount"] for part in preview["parts"]], [100.0, -3.0])
        line.workbench_post(preview["parts"], EVERY)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.booked(line)[self.fees], 3.0)

    def test_a_write_off_with_tax(self):
        line = self.say_bank("bank charges", -12.1)
        part = {
            "kind": "account",
            "id": self.fees.id,
            "taxes": self.vat.ids,
            "label": "Charges of March",
        }
        preview = line.workbench_preview([part])
        self.assertEqual(preview["left"], 0)
        self.assertTrue(preview["rows"][-1]["is_tax"])
        line.workbench_post([part], EVERY)
        vat = self.company_data["default_account_tax_purchase"]
        self.assertEqual(self.booked(line), {self.fees: 10.0, vat: 2.1})
        base = line.line_ids.filtered("tax_ids")
        self.assertEqual(base.name, "Charges of March")
        self.assertFalse(line.match_ids, "habits are read from what has no match")

    def test_a_split_over_accounts(self):
        line = self.say_bank("rent and power", -100.0)
        power = self.make_account("Power", "600910", "expense")
        parts = [
            {"kind": "account", "id": self.fees.id, "amount": -70.0},
            {"kind": "account", "id": power.id},
        ]
        line.workbench_post(parts, EVERY)
        self.assertEqual(self.booked(line), {self.fees: 70.0, power: 30.0})

    def test_what_was_allocated_in_part_elsewhere(self):
        """Another screen left something on suspense: it is shown, and undone."""
        line = self.say_bank("half", 100.0)
        _liquidity, suspense, _others = line._seek_for_lines()
        fees = {"account_id": self.fees.id, "balance": -40.0}
        line.move_id.with_context(skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.update(suspense.id, {"balance": -60.0}),
                    Command.create(fees),
                ]
            }
        )
        detail = line.workbench_open()
        self.assertFalse(detail["unmatched"])
        self.assertEqual(len(detail["entry"]), 3)
        with self.assertRaisesRegex(UserError, "matched already"):
            line.workbench_post([{"kind": "account", "id": self.fees.id}], EVERY)
        line.workbench_undo(EVERY)
        self.assertUntouched(line)

    def test_three_times_by_hand_is_a_habit(self):
        for month in ("01", "02", "03"):
            line = self.say_bank(f"Office rent {month}/2026", -500.0, date="2026-08-01")
            part = {"kind": "account", "id": self.fees.id, "taxes": []}
            line.workbench_post([part], EVERY)
        model = self.env["account.reconcile.model"]._propose_from_ledger(self.company)
        self.assertEqual(model.line_ids.account_id, self.fees)

    def test_transfer_with_another_bank(self):
        savings = self.env["account.journal"].create(
            {"name": "Savings", "code": "SAV", "type": "bank"}
        )
        line = self.say_bank("to savings", -500.0)
        arrived = self.say_bank("from house bank", 500.0, journal_id=savings.id)
        line.workbench_post([{"kind": "transfer", "id": savings.id}], EVERY)
        between = self.company.transfer_account_id
        self.assertEqual(self.booked(line), {between: 500.0})
        arrived.workbench_post([{"kind": "transfer", "id": self.bank.id}], EVERY)
        items = (line | arrived).line_ids.filtered(
            lambda item: item.account_id == between
        )
        self.assertTrue(all(items.mapped("reconciled")))
        preview = line.workbench_preview([{"kind": "transfer", "id": self.bank.id}])
        self.assertIn("another bank", preview["problem"])

    def test_what_cannot_be(self):
        line = self.say_bank("something", 10.0)
        own = self.bank.default_account_id
        for part in (
            {"kind": "account", "id": False},
            {"kind": "account", "id": own.id},
            {"kind": "partner", "id": False},
            {"kind": "transfer", "id": False},
        ):
            self.assertTrue(line.workbench_preview([part])["problem"], part)
        nothing = self.say_bank("nothing", 0.0)
        part = {"kind": "account", "id": self.fees.id}
        self.assertTrue(nothing.workbench_preview([part])["problem"])

    def test_who_paid_is_learned(self):
        invoice = self.owe(100.0)
        line = self.say_bank("no reference", 99.0, partner_name="Mother of Customer")
        parts = [self.item(invoice, 100.0), {"kind": "account", "id": self.fees.id}]
        line.workbench_post(parts, EVERY)
        alias = self.env["account.match.alias"].search(
            [("shown", "=", "Mother of Customer")]
        )
        self.assertEqual(alias.partner_id, self.partner.commercial_partner_id)
        line.workbench_undo(EVERY)
        self.assertFalse(alias.active)

    def test_the_partner_brings_proposals(self):
        invoice = self.owe(100.0)
        self.owe(100.0, partner=self.other_partner)
        line = self.say_and_match("no name", 100.0)
        self.assertFalse(line.best_match_id, "two fit equally")
        result = line.workbench_set_partner(self.partner.id, EVERY)
        self.assertEqual(result["next"]["partner_id"], self.partner.id)
        self.assertEqual(
            line.best_match_id.move_line_id, self.receivable(invoice), result["next"]
        )
        line.workbench_set_partner(False, EVERY)
        self.assertFalse(line.partner_id)

    # === Open items === #

    def test_items_are_found_by_anything(self):
        first = self.owe(123.45, payment_reference="RF-77")
        bill = self.owe(
            50.0,
            "in_invoice",
            self.other_partner,
            ref="VENDOR/9",
            invoice_date="2026-02-02",
        )
        line = self.say_bank("something", 123.45)
        found = line.workbench_items()["items"]
        self.assertEqual(found[0]["id"], self.receivable(first).id)
        self.assertTrue(found[0]["is_exact"])
        self.assertNotIn(self.receivable(bill).id, [each["id"] for each in found])
        for text, move in (
            (first.name, first),
            ("123.45", first),
            ("123,45", first),
            ("$123.45", first),
            ("rf-77", first),
            ("vendor/9", bill),
            ("somebody", bill),
            ("2026-02-02", bill),
            ("somebody 50", bill),
        ):
            ids = [each["id"] for each in line.workbench_items(text)["items"]]
            self.assertIn(self.receivable(move).id, ids, text)
        self.assertFalse(line.workbench_items("nothing has this")["items"])
        self.assertFalse(line.workbench_items("99% _")["items"])
        self.assertFalse(line.workbench_open()["likely_partner_id"])
        line.partner_name = "somebody ELSE"
        likely = line.workbench_open()["likely_partner_id"]
        self.assertEqual(likely, self.other_partner.id)
        line.partner_name = "%omebody_"
        self.assertFalse(line.workbench_open()["likely_partner_id"])
        line.workbench_items()
        every = [each["id"] for each in line.workbench_items("", 0, True)["items"]]
        self.assertIn(self.receivable(bill).id, every)

    def test_items_in_pages(self):
        for number in range(5):
            self.owe(10.0 + number)
        line = self.say_bank("something", 500.0)
        seen, offset, more = set(), 0, True
        while more:
            found = line.workbench_items("", offset, False, 2)
            seen |= {item["id"] for item in found["items"]}
            more, offset = found["more"], offset + 2
        self.assertGreaterEqual(len(seen), 5)

    # === Notes and files === #

    def test_a_note_and_a_file(self):
        line = self.say_bank("something", 10.0)
        talk = line.workbench_note("ask <b>Joe</b>")
        self.assertEqual(line.workbench_open()["notes"][0]["text"], "ask <b>Joe</b>")
        self.assertFalse(line.workbench_forget_note(talk["id"])["notes"])
        file = self.env["ir.attachment"].create(
            {"name": "advice.txt", "raw": b"x"}
            | {"res_model": "account.move", "res_id": line.move_id.id}
        )
        self.assertEqual(line.workbench_talk()["files"][0]["name"], "advice.txt")
        self.assertFalse(line.workbench_forget_files(file.ids)["files"])
        self.assertFalse(file.exists())
        with self.assertRaises(UserError):
            line.workbench_note("  ")

    # === Closed periods, rights === #

    def test_a_locked_period(self):
        """Neither posted nor undone, and nothing half done."""
        invoice, paid = self.owe(100.0), self.owe(33.0)
        line, matched = self.say_bank("thank you", 100.0), self.say_bank("done", 33.0)
        matched.workbench_post([self.item(paid)], EVERY)
        self.env.flush_all()
        # Core itself refuses to lock what has open lines; others may have locked it.
        self.cr.execute(
            "UPDATE res_company SET fiscalyear_lock_date = '2026-06-30' WHERE id = %s",
            [self.company.id],
        )
        self.env.invalidate_all()
        for act in (
            lambda: line.workbench_post([self.item(invoice)], EVERY),
            lambda: matched.workbench_undo(EVERY),
        ):
            with self.assertRaisesRegex(UserError, "2026"), self.cr.savepoint():
                act()
        self.assertUntouched(line)
        self.assertTrue(matched.is_reconciled)
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(paid.payment_state, "paid")

    def test_who_only_reads(self):
        invoice = self.owe(100.0)
        line = self.say_bank("thank you", 100.0)
        line._match("button", post=False)
        match = self.proposals(line)
        reader = self.make_user("reader", "account.group_account_readonly")
        mine = line.with_user(reader)
        Line = self.env["account.bank.statement.line"].with_user(reader)
        found = Line.workbench_lines([("journal_id", "=", self.bank.id)])
        self.assertFalse(found["may_act"])
        detail = mine.workbench_open()
        self.assertEqual(len(detail["matches"][0]["rows"]), 2)
        mine.workbench_items("")
        for act in (
            lambda: mine.workbench_accept(match.id, EVERY),
            lambda: mine.workbench_reject(match.id, EVERY),
            lambda: mine.workbench_post([self.item(invoice)], EVERY),
            lambda: mine.workbench_set_partner(self.partner.id, EVERY),
            lambda: mine.workbench_note("x"),
            lambda: mine.workbench_undo(EVERY),
            lambda: mine.workbench_restore(match.id, EVERY),
            lambda: Line.workbench_accept_many(match.ids),
        ):
            with self.assertRaises(AccessError):
                act()
        self.assertUntouched(line)

    def test_an_accountant_may(self):
        invoice = self.owe(100.0)
        line = self.say_bank("thank you", 97.9)
        accountant = self.make_user("accountant", "account.group_account_user")
        mine = line.with_user(accountant)
        parts = [
            self.item(invoice, 100.0),
            {"kind": "account", "id": self.fees.id, "taxes": self.vat.ids},
        ]
        self.assertFalse(mine.workbench_preview(parts)["problem"])
        mine.workbench_post(parts, EVERY)
        self.assertEqual(invoice.payment_state, "paid")
        mine.workbench_undo(EVERY)
        self.assertUntouched(line)

    def test_another_company(self):
        other = self.setup_other_company(name="Another")["company"]
        foreign = self.env["account.account"].create(
            {
                "name": "Foreign",
                "code": "699999",
                "account_type": "expense",
                "company_ids": [Command.set(other.ids)],
            }
        )
        line = self.say_bank("something", 10.0)
        mine = line.with_user(self.make_user("single", "account.group_account_user"))
        with self.assertRaises(UserError):
            mine.workbench_post([{"kind": "account", "id": foreign.id}], EVERY)
        self.assertUntouched(line)
