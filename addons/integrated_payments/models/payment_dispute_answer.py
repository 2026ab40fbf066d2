"""Answering a dispute: evidence, or giving it up. Both go to the gateway at once."""

from hashlib import sha256
from json import dumps

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from ..domain.evidence import FILES, TEXTS
from ..gateway.errors import GatewayError
from .payment_dispute import OPEN_STATES


class PaymentDispute(models.Model):
    _inherit = "payment.dispute"

    answers = fields.Integer(
        readonly=True,
        copy=False,
        help="How often evidence was sent from Odoo: part of the idempotency key, so"
        " that a crash repeats nothing and a changed mind is heard.",
    )

    # === ACTIONS === #

    def action_prepare_evidence(self):
        """Open what Odoo knows about the disputed sale, to be reviewed and sent.

        :raise UserError: if it is too late, or the gateway cannot be reached
        """
        self.ensure_one()
        self.check_access("write")
        self._check_answerable()
        wizard = self.env["payment.evidence.wizard"]._prepare(self)
        return {
            **wizard._get_records_action(name=self.env._("Evidence")),
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_accept(self):
        """Give the dispute up: the customer keeps the money. Final.

        :raise UserError: if it is no open dispute, or the gateway refuses
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "needs_response":
            raise UserError(
                self.env._("Only a dispute that needs a response can be accepted.")
            )
        fact = self._ask_gateway(
            "accept_dispute", self.gateway_ref, f"odoo-accept-{self.gateway_ref}"
        )
        self.message_post(body=self.env._("Accepted: the dispute is given up."))
        self._apply_answer(fact)
        return True

    # === THE GATEWAY === #

    def _check_answerable(self):
        """:raise UserError: if the gateway would take no evidence any more"""
        if self.state not in OPEN_STATES:
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Evidence can no longer be sent: the dispute is %s.",
                    states[self.state],
                )
            )
        if self._is_too_late():
            raise UserError(
                self.env._(
                    "The deadline has passed on %s. The gateway takes no evidence any"
                    " more.",
                    self._day(self.due_by or fields.Datetime.now()),
                )
            )

    def _is_too_late(self):
        """Whether the deadline has passed, by the gateway's clock rather than ours."""
        if not self.due_by or self.due_by >= fields.Datetime.now():
            return self.past_due
        return self._ask_gateway("fetch", "dispute", self.gateway_ref).past_due

    def _ask_gateway(self, method, *args):
        """Call the gateway for a person.

        :raise UserError: with the gateway's own words; nothing was changed
        """
        try:
            return getattr(self.provider_id.sudo()._gateway(), method)(*args)
        except GatewayError as error:
            raise UserError(str(error)) from error

    def _evidence_present(self):
        """Return {field: text or file id} that the gateway holds already."""
        return self._ask_gateway("evidence_of", self.gateway_ref)

    def _upload(self, name, content):
        """Hand one file on; the same name and content are handed on once.

        :return: the gateway's id of the file
        """
        digest = sha256(name.encode() + b"\0" + content).hexdigest()[:40]
        key = f"odoo-file-{self.gateway_ref}-{self.answers}-{digest}"
        return self._ask_gateway("upload_file", name, content, key)

    def _send_evidence(self, evidence, submit, names):
        """Save evidence at the gateway, or submit it, and say so.

        :param dict evidence: {field: text or file id}
        :param dict names: {file id: name} of the files that were handed on
        """
        said = dumps([evidence, submit], sort_keys=True)
        digest = sha256(said.encode()).hexdigest()[:40]
        key = f"odoo-evidence-{self.gateway_ref}-{self.answers}-{digest}"
        fact = self._ask_gateway(
            "submit_evidence", self.gateway_ref, evidence, submit, key
        )
        self.sudo().answers += 1
        self.message_post(body=self._what_was_sent(evidence, submit, names))
        self._apply_answer(fact)

    def _apply_answer(self, fact):
        """Take over what the gateway says now, and book the outcome if it is one."""
        dispute = self.sudo()
        dispute._write_changes(self._values_of(fact))
        dispute._settle_outcome()

    def _what_was_sent(self, evidence, submit, names):
        """Return which fields and files were sent, without their content."""
        title = (
            self.env._("Evidence submitted")
            if submit
            else self.env._("Evidence saved as a draft at the gateway")
        )
        items = Markup().join(
            Markup("<li>{}</li>").format(self._name_field(field, value, names))
            for field, value in evidence.items()
        )
        return Markup("{}<ul>{}</ul>").format(title, items)

    def _name_field(self, field, value, names):
        if field in FILES:
            return f"{FILES[field]}: {names.get(value, '')} ({value})"
        return TEXTS[field] if value else self.env._("%s: removed", TEXTS[field])
