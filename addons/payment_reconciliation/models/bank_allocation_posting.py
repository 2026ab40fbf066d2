"""A person's allocation of a bank line: shown first, then posted, by the same code."""

from odoo import models
from odoo.exceptions import LockError, UserError
from odoo.fields import Command

from .account_match import _signature


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def workbench_preview(self, parts):
        """Return what parts of this line would book, and what they leave.

        :param list parts: see :meth:`_allocate`
        :return: dict of ``parts`` with their amounts, ``rows`` of the entry, ``left``
            and ``problem``, in words, if they cannot be posted
        """
        self.ensure_one()
        self.check_access("read")
        try:
            allocated, left = self._allocate(parts)
            rows = (
                self._balanced_rows(allocated)
                if not left
                else self._with_rest(allocated, left)
            )
        except UserError as error:
            return {"parts": parts, "rows": [], "left": None, "problem": str(error)}
        currency = self._match_currency()
        return {
            "parts": [self._shown_part(part) for part in allocated],
            "rows": self._shown_rows(rows),
            "left": left,
            "left_text": currency.format(left),
            "problem": False,
        }

    def _with_rest(self, parts, left):
        """Return the rows of parts that leave something on the suspense account."""
        liquidity, suspense, _others = self._seek_for_lines()
        rows = [row for part in parts for row in part.rows]
        rest = -sum(liquidity.mapped("balance")) - sum(row["balance"] for row in rows)
        return [
            *rows,
            {
                "account_id": suspense.account_id.id,
                "name": self.env._("Left"),
                "currency_id": self._match_currency().id,
                "amount_currency": -left,
                "balance": self.company_id.currency_id.round(rest),
                "is_left": True,
            },
        ]

    def _shown_part(self, part):
        """Return a part as the screen shows and sends it again."""
        currency = self._match_currency()
        item = part.wish["kind"] == "item" and part.target
        stays = bool(item) and currency.compare_amounts(part.amount, part.full)
        return {
            **part.wish,
            "title": part.title,
            "amount": part.amount,
            "full": part.full,
            "full_text": currency.format(part.full),
            "foreign": item
            and item.currency_id != currency
            and item.currency_id.format(item.amount_residual_currency),
            "stays_text": stays
            and not part.wish.get("settles")
            and currency.format(part.full - part.amount),
        }

    # === POSTING === #

    def _post_allocation(self, parts):
        """Book the parts that a person chose, reconcile them and read them back.

        :raise LockError: if somebody works on the line or an item
        :raise UserError: if something is left, is not open any more, or the books
            refuse it
        """
        self.ensure_one()
        self._lock_to_post()
        allocated, left = self._allocate(parts)
        if left:
            raise UserError(
                self.env._(
                    "%s is left. Say what it is for, or leave it open on a partner.",
                    self._match_currency().format(left),
                )
            )
        rows = self._balanced_rows(allocated)
        targets = [part.target for part in allocated if part.target]
        items = self.env["account.move.line"].union(*targets)
        if items and len(
            items.sudo().try_lock_for_update(allow_referencing=True)
        ) < len(items):
            raise LockError(self.env._("Somebody works on these items at the moment."))
        before = {item: item.amount_residual for item in items}
        partner = self._partner_with(self._chosen_items(allocated))
        inferred = partner != self.partner_id
        made = self.sudo()._book_rows(rows, partner)
        self.env["account.move.line"].sudo()._reconcile_plan(
            self._plan_of(allocated, made)
        )
        self._check_allocated(before)
        self._note_choice(allocated, inferred)

    def _lock_to_post(self):
        """Keep others off this line, and refuse one that is allocated.

        :raise UserError: in words for a person
        """
        if not self.sudo().try_lock_for_update(allow_referencing=True):
            raise LockError(
                self.env._("Somebody works on %s at the moment.", self.display_name)
            )
        self._check_is_open()

    def _chosen_items(self, parts):
        """Return the open items that parts are for; not the other side of transfers."""
        return self.env["account.move.line"].union(
            *(part.target for part in parts if part.wish["kind"] == "item")
        )

    def _book_rows(self, rows, partner):
        """Put ``rows`` in the place of the suspense item.

        :return: account.move.line that were made, in the order of ``rows``
        """
        liquidity, suspense, _others = self._seek_for_lines()
        known = self.move_id.line_ids
        commands = [Command.delete(suspense.id), *map(Command.create, rows)]
        if partner != self.partner_id:
            commands.append(Command.update(liquidity.id, {"partner_id": partner.id}))
        self.move_id.with_context(
            skip_readonly_check=True, skip_invoice_sync=True, force_delete=True
        ).write({"line_ids": commands})
        return (self.move_id.line_ids - known).sorted("id")

    def _plan_of(self, parts, made):
        """Return what is reconciled: the first row of a part with its item."""
        plan, position = [], 0
        for part in parts:
            if part.target:
                plan.append(made[position] | part.target.sudo())
            position += len(part.rows)
        return plan

    def _check_allocated(self, before):
        """Read back: nothing is on suspense, and each item has less open than before.

        :param dict before: {item: what was open}
        :raise UserError: if not
        """
        _liquidity, suspense, _others = self._seek_for_lines()
        total = sum(self.move_id.line_ids.mapped("balance"))
        settled = all(
            item.reconciled or abs(item.amount_residual) < abs(was)
            for item, was in before.items()
        )
        is_balanced = self.company_id.currency_id.is_zero(total)
        if suspense or not self.is_reconciled or not is_balanced or not settled:
            raise UserError(self.env._("%s could not be booked.", self.display_name))

    # === WHAT IS LEARNED === #

    def _note_choice(self, parts, inferred):
        """Keep the choice of items as a match; learn who paid; drop what is void.

        What was booked on accounts alone leaves no match: habits are read from it.

        :param bool inferred: whether the line's partner comes from the items
        """
        items = self._chosen_items(parts)
        partner = items.partner_id
        for part in parts:
            if part.wish["kind"] == "partner":
                partner |= self.env["res.partner"].browse(int(part.wish["id"]))
        if len(partner) == 1:
            self.env["account.match.alias"]._learn(self, partner)
        matches = self.sudo().match_ids
        if items:
            match = matches._keep_choice(self, items, len(parts) == len(items))
            match.partner_inferred = inferred
            match._settle("person")
        else:
            matches.filtered(lambda each: each.state == "proposed").unlink()


class AccountMatch(models.Model):
    _inherit = "account.match"

    def _keep_choice(self, line, items, is_all):
        """Return the match of ``line`` with the items that a person chose.

        :param bool is_all: whether nothing but these items was booked
        """
        known = self.filtered(
            lambda each: each.signature == _signature("invoice", items.ids)
        )
        values = {"counterpart_line_id": items[0].id}
        if known and not (is_all and all(item.reconciled for item in items)):
            values["how"] = "chosen"
        if not known:
            link = {"move_line_id": items[0].id}
            if len(items) > 1:
                link = {"item_ids": [Command.set(items.ids)]}
            evidence = [["chosen", {"name": self.env.user.name}]]
            values |= {
                "statement_line_id": line.id,
                "how": "chosen",
                "evidence": evidence,
                "confidence": 0.999,
                **link,
            }
            return self.create(values)
        known.write(values)
        return known
