"""Statement files as banks send them, imported by an accountant on the one screen."""

import base64
from xml.sax.saxutils import escape

from odoo.tests import new_test_user

from odoo.addons.payment_reconciliation.tests.common import ReconciliationCommon

IBAN = "NL77ABNA0574908765"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


def amount(value, currency="USD"):
    side = "DBIT" if value < 0 else "CRDT"
    return f'<Amt Ccy="{currency}">{abs(value):.2f}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def entry(value, text="/", ref=None, day="2026-03-11", currency="USD", details=""):
    """One booked entry of a camt.053 file."""
    given = f"<AcctSvcrRef>{ref}</AcctSvcrRef>" if ref else ""
    return (
        f"<Ntry>{amount(value, currency)}<Sts>BOOK</Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt>{given}<NtryDtls><TxDtls>{details}"
        f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def balance(code, value, currency="USD"):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f"{amount(value, currency)}</Bal>"
    )


def camt(*entries, opening=0.0, closing=None, account=IBAN, currency="USD", name="S1"):
    """A camt.053 file of one statement; without ``closing`` it has no balances."""
    ends = ""
    if closing is not None:
        ends = balance("OPBD", opening, currency) + balance("CLBD", closing, currency)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{NAMESPACE}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>{name}</Id><Acct>"
        f"<Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>{ends}"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


class ImportCommon(ReconciliationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank.bank_account_id = cls.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": cls.company.partner_id.id}
        )
        cls.accountant = new_test_user(
            cls.env,
            "accountant",
            "integrated_payments.group_payment_manager",
            company_ids=[(6, 0, cls.company.ids)],
            company_id=cls.company.id,
        )

    def wizard(self, content, name="statement.xml", journal=None, **values):
        """The screen with a file chosen, as it opens from the bank's card."""
        journal = self.bank if journal is None else journal
        return (
            self.env["account.statement.import"]
            .with_user(self.accountant)
            .with_company(self.company)
            .with_context(journal_id=journal.id)
            .create(
                {
                    "statement_file": base64.b64encode(content),
                    "statement_filename": name,
                    **values,
                }
            )
        )

    def say_file(self, content, **values):
        """Import a file; returns what came of it, bank.statement.file."""
        wizard = self.wizard(content, **values)
        action = wizard.action_import()
        self.assertFalse(wizard.problem)
        return self.env[action["res_model"]].browse(action["res_id"])

    def lines(self):
        return self.env["account.bank.statement.line"].search(
            [("journal_id", "=", self.bank.id)], order="internal_index desc"
        )

    def assertRefused(self, content, *words, **values):
        """Nothing is changed, and the screen says why, in these words."""
        counted = [
            "account.bank.statement",
            "account.bank.statement.line",
            "account.move",
            "bank.statement.file",
            "ir.attachment",
        ]

        def count():
            return [self.env[model].search_count([]) for model in counted]

        wizard = self.wizard(content, **values)
        before = count()
        action = wizard.action_import()
        self.assertEqual(action["res_id"], wizard.id)
        self.assertEqual(count(), before)
        for word in words:
            self.assertIn(word, wizard.problem)
        return wizard.problem
