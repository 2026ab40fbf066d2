import logging
import time

import psycopg2

from odoo import SUPERUSER_ID, api, models

_logger = logging.getLogger(__name__)

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
        postcommit = self.env.cr.postcommit
        pending = postcommit.data.get(PENDING)
        if pending is None:
            pending = postcommit.data[PENDING] = set()
            postcommit.add(self._ping)
        pending.update(companies.ids)

    def _ping(self):
        """Send what is due in a transaction of its own: it never holds a payment up."""
        cr, now = self.env.cr, time.monotonic()
        due = [
            company
            for company in sorted(cr.postcommit.data.pop(PENDING, ()))
            if now - _pinged.get((cr.dbname, company), -PAUSE) >= PAUSE
        ]
        if not due:
            return
        _pinged.update({(cr.dbname, company): now for company in due})
        try:
            with self.pool.cursor() as own:
                self._send(api.Environment(own, SUPERUSER_ID, {}), due)
        except psycopg2.Error:
            _logger.warning("Open boards could not be told of changes", exc_info=True)

    @api.model
    def _send(self, env, companies):
        for company in env["res.company"].browse(companies):
            env["bus.bus"]._sendone(
                (company, CHANNEL), CHANGED, {"company": company.id, "pause": PAUSE}
            )
