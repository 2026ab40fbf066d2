from odoo import fields, models
from odoo.tools import SQL

from ..metrics.figures import HELP, PACE_DAYS
from .payment_board_table import COUNTED


class PaymentPaceReport(models.Model):
    """One row per stored product that was paid or is in stock: how long it will last.

    Its ids are those of product.product; pace and stock are those of the companies at
    hand together. Only products whose stock Odoo keeps: of others nobody can say it.
    """

    _name = "payment.pace.report"
    _inherit = "payment.board.table"
    _description = "Stock and Payments' Pace"
    _auto = False
    _rec_name = "product_id"
    _order = "days_left, id"

    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Category", readonly=True)
    paid_quantity = fields.Float(readonly=True, help=HELP["paid_quantity"])
    pace = fields.Float("Paid per Day", readonly=True, help=HELP["pace"])
    free_quantity = fields.Float(
        "Free Stock", readonly=True, help=HELP["free_quantity"]
    )
    stock_and_paid = fields.Float("Paid and Free", readonly=True)
    days_left = fields.Float(readonly=True, aggregator="avg", help=HELP["days_left"])
    sell_through = fields.Float(
        "Sell-Through", readonly=True, aggregator="avg", help=HELP["sell_through"]
    )

    _ratios = {
        "days_left": ("free_quantity", "pace", 1),
        "sell_through": ("paid_quantity", "stock_and_paid", 1),
    }
    _depends = {
        "account.move.line": ["move_id", "sale_line_ids"],
        "payment.transaction": [
            "invoice_ids",
            "is_live",
            "operation",
            "paid_at",
            "provider_id",
            "sale_order_ids",
            "state",
        ],
        "payment.provider": ["post_test_payments"],
        "product.product": ["active", "product_tmpl_id"],
        "product.template": ["categ_id", "is_storable", "uom_id"],
        "sale.order": ["company_id", "state"],
        "sale.order.line": [
            "order_id",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
        ],
        "stock.location": ["usage"],
        "stock.quant": [
            "company_id",
            "location_id",
            "product_id",
            "quantity",
            "reserved_quantity",
        ],
        "uom.uom": ["factor"],
    }

    @property
    def _table_query(self):
        counted = COUNTED.format(live="tx.is_live")
        return SQL(
            f"""
            WITH paid_line AS (
                SELECT first.line_id, MIN(first.at) AS at FROM (
                    SELECT line.id AS line_id, tx.at
                      FROM ({_PAID.format(counted=counted)}) tx
                      JOIN sale_order_transaction_rel rel ON rel.transaction_id = tx.id
                      JOIN sale_order_line line ON line.order_id = rel.sale_order_id
                    UNION ALL
                    SELECT rel.order_line_id, tx.at
                      FROM ({_PAID.format(counted=counted)}) tx
                      JOIN account_invoice_transaction_rel paid
                        ON paid.transaction_id = tx.id
                      JOIN account_move_line item ON item.move_id = paid.invoice_id
                      JOIN sale_order_line_invoice_rel rel
                        ON rel.invoice_line_id = item.id
                ) first GROUP BY first.line_id
            ), paid AS (
                SELECT line.product_id,
                       SUM(line.product_uom_qty * unit.factor / own.factor) AS quantity
                  FROM paid_line
                  JOIN sale_order_line line ON line.id = paid_line.line_id
                  JOIN sale_order sale ON sale.id = line.order_id
                       AND sale.state <> 'cancel'
                       AND sale.company_id = ANY(%(companies)s)
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = line.product_uom_id
                  JOIN uom_uom own ON own.id = template.uom_id
                 WHERE paid_line.at
                       > (now() AT TIME ZONE 'UTC') - %(days)s * interval '1 day'
                 GROUP BY line.product_id
            ), free AS (
                SELECT quant.product_id,
                       SUM(quant.quantity - quant.reserved_quantity) AS quantity
                  FROM stock_quant quant
                  JOIN stock_location place ON place.id = quant.location_id
                       AND place.usage = 'internal'
                 WHERE quant.company_id = ANY(%(companies)s)
                 GROUP BY quant.product_id
            )
            SELECT product.id, product.id AS product_id, template.categ_id,
                   figure.paid AS paid_quantity, figure.paid / %(days)s AS pace,
                   figure.free AS free_quantity,
                   figure.paid + GREATEST(figure.free, 0) AS stock_and_paid,
                   GREATEST(figure.free, 0) * %(days)s / NULLIF(figure.paid, 0)
                       AS days_left,
                   figure.paid / NULLIF(figure.paid + GREATEST(figure.free, 0), 0)
                       AS sell_through
              FROM product_product product
              JOIN product_template template ON template.id = product.product_tmpl_id
                   AND template.is_storable
              LEFT JOIN paid ON paid.product_id = product.id
              LEFT JOIN free ON free.product_id = product.id
              CROSS JOIN LATERAL (
                   SELECT COALESCE(paid.quantity, 0)::float AS paid,
                          COALESCE(free.quantity, 0)::float AS free
              ) figure
             WHERE figure.paid > 0 OR figure.free > 0
            """,
            companies=self.env.companies.ids,
            days=PACE_DAYS,
        )

    def action_open_product(self):
        """Open the product behind a row."""
        self.ensure_one()
        return self.product_id._get_records_action(name=self.product_id.display_name)


_PAID = """
    SELECT tx.id, COALESCE(tx.paid_at, tx.last_state_change, tx.create_date) AS at
      FROM payment_transaction tx
      JOIN payment_provider provider ON provider.id = tx.provider_id
     WHERE tx.state = 'done' AND tx.operation NOT IN ('refund', 'validation')
       AND {counted}
"""
