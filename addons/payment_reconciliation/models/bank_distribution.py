"""Analytic distribution of what a bank line is booked on: chosen, proposed, shown."""

from odoo import api, models

ANALYTICS = "analytic.group_analytic_accounting"


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def workbench_distribution(self, account_id):
        """Return the distribution that Odoo's models propose for an account.

        :return: dict of ``account`` (as a many2one's value), ``company`` likewise,
            ``precision`` and ``distribution``
        """
        self.ensure_one()
        self.check_access("read")
        account = self._chosen("account.account", account_id)
        precision = self.env["decimal.precision"].precision_get("Percentage Analytic")
        return {
            "account": [account.id, account.display_name or ""],
            "company": [self.company_id.id, self.company_id.display_name],
            "precision": precision,
            "distribution": self._proposed_distribution(account, self.partner_id),
        }

    def _proposed_distribution(self, account, partner):
        """Return the distribution that Odoo would propose on an entry; {} for none."""
        if not account:
            return {}
        company = self.company_id
        return (
            self.env["account.analytic.distribution.model"]
            .sudo()
            ._get_distribution(
                {
                    "product_id": False,
                    "product_categ_id": False,
                    "partner_id": partner.id,
                    "partner_category_id": partner.category_id.ids,
                    "account_prefix": account.with_company(company).code,
                    "company_id": company.id,
                }
            )
        )

    def _chosen_distribution(self, wish, account, partner):
        """Return the distribution of a part: what was chosen, else what Odoo proposes.

        :raise UserError: if it is none, or a plan asks for all of the amount
        """
        may_choose = self.env.user.has_group(ANALYTICS)
        if not may_choose or wish.get("analytic") is None:
            chosen = self._proposed_distribution(account, partner)
        else:
            chosen = self._checked_distribution(wish["analytic"])
        if may_choose:
            self._check_plans(account, chosen)
        return chosen

    def _checked_distribution(self, distribution):
        """Return a distribution from the screen as Odoo keeps it.

        :raise UserError: if it names what is no analytic account of the company
        """
        result = {}
        for key, percentage in distribution.items():
            numbers = [int(each) for each in key.split(",")]
            accounts = self.env["account.analytic.account"].browse(numbers)
            for account in accounts:
                self._chosen(account._name, account.id)
            result[",".join(map(str, numbers))] = float(percentage)
        return result

    def _check_plans(self, account, distribution):
        """Refuse what a mandatory plan does not allow, as Odoo does with entries.

        :raise ValidationError: then
        """
        holder = self.env["account.analytic.distribution.model"].new(
            {"company_id": self.company_id.id, "analytic_distribution": distribution}
        )
        holder.with_context(validate_analytic=True)._validate_distribution(
            company_id=self.company_id.id,
            account=account.id,
            business_domain="general",
        )

    # === SHOWN === #

    @api.model
    def _shown_distributions(self, rows):
        """Return the distribution of each of these rows in words, "" for none."""
        if not self.env.user.has_group(ANALYTICS):
            return ["" for _row in rows]
        given = [row.get("analytic_distribution") or {} for row in rows]
        numbers = {
            int(number) for each in given for key in each for number in key.split(",")
        }
        Account = self.env["account.analytic.account"].sudo()
        names = {each.id: each.name for each in Account.browse(numbers).exists()}
        return [_in_words(each, names) for each in given]


def _in_words(distribution, names):
    """Return e.g. ``"60% Hamburg / Advertising, 40% Bremen"``.

    :param dict names: {id of analytic account: name}
    """
    parts = []
    for key, percentage in distribution.items():
        shown = " / ".join(names.get(int(number), "?") for number in key.split(","))
        parts.append(shown if percentage == 100 else f"{percentage:g}% {shown}")
    return ", ".join(parts)
