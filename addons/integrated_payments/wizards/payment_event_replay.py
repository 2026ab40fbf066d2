from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.payment_event_changes import PREVIEW_LIMIT


class PaymentEventReplay(models.TransientModel):
    """Process events again, after a look at what that would change."""

    _name = "payment.event.replay"
    _description = "Replay of gateway events"

    event_ids = fields.Many2many("payment.event", readonly=True)
    event_count = fields.Integer(compute="_compute_counts")
    change_count = fields.Integer(compute="_compute_counts")
    state = fields.Selection(
        [("preview", "Preview"), ("done", "Done")], default="preview", readonly=True
    )
    line_ids = fields.One2many("payment.event.replay.line", "replay_id", readonly=True)

    @api.depends("event_ids", "line_ids")
    def _compute_counts(self):
        for replay in self:
            replay.event_count = len(replay.event_ids)
            replay.change_count = len(replay.line_ids)

    @api.model
    def _open(self, events):
        """Open the preview of a replay of ``events``.

        :raise UserError: for more than can be looked at in one go
        """
        if len(events) > PREVIEW_LIMIT:
            raise UserError(
                self.env._("Select at most %s events to replay.", PREVIEW_LIMIT)
            )
        replay = self.create({"event_ids": [fields.Command.set(events.ids)]})
        changes = events._preview_replay()
        replay._keep(changes)
        return replay._reopen()

    def _keep(self, changes):
        self.line_ids = [
            fields.Command.clear(),
            *(
                fields.Command.create(
                    {
                        "kind": change.kind,
                        "name": change.name,
                        "change": self.env._("new") if change.is_new else "",
                        "field": change.field,
                        "before": change.before,
                        "after": change.after,
                    }
                )
                for change in changes
            ),
        ]

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_replay(self):
        """Process the events again and show what has changed."""
        self.ensure_one()
        changes = self.event_ids._replay_and_compare()
        self._keep(changes)
        self.state = "done"
        self.event_ids._note_replay(changes)
        return self._reopen()


class PaymentEventReplayLine(models.TransientModel):
    """One field that a replay changes."""

    _name = "payment.event.replay.line"
    _description = "Change by a replay"

    replay_id = fields.Many2one(
        "payment.event.replay", required=True, ondelete="cascade"
    )
    kind = fields.Char("Record")
    name = fields.Char()
    change = fields.Char("New")
    field = fields.Char()
    before = fields.Char()
    after = fields.Char()
