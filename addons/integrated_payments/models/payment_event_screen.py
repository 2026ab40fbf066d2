"""What the Events screen shows beside the event itself."""

from odoo import api, fields, models

from ..gateway import stripe as translator
from ..gateway.errors import NeedsPerson

# Kind of object to the model and the field that hold its gateway id.
HOMES = {
    "intent": ("payment.transaction", "provider_reference"),
    "charge": ("payment.charge", "gateway_ref"),
    "refund": ("payment.transaction", "provider_reference"),
    "dispute": ("payment.dispute", "gateway_ref"),
    "payout": ("payment.payout", "gateway_ref"),
}
NOTED = 50  # changes kept on an event


class PaymentEvent(models.Model):
    _inherit = "payment.event"

    subject_record = fields.Reference(
        selection=[
            ("payment.transaction", "Payment"),
            ("payment.charge", "Attempt"),
            ("payment.dispute", "Dispute"),
            ("payment.payout", "Payout"),
        ],
        string="Record",
        compute="_compute_subject_record",
        help="What Odoo holds of the object that this event is about.",
    )
    sibling_ids = fields.Many2many(
        "payment.event",
        string="Other Events of the Object",
        compute="_compute_sibling_ids",
    )
    replayed_at = fields.Datetime("Last Replay", readonly=True)
    replayed_by_id = fields.Many2one("res.users", "Replayed by", readonly=True)
    replay_text = fields.Text("It Changed", readonly=True)

    @api.depends("event_type", "object_ref")
    def _compute_subject_record(self):
        for event in self:
            event.subject_record = event._subject_record()

    def _subject_record(self):
        """Return ``"model,id"`` of the object's record, False if there is none."""
        try:
            subject = translator.subject_of(self.event_type or "", self.object_ref)
        except NeedsPerson:
            return False
        if not subject or subject.kind not in HOMES or not subject.ref:
            return False
        model, name = HOMES[subject.kind]
        found = self.env[model].search(
            [("provider_id", "=", self.provider_id.id), (name, "=", subject.ref)],
            limit=1,
        )
        return f"{model},{found.id}" if found else False

    @api.depends("object_ref")
    def _compute_sibling_ids(self):
        for event in self:
            event.sibling_ids = event.object_ref and self.search(
                [
                    ("provider_id", "=", event.provider_id.id),
                    ("object_ref", "=", event.object_ref),
                    ("id", "!=", event.id),
                ],
                order="id",
                limit=100,
            )

    def action_open_replay(self):
        """Show what a replay of the selected events would change."""
        self.check_access("write")
        return self.env["payment.event.replay"]._open(self)

    def _note_replay(self, changes):
        """Keep on the events who replayed them and what that changed."""
        lines = [
            f"{change.kind} {change.name}: {change.field}:"
            f" {change.before or '-'} \N{RIGHTWARDS ARROW} {change.after or '-'}"
            for change in changes[:NOTED]
        ]
        if len(changes) > NOTED:
            lines.append(self.env._("and %s more", len(changes) - NOTED))
        self.write(
            {
                "replayed_at": fields.Datetime.now(),
                "replayed_by_id": self.env.uid,
                "replay_text": "\n".join(lines) or self.env._("Nothing."),
            }
        )
