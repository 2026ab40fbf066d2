from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from odoo.exceptions import AccessError, UserError
from odoo.modules.module import get_manifest
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.misc import file_path

from .common import IBAN, ImportCommon, camt, entry

MT940 = f""":20:STMT1
:25:{IBAN} USD
:28C:1/1
:60F:C260310USD1000,00
:61:2603110311C96,80NTRFNONREF//B1
:86:invoice
:61:2603110311D20,NMSCNONREF
:86:Bank fee
:62F:C260311USD1076,80
"""
OFX = f"""OFXHEADER:100
<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS>
<CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>{IBAN}<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260301<DTEND>20260331
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260311<TRNAMT>96.80<FITID>F1<NAME>ACME
<MEMO>invoice</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>76.80<DTASOF>20260331
</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"""


def packed(**files):
    """An archive of files."""
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.xml", content)
    return target.getvalue()


@tagged("post_install", "-at_install")
class TestImport(ImportCommon):
    def test_result_says_what_is_new_and_what_was_checked(self):
        content = camt(
            entry(100, "A", "B1"), entry(-20, "B", "B2"), opening=50, closing=130
        )
        result = self.say_file(content)
        self.assertEqual(result.state, "done")
        self.assertEqual((result.line_count, result.known_count), (2, 0))
        self.assertIn("add up", result.notes)
        self.assertEqual(self.lines().mapped("payment_ref"), ["B", "A"])
        statement = result.statement_ids
        self.assertEqual(
            (statement.balance_start, statement.balance_end_real), (50, 130)
        )
        self.assertTrue(statement.is_complete)
        self.assertEqual(statement.attachment_ids, result.attachment_id)
        self.assertEqual(statement.attachment_ids.raw, content)
        self.assertEqual(result.user_id, self.accountant)

    def test_lines_are_matched_and_the_result_counts_them(self):
        invoice = self.owe(100.0)
        self.owe(70.0)
        result = self.say_file(
            camt(entry(100, invoice.name, "B1"), entry(70, "?", "B2"), entry(3, "?"))
        )
        lines = self.lines()
        self.match(lines)
        self.assertEqual(invoice.payment_state, "paid")
        result.invalidate_recordset()
        self.assertEqual(
            (result.matched_count, result.proposed_count, result.open_count), (1, 1, 2)
        )
        shown = self.env["account.bank.statement.line"].search(
            result.action_open_lines()["domain"]
        )
        self.assertEqual(shown, lines)

    def test_a_few_lines_are_matched_at_once(self):
        invoice = self.owe(100.0)
        result = self.say_file(camt(entry(100, invoice.name, "B1")))
        self.assertEqual(result.matched_count, 1)
        self.assertMatchedWith(self.lines(), invoice, by="button")

    def test_overlapping_file_brings_only_what_is_new(self):
        self.say_file(camt(entry(100, "A", "B1"), opening=0, closing=100))
        result = self.say_file(
            camt(entry(100, "A", "B1"), entry(5, "B", "B2"), opening=0, closing=105)
        )
        self.assertEqual((result.line_count, result.known_count), (1, 1))
        self.assertIn("1 lines were imported before", result.notes)
        self.assertEqual(result.statement_ids.balance_start, 100)
        self.assertTrue(result.statement_ids.is_complete)
        self.assertTrue(result.statement_ids.is_valid)
        self.assertEqual(len(self.lines()), 2)

    def test_the_same_file_again_changes_nothing(self):
        content = camt(entry(100, "A", "B1"), opening=0, closing=100)
        self.say_file(content)
        again = self.say_file(content)
        self.assertEqual((again.line_count, again.known_count), (0, 1))
        self.assertIn("Nothing was changed", again.notes)
        self.assertEqual(len(self.lines()), 1)
        with self.assertRaisesRegex(UserError, "Nothing was changed"):
            self.wizard(content).import_file_button()

    def test_without_an_id_of_the_bank_equal_lines_are_told_by_their_number(self):
        """Two coffees on one day are two lines; the file again brings none."""
        coffee = entry(-3, "Coffee")
        self.assertEqual(self.say_file(camt(coffee, coffee)).line_count, 2)
        again = self.say_file(camt(coffee, coffee, coffee))
        self.assertEqual((again.line_count, again.known_count), (1, 2))

    def test_one_id_twice_in_a_file_is_one_line_unless_it_says_other_things(self):
        twice = self.say_file(camt(entry(9, "A", "B1"), entry(9, "A", "B1")))
        self.assertEqual((twice.line_count, twice.known_count), (1, 1))
        other = self.say_file(camt(entry(8, "fee", "B1")))
        self.assertEqual(other.line_count, 1)

    def test_one_id_twice_is_two_lines_if_the_balances_prove_it(self):
        twice = camt(entry(9, "A", "B1"), entry(9, "A", "B1"), opening=0, closing=18)
        result = self.say_file(twice)
        self.assertEqual((result.line_count, result.known_count), (2, 0))
        self.assertEqual(self.lines().mapped("amount"), [9, 9])
        self.assertTrue(result.statement_ids.is_complete)
        again = self.say_file(twice)
        self.assertEqual((again.line_count, again.known_count), (0, 2))

    def test_known_statements_of_an_archive_are_counted(self):
        first = camt(entry(100, "A", "B1"), opening=0, closing=100)
        second = camt(entry(5, "B", "B2"), opening=100, closing=105, name="S2")
        self.say_file(first)
        result = self.say_file(packed(a=first, b=second), name="march.zip")
        self.assertEqual((result.line_count, result.known_count), (1, 1))
        self.assertIn("S1: all 1 lines were imported before", result.notes)
        self.assertEqual(result.statement_ids.mapped("name"), ["S2"])

    def test_the_same_id_at_two_banks_is_two_lines(self):
        other = self.bank.copy({"code": "HB2"})
        other.bank_account_id = self.env["res.partner.bank"].create(
            {
                "acc_number": "DE89370400440532013000",
                "partner_id": self.company.partner_id.id,
            }
        )
        self.say_file(camt(entry(9, "A", "B1")))
        content = camt(entry(9, "A", "B1"), account="DE89 3704 0044 0532 0130 00")
        self.assertEqual(self.say_file(content, journal=other).line_count, 1)

    def test_the_database_refuses_a_line_twice(self):
        self.say_file(camt(entry(9, "A", "B1")))
        wizard_class = type(self.env["account.statement.import"])
        self.patch(wizard_class, "_known_ids", lambda *_args: set())
        part_class = type(self.env["bank.statement.file.part"])
        self.patch(part_class, "_new_lines", lambda part: part.lines)
        with self.assertLogs("odoo.sql_db", "ERROR"):
            self.assertRefused(camt(entry(9, "A", "B1")), "at this moment")

    def test_what_camt_says_reaches_the_engine(self):
        invoice = self.owe(100.0)
        details = (
            f"<Refs><EndToEndId>{invoice.name}</EndToEndId></Refs>"
            '<Chrgs><Amt Ccy="USD">1.50</Amt></Chrgs>'
            "<RltdPties><Dbtr><Nm>ACME BV</Nm></Dbtr><DbtrAcct><Id>"
            "<IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties>"
        )
        self.say_file(camt(entry(100, "thanks", "B1", details=details)))
        line = self.lines()
        self.assertEqual(line.partner_name, "ACME BV")
        self.assertEqual(line.account_number, "DE89370400440532013000")
        self.assertIn("Charges USD 1.50", line._match_texts())
        self.assertMatchedWith(line, invoice, by="button")

    def test_charges_that_the_bank_states_are_booked(self):
        account = self.company_data["default_account_expense"]
        self.company.match_charges_account_id = account
        invoice = self.owe(100.0)
        charged = '<Chrgs><Amt Ccy="USD">1.50</Amt></Chrgs>'
        self.say_file(camt(entry(98.5, invoice.name, "B1", details=charged)))
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(
            self.lines().line_ids.filtered(lambda i: i.account_id == account).balance,
            1.5,
        )

    def test_a_payment_in_another_currency_keeps_both_amounts(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        details = '<AmtDtls><InstdAmt><Amt Ccy="EUR">90.00</Amt></InstdAmt></AmtDtls>'
        self.say_file(camt(entry(100, "x", "B1", details=details)))
        line = self.lines()
        self.assertEqual((line.amount, line.amount_currency), (100, 90))
        self.assertEqual(line.foreign_currency_id, euro)

    def test_mt940_and_ofx(self):
        result = self.say_file(MT940.encode(), name="x.sta")
        self.assertEqual(result.line_count, 2)
        self.assertIn("add up", result.notes)
        again = self.say_file(MT940.encode(), name="x.sta")
        self.assertEqual(again.known_count, 2)
        result = self.say_file(OFX.encode(), name="x.ofx")
        self.assertEqual(result.line_count, 1)
        self.assertIn("could not be checked", result.notes)
        self.assertEqual(self.say_file(OFX.encode(), name="x.ofx").line_count, 0)

    def test_an_account_of_several_partners_names_none(self):
        for name in ("A", "B"):
            partner = self.env["res.partner"].create({"name": name})
            self.env["res.partner.bank"].create(
                {"acc_number": "DE89370400440532013000", "partner_id": partner.id}
            )
        details = (
            "<RltdPties><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id>"
            "</DbtrAcct></RltdPties>"
        )
        self.say_file(camt(entry(5, "x", "B1", details=details)))
        self.assertFalse(self.lines().partner_id)

    def test_a_distribution_model_applies_as_on_a_line_by_hand(self):
        plan = self.env["account.analytic.plan"].create({"name": "Sites"})
        site = self.env["account.analytic.account"].create(
            {"name": "Hamburg", "plan_id": plan.id}
        )
        suspense = self.bank.suspense_account_id
        self.env["account.analytic.distribution.model"].create(
            {
                "account_prefix": suspense.code,
                "analytic_distribution": {str(site.id): 100.0},
            }
        )
        by_hand = self.say_bank("A", 9.0)
        self.say_file(camt(entry(9, "A", "B1")))
        imported = self.lines() - by_hand
        for line in (by_hand, imported):
            analytic = line.line_ids.analytic_line_ids
            self.assertEqual(analytic.mapped("amount"), [9.0])
            self.assertEqual(analytic[plan._column_name()], site)

    def test_a_missing_statement_is_noted(self):
        self.say_file(camt(entry(100, "A", "B1"), opening=0, closing=100))
        later = entry(5, "B", "B2", day="2026-03-20")
        result = self.say_file(camt(later, opening=130, closing=135))
        self.assertIn("may be missing", result.notes)
        self.assertEqual(result.line_count, 1)

    def test_take_back_deletes_the_lines_unless_matched(self):
        invoice = self.owe(100.0)
        result = self.say_file(camt(entry(100, invoice.name, "B1"), entry(5, "x")))
        accountant = result.with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "matched already"):
            accountant.action_take_back()
        self.lines().filtered("is_reconciled").action_undo_match()
        accountant.action_take_back()
        self.assertFalse(self.lines())
        self.assertEqual(result.state, "taken_back")
        self.assertTrue(result.attachment_id.raw)
        again = self.say_file(camt(entry(100, invoice.name, "B1"), entry(5, "x")))
        self.assertEqual(again.line_count, 2)

    def test_the_banks_real_sample_has_the_amounts_that_oca_reads(self):
        """The sample of OCA's package, its entries read by both."""
        if not get_manifest("account_statement_import_camt"):
            self.skipTest("account_statement_import_camt is not there")
        parser = self.env["account.statement.import.camt.parser"]
        base = Path(file_path("account_statement_import_camt/__manifest__.py")).parent
        for name in ("test-camt053", "test-camt053-txdtls", "test-camt054"):
            data = (base / "tests/samples" / name).read_bytes()
            _currency, account, theirs = parser.parse(data)
            wizard = self.wizard(data, ignore_balances=True)
            ours = wizard._parse_file(data)
            self.assertEqual([each[1] for each in ours][-1], account)
            self.assertEqual(
                [
                    (line["date"], round(line["amount"], 2))
                    for _currency, _account, [values] in ours
                    for line in values["transactions"]
                ],
                [
                    (line["date"][:10], round(line["amount"], 2))
                    for values in theirs
                    for line in values["transactions"]
                ],
            )

    def test_rights_and_companies(self):
        result = self.say_file(camt(entry(9, "A", "B1")))
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.env["account.statement.import"].with_user(seller).create({})
        with self.assertRaises(AccessError):
            result.with_user(seller).read(["name"])
        other = self.env["res.company"].create({"name": "Other"})
        foreigner = new_test_user(
            self.env,
            "foreigner",
            "integrated_payments.group_payment_manager",
            company_ids=[(6, 0, other.ids)],
            company_id=other.id,
        )
        self.assertFalse(
            self.env["bank.statement.file"].with_user(foreigner).search([])
        )
        foreign = self.env["account.statement.import"].with_user(foreigner)
        wizard = foreign.create(
            {"statement_file": self.wizard(camt(entry(8))).statement_file}
        )
        wizard.action_import()
        self.assertIn("no bank journal of this company has", wizard.problem)

    def test_form(self):
        form = Form(self.wizard(camt(entry(9))))
        self.assertEqual(form.journal_id, self.bank)
