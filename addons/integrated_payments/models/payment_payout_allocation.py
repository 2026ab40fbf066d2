"""Manual and instant payouts: which movements they pay out, as a person confirms."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..domain.categories import MIRRORED


class PaymentPayout(models.Model):
    _inherit = "payment.payout"

    def action_allocate(self):
        """Open the assistant that proposes the movements of a manual payout."""
        self.ensure_one()
        self.check_access("write")
        self._check_allocatable()
        wizard = self.env["payment.payout.allocation"].create({"payout_id": self.id})
        wizard._propose()
        return wizard._reopen()

    def _check_allocatable(self):
        """Let payouts be allocated one after another, each once.

        :raise UserError: automatic, came back, allocated already, or out of turn
        """
        self.ensure_one()
        if self.automatic:
            raise UserError(
                self.env._(
                    "The gateway itself lists the movements of an automatic payout."
                )
            )
        if self.allocated_at:
            raise UserError(self.env._("This payout is allocated already."))
        if self.proof != "open":
            raise UserError(
                self.env._("%s needs no movements: it came back.", self.gateway_ref)
                if self.proof == "returned"
                else self.env._(
                    "%(payout)s is within the payout %(other)s, which proves it.",
                    payout=self.gateway_ref,
                    other=self.own_balance_transaction_id.payout_id.gateway_ref,
                )
            )
        if earlier := self._siblings("<", [("proof", "=", "open")], "asc"):
            raise UserError(
                self.env._(
                    "Allocate the earlier payout %(payout)s of %(amount)s first: what"
                    " it leaves of its movements is carried forward to this one.",
                    payout=earlier.gateway_ref,
                    amount=earlier.currency_id.format(earlier.amount),
                )
            )
        self._check_is_last()

    def _check_is_last(self):
        if later := self._siblings(">", [("allocated_at", "!=", False)], "desc"):
            raise UserError(
                self.env._(
                    "The later payout %s is allocated already and begins with what was"
                    " left here. Undo its allocation first.",
                    later.gateway_ref,
                )
            )

    def _siblings(self, operator, domain, direction):
        """Return the nearest manual payout before ("<") or after (">") this one.

        Of the same gateway and currency; "asc" the first in time, "desc" the last.
        """
        return self.search(
            Domain(domain)
            & Domain("automatic", "=", False)
            & self._in_its_row(operator),
            order=f"created_at {direction}, id {direction}",
            limit=1,
        )

    def _in_its_row(self, operator):
        """Return the domain of the payouts before ("<") or after (">") this one.

        Of the same gateway and currency. Gateways tell the time in whole seconds, so
        that two payouts may bear the same one.
        """
        return Domain(
            [
                ("provider_id", "=", self.provider_id.id),
                ("currency_id", "=", self.currency_id.id),
            ]
        ) & (
            Domain("created_at", operator, self.created_at)
            | Domain("created_at", "=", self.created_at)
            & Domain("id", operator, self.id)
        )

    def _allocated_before(self):
        """Return the last allocated payout before this one, empty if there is none."""
        return self._siblings("<", [("allocated_at", "!=", False)], "desc")

    def _allocation_domain(self):
        """Return the domain of the movements that this payout may pay out.

        Available when it was made; an instant payout may take what is still pending
        (https://docs.stripe.com/payouts/instant-payouts). What came back of a payout
        that was never allocated cancels that payout, and is in no other.
        """
        available = Domain("created_at", "<=", self.created_at)
        if self.method != "instant":
            available &= Domain("available_on", "=", False) | Domain(
                "available_on", "<=", self.created_at
            )
        unclaimed = self.search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("proof", "=", "returned"),
                ("failure_balance_transaction_id", "!=", False),
            ]
        ).failure_balance_transaction_id
        return available & Domain(
            [
                ("provider_id", "=", self.provider_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("payout_id", "=", False),
                ("category", "!=", "payout"),
                ("balance_type", "not in", list(MIRRORED)),
                ("id", "not in", unclaimed.ids),
            ]
        )

    def _allocation_candidates(self):
        """Return the movements to choose from, the one available first comes first."""
        return self.env["payment.balance.transaction"].search(
            self._allocation_domain(), order="available_on, created_at, id"
        )

    def _allocate(self, movements, brought):
        """Store what a person confirmed: these movements make up this payout.

        :param movements: payment.balance.transaction
        :param int brought: minor units brought forward from before
        :raise UserError: if they do not cover it, or one is in another payout by now
        """
        self._check_allocatable()
        self.lock_for_update()
        movements.lock_for_update()
        movements.invalidate_recordset(["payout_id"])
        if taken := movements.filtered("payout_id"):
            raise UserError(
                self.env._(
                    "%(movement)s is in the payout %(payout)s by now. Propose again.",
                    movement=taken[0].gateway_ref,
                    payout=taken[0].payout_id.gateway_ref,
                )
            )
        carried = brought + sum(movements.mapped("net_minor")) - self._needed_minor()
        if carried < 0:
            raise UserError(
                self.env._(
                    "%s is missing to cover the payout.",
                    self.currency_id.format(self.currency_id._from_minor(-carried)),
                )
            )
        movements.payout_id = self
        self.write(
            {
                "brought_minor": brought,
                "carried_minor": carried,
                "allocated_at": fields.Datetime.now(),
                "allocated_by_id": self.env.uid,
            }
        )
        self._tell_allocated(movements)

    def _tell_allocated(self, movements):
        currency = self.currency_id
        self.message_post(
            body=self.env._(
                "Allocated: %(brought)s brought forward, %(count)s movements of"
                " %(sum)s, %(carried)s carried forward.",
                brought=currency.format(self.brought),
                count=len(movements),
                sum=currency.format(self.paid_out),
                carried=currency.format(self.carried),
            )
        )
        self._paid_transactions()._refresh_effects(("bank",))

    def action_undo_allocation(self):
        """Free the movements of a manual payout again.

        :raise UserError: if a later payout begins with what this one left
        """
        for payout in self:
            payout.check_access("write")
            if payout.automatic or not payout.allocated_at:
                raise UserError(
                    self.env._("%s is not allocated by hand.", payout.gateway_ref)
                )
            payout._check_is_last()
            transactions = payout._paid_transactions()
            payout.balance_transaction_ids.payout_id = False
            payout._forget_allocation()
            payout.message_post(body=self.env._("The allocation was undone."))
            transactions._refresh_effects(("bank",))
        return True

    # === THE GATEWAY KNOWS BETTER === #

    def _allocated_otherwise(self, facts):
        """Return the manual payouts to which a person allocated these movements.

        :param facts: ``gateway.types.BalanceTransaction`` that this payout pays out
        """
        movements = self.env["payment.balance.transaction"].search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("gateway_ref", "in", [fact.ref for fact in facts]),
                ("payout_id.allocated_at", "!=", False),
            ]
        )
        return movements.payout_id - self

    def _give_way(self, other):
        """Drop allocations that the gateway's own list of ``other`` contradicts."""
        for payout in self:
            payout.balance_transaction_ids.payout_id = False
            payout._forget_allocation()
            payout.message_post(
                body=self.env._(
                    "The gateway lists movements of this payout in %s. Its list counts:"
                    " the allocation by hand was dropped.",
                    other.gateway_ref,
                )
            )

    def _forget_allocation(self):
        self.write(
            {
                "brought_minor": 0,
                "carried_minor": 0,
                "allocated_at": False,
                "allocated_by_id": False,
            }
        )

    # === LINKS === #

    def action_view_movements(self):
        """List the movements that this payout pays out."""
        return self._paid_out()._get_records_action(
            name=self.env._("Movements of %s", self.gateway_ref),
            domain=[("id", "in", self._paid_out().ids)],
            view_mode="list,form",
        )

    def action_view_payments(self):
        """List the payments whose money this payout carries."""
        return self._paid_transactions()._get_records_action(
            name=self.env._("Payments")
        )

    def action_view_entries(self):
        """Open the payout's journal entry, and that of its return if there is one."""
        movements = self.sudo().own_balance_transaction_id
        movements |= self.sudo().failure_balance_transaction_id
        return movements.statement_line_id.move_id._get_records_action(
            name=self.env._("Journal Entry")
        )

    def action_view_bank_line(self):
        """Open the journal entry of the bank line that this payout is."""
        return self.bank_statement_line_id.move_id._get_records_action(
            name=self.env._("Bank Line")
        )
