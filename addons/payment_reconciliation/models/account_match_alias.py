from odoo import api, fields, models

from odoo.addons.base.models.res_bank import sanitize_account_number

from ..matching import extract

MIN_NAME = 5  # letters of a payer's name that are worth learning


class AccountMatchAlias(models.Model):
    """Whom a payer's name or bank account belongs to, learned from a person's choice.

    Used like a bank account of the partner: it names the payer. What was undone is not
    used until a person confirms it again. May be removed at any time.
    """

    _name = "account.match.alias"
    _description = "Learned Payer"
    _order = "shown, id"
    _rec_name = "shown"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("name", "Name"), ("account", "Bank Account")], required=True, readonly=True
    )
    value = fields.Char(required=True, readonly=True)
    shown = fields.Char("As the Bank Writes It", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    confirmed = fields.Integer("Times Confirmed", readonly=True)
    undone = fields.Integer("Times Undone", readonly=True)
    active = fields.Boolean("Used", default=True)
    learned_from_id = fields.Many2one(
        "account.bank.statement.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _value_uniq = models.UniqueIndex(
        "(company_id, kind, value, partner_id)", "This is learned already."
    )

    @api.model
    def _payers(self, company):
        """Return {(kind, value): commercial partner} of what names one payer."""
        found = {}
        for alias in self.sudo().search([("company_id", "=", company.id)]):
            partner = alias.partner_id.commercial_partner_id.id
            found.setdefault((alias.kind, alias.value), set()).add(partner)
        return {
            key: partners.pop() for key, partners in found.items() if len(partners) == 1
        }

    @api.model
    def _of(self, line):
        """Return [(kind, value, shown)] that the bank says of the other side."""
        number = sanitize_account_number(line.account_number)
        name = " ".join(sorted(extract.words_of(line.partner_name or "")))
        found = [("account", number, line.account_number)] if number else []
        if len(name) >= MIN_NAME:
            found.append(("name", name, line.partner_name.strip()))
        return found

    @api.model
    def _learn(self, line, partner):
        """Remember the payer of ``line``, on a person's word.

        What the engine knows anyway (the partner's own name and accounts) is not kept.
        """
        partner = partner.commercial_partner_id
        if not partner or partner == line.company_id.partner_id:
            return
        own_name = " ".join(sorted(extract.words_of(partner.name or "")))
        own_accounts = partner.bank_ids.mapped("sanitized_acc_number")
        for kind, value, shown in self._of(line):
            if value == own_name or value in own_accounts:
                continue
            known = self._known(line.company_id, kind, value).filtered(
                lambda alias: alias.partner_id == partner
            )
            known.write({"confirmed": known.confirmed + 1, "active": True})
            if not known:
                self.sudo().create(
                    {
                        "company_id": line.company_id.id,
                        "kind": kind,
                        "value": value,
                        "shown": shown,
                        "partner_id": partner.id,
                        "confirmed": 1,
                        "learned_from_id": line.id,
                    }
                )

    @api.model
    def _unlearn(self, line, partner):
        """Do not use what named ``partner`` the payer of ``line`` any more."""
        for kind, value, _shown in self._of(line):
            for alias in self._known(line.company_id, kind, value):
                if alias.partner_id == partner.commercial_partner_id:
                    alias.write({"undone": alias.undone + 1, "active": False})

    @api.model
    def _join(self, partners):
        """Add up what names more than one of ``partners``, who become one."""
        aliases = self.with_context(active_test=False).search(
            [("partner_id", "in", partners.ids)]
        )
        same = aliases.grouped(
            lambda alias: (alias.company_id, alias.kind, alias.value)
        )
        for found in same.values():
            if len(found) == 1:
                continue
            found[0].write(
                {
                    "confirmed": sum(found.mapped("confirmed")),
                    "undone": sum(found.mapped("undone")),
                    "active": any(found.mapped("active")),
                }
            )
            found[1:].unlink()

    @api.model
    def _known(self, company, kind, value):
        return (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", company.id),
                    ("kind", "=", kind),
                    ("value", "=", value),
                ]
            )
        )
