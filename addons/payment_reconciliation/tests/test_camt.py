"""A CAMT.053 file through OCA's importer, where that is installed."""

import base64

from odoo.tests import tagged

from .common import PAYOUT_REF, ReconciliationCommon

IBAN = "NL77ABNA0574908765"
CAMT = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
 <BkToCstmrStmt>
  <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-12T06:00:00</CreDtTm></GrpHdr>
  <Stmt>
   <Id>S1</Id><CreDtTm>2026-03-12T06:00:00</CreDtTm>
   <Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>USD</Ccy></Acct>
   <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">0.00</Amt>
    <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-11</Dt></Dt></Bal>
   <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">96.80</Amt>
    <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-11</Dt></Dt></Bal>
   <Ntry>
    <Amt Ccy="USD">96.80</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
    <BookgDt><Dt>2026-03-11</Dt></BookgDt><ValDt><Dt>2026-03-11</Dt></ValDt>
    <AcctSvcrRef>B1</AcctSvcrRef>
    <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly>
    </Domn></BkTxCd>
    <NtryDtls><TxDtls>
     <Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
     <RltdPties><Dbtr><Nm>STRIPE PAYMENTS EUROPE</Nm></Dbtr></RltdPties>
     <RmtInf><Ustrd>STRIPE {PAYOUT_REF.upper()}</Ustrd></RmtInf>
    </TxDtls></NtryDtls>
   </Ntry>
  </Stmt>
 </BkToCstmrStmt>
</Document>
"""


@tagged("post_install", "-at_install")
class TestCamt(ReconciliationCommon):
    def test_statement_with_a_payout(self):
        if "account.statement.import" not in self.env:
            self.skipTest("account_statement_import_camt is not installed")
        payout = self.say_paid_out()
        self.bank.bank_account_id = self.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": self.company.partner_id.id}
        )
        wizard = self.env["account.statement.import"].create(
            {
                "statement_file": base64.b64encode(CAMT.encode()),
                "statement_filename": "statement.xml",
            }
        )
        wizard.with_context(journal_id=self.bank.id).import_file_button()
        line = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", self.bank.id)]
        )
        self.assertEqual(len(line), 1)
        self.match(line)
        self.assertMatchedWith(line, payout)
