from odoo import api, fields, models
from odoo.tools import SQL

from ..metrics.figures import HELP
from .payment_board_table import COMPANY, COUNTED


class PaymentEventReport(models.Model):
    """One row per notification of a gateway: how long it took until it was processed.

    Its ids are those of payment.event.
    """

    _name = "payment.event.report"
    _inherit = "payment.board.table"
    _description = "Event Delay Analysis"
    _auto = False
    _rec_name = "event_type"
    _order = "created_at desc, id desc"

    event_type = fields.Char("Type", readonly=True)
    provider_id = fields.Many2one("payment.provider", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    state = fields.Selection(selection="_selection_state", readonly=True)
    created_at = fields.Datetime("Created at Gateway", readonly=True)
    received_at = fields.Datetime("Received", readonly=True)
    processed_at = fields.Datetime("Processed", readonly=True)
    day = fields.Date(readonly=True, help="Of arrival, in the company's time zone.")
    year_later = fields.Date("Day a Year Later", readonly=True)
    events = fields.Integer(readonly=True)
    parked_events = fields.Integer(
        "Events to Look At", readonly=True, help=HELP["parked_events"]
    )
    delay = fields.Float("Delay (s)", readonly=True, aggregator="avg")
    delay_p50 = fields.Float(
        "Delay, Median (s)", readonly=True, aggregator="avg", help=HELP["delay_p50"]
    )
    delay_p90 = fields.Float(
        "Delay, 90% (s)", readonly=True, aggregator="avg", help=HELP["delay_p90"]
    )
    processing = fields.Float("Processing (s)", readonly=True, aggregator="avg")
    processing_p90 = fields.Float(
        "Processing, 90% (s)",
        readonly=True,
        aggregator="avg",
        help=HELP["processing_p90"],
    )

    _percentiles = {
        "delay_p50": ("delay", 0.5),
        "delay_p90": ("delay", 0.9),
        "processing_p90": ("processing", 0.9),
    }
    _depends = {
        "payment.event": [
            "company_id",
            "created_at",
            "event_type",
            "livemode",
            "processed_at",
            "provider_id",
            "received_at",
            "state",
        ],
        "payment.provider": ["post_test_payments"],
        "res.company": ["partner_id"],
        "res.partner": ["tz"],
    }

    @api.model
    def _selection_state(self):
        return (
            self.env["payment.event"]._fields["state"]._description_selection(self.env)
        )

    @property
    def _table_query(self):
        company = COMPANY.format(company="event.company_id")
        counted = COUNTED.format(live="event.livemode")
        return SQL(
            f"""
            SELECT event.id, event.event_type, event.provider_id, event.company_id,
                   event.state, event.created_at, event.received_at, event.processed_at,
                   arrived.day, (arrived.day + interval '1 year')::date AS year_later,
                   1 AS events, (event.state = 'parked')::int AS parked_events,
                   took.delay, took.delay AS delay_p50, took.delay AS delay_p90,
                   took.processing, took.processing AS processing_p90
              FROM payment_event event
              JOIN payment_provider provider ON provider.id = event.provider_id
              {company}
              CROSS JOIN LATERAL (
                   SELECT (event.received_at AT TIME ZONE 'UTC'
                           AT TIME ZONE company.tz)::date AS day
              ) arrived
              CROSS JOIN LATERAL (
                   SELECT CASE WHEN event.processed_at < event.created_at THEN 0
                          ELSE EXTRACT(EPOCH FROM event.processed_at - event.created_at)
                          END::float AS delay,
                          EXTRACT(EPOCH FROM event.processed_at - event.received_at)
                          ::float AS processing
              ) took
             WHERE {counted}
            """
        )

    def action_open_event(self):
        """Open the event behind a row."""
        self.ensure_one()
        event = self.env["payment.event"].browse(self.id)
        return event._get_records_action(name=self.event_type)
