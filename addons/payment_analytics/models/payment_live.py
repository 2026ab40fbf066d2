import time

from odoo import api, models

CHANNEL = "payment_boards"
CHANGED = "payment_analytics.changed"
PAUSE = 3  # seconds in which one ping stands for all changes of a company
PENDING = "payment_analytics.live"
_pinged = {}  # {(database, company): when it was pinged last}


class PaymentLive(models.AbstractModel):
    """Tells open boards that payments changed, without a figure.

    A board reads again under its reader's own rights. One ping stands for what changes
    in the seconds after it too, so that a burst is one ping: who gets it reads at once
    and once more when these seconds are over. Nobody has to poll.
    """

    _name = "payment.live"
    _description = "Pings to Open Payment Boards"

    @api.model
    def _changed(self, companies):
        """Ping the companies' boards when this database transaction has committed."""
        if not companies:
            return
        precommit = self.env.cr.precommit
        pending = precommit.data.get(PENDING)
        if pending is None:
            pending = precommit.data[PENDING] = set()
            precommit.add(self.sudo()._ping)
        pending.update(companies.ids)

    def _ping(self):
        """Send what is due with this transaction; it is out when that has committed."""
        cr, now = self.env.cr, time.monotonic()
        due = [
            company
            for company in sorted(cr.precommit.data.pop(PENDING, ()))
            if now - _pinged.get((cr.dbname, company), -PAUSE) >= PAUSE
        ]
        for company in self.env["res.company"].browse(due):
            self.env["bus.bus"]._sendone(
                (company, CHANNEL), CHANGED, {"company": company.id, "pause": PAUSE}
            )

        def remember():
            # Only now: a transaction that fails has told nobody.
            _pinged.update({(cr.dbname, company): time.monotonic() for company in due})

        cr.postcommit.add(remember)
