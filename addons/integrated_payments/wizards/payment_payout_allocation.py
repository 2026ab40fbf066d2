from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..domain.minor_units import to_minor
from ..domain.payout_allocation import propose

SPARE = 100  # candidates beyond the proposed ones, to choose from


class PaymentPayoutAllocation(models.TransientModel):
    """Assistant: which movements a manual or instant payout pays out."""

    _name = "payment.payout.allocation"
    _description = "Allocation of a manual payout"

    payout_id = fields.Many2one(
        "payment.payout", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="payout_id.currency_id")
    amount = fields.Monetary(related="payout_id.amount", string="Amount")
    fee = fields.Monetary(related="payout_id.fee", string="Fee on the Payout")
    needed = fields.Monetary("Left the Balance", compute="_compute_totals")
    is_first = fields.Boolean(compute="_compute_is_first")
    brought = fields.Monetary(
        "Brought Forward",
        help="What the payout before left of its movements. For the first payout in"
        " Odoo: what was available before the first movement that Odoo knows.",
    )
    taken = fields.Monetary("Sum of the Ticked", compute="_compute_totals")
    carried = fields.Monetary("Carried Forward", compute="_compute_totals")
    missing = fields.Monetary(compute="_compute_totals")
    split_text = fields.Char(compute="_compute_totals")
    more = fields.Integer(readonly=True)
    line_ids = fields.One2many("payment.payout.allocation.line", "wizard_id")

    @api.depends("payout_id")
    def _compute_is_first(self):
        for wizard in self:
            wizard.is_first = not wizard.payout_id._allocated_before()

    @api.depends("brought", "line_ids.taken", "payout_id")
    def _compute_totals(self):
        for wizard in self:
            currency = wizard.currency_id
            ticked = wizard._ticked()
            wizard.needed = currency._from_minor(wizard.payout_id._needed_minor())
            wizard.taken = currency._from_minor(sum(ticked.mapped("net_minor")))
            left = currency.round(wizard.brought + wizard.taken - wizard.needed)
            wizard.carried = max(left, 0.0)
            wizard.missing = max(-left, 0.0)
            wizard.split_text = wizard._say_split(ticked[-1:])

    def _ticked(self):
        lines = self.line_ids.filtered("taken").movement_id
        return lines.sorted(lambda each: (each.available_on, each.created_at, each.id))

    def _say_split(self, last):
        """Say that a movement is paid out in part, where the sum is not exact."""
        if not self.carried or not last:
            return False
        return self.env._(
            "%(carried)s of %(movement)s is left for the next payout.",
            carried=self.currency_id.format(self.carried),
            movement=last.transaction_id.reference or last.gateway_ref,
        )

    def _brought_minor(self):
        return to_minor(self.brought, self.currency_id.name)

    def _propose(self, brought=None):
        """Fill the lines: proposed ones ticked, the next ones to choose from.

        :param int brought: minor units, by default what the payout before left
        """
        self.ensure_one()
        payout = self.payout_id
        if brought is None:
            brought = payout._allocated_before().carried_minor
        candidates = payout._allocation_candidates()
        found = propose(
            payout._needed_minor(),
            [(movement.id, movement.net_minor) for movement in candidates],
            brought,
        )
        shown = candidates[: len(found.taken) + SPARE]
        self.write(
            {
                "brought": self.currency_id._from_minor(brought),
                "more": len(candidates) - len(shown),
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "sequence": number,
                                "movement_id": movement.id,
                                "taken": number < len(found.taken),
                            }
                        )
                        for number, movement in enumerate(shown)
                    ),
                ],
            }
        )

    def action_propose(self):
        """Propose again, after what was brought forward has been changed."""
        self._propose(self._brought_minor() if self.is_first else None)
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Allocate Payout %s", self.payout_id.gateway_ref),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_confirm(self):
        """Store the ticked movements as what makes up the payout.

        :raise UserError: if they do not cover it
        """
        self.ensure_one()
        brought = self._brought_minor()
        before = self.payout_id._allocated_before()
        if before and brought != before.carried_minor:
            raise UserError(
                self.env._("The payout before was changed by now. Propose again.")
            )
        self.payout_id._allocate(self._ticked(), brought)
        return {"type": "ir.actions.act_window_close"}


class PaymentPayoutAllocationLine(models.TransientModel):
    """A movement to tick."""

    _name = "payment.payout.allocation.line"
    _description = "Movement that a manual payout may pay out"
    _order = "sequence, id"

    wizard_id = fields.Many2one(
        "payment.payout.allocation", required=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    movement_id = fields.Many2one(
        "payment.balance.transaction", required=True, readonly=True, ondelete="cascade"
    )
    taken = fields.Boolean("Paid Out")
    created_at = fields.Datetime(related="movement_id.created_at")
    available_on = fields.Datetime(
        related="movement_id.available_on", string="Available"
    )
    category = fields.Char(related="movement_id.category")
    transaction_id = fields.Many2one(related="movement_id.transaction_id")
    currency_id = fields.Many2one(related="movement_id.currency_id")
    net = fields.Monetary(related="movement_id.net")
