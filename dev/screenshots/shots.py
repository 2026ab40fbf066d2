"""Which screens are taken, as whom, and how wide the window is."""

from dataclasses import dataclass

DESKTOP = (1360, 860)
MOBILE = (360, 740)
BOARD = (1360, 1500)
BOARDS = ("payments", "risk", "cash", "customers", "operations", "sales")


@dataclass(frozen=True)
class Shot:
    """One picture.

    :param str name: file name without ending, below ``docs/img``
    :param str path: address on the server; ``{payment}`` etc. are filled in
    :param str wait: CSS selector that shows that the screen is ready
    :param str click: CSS selector to press before the picture, if any
    """

    name: str
    path: str
    wait: str
    size: tuple = DESKTOP
    click: str = ""


SHOTS = (
    Shot("overview", "/odoo/payments-overview", ".o_payment_overview"),
    Shot(
        "payment_trail",
        "/odoo/gateway-payments/{payment}",
        ".o_field_one2many .o_data_row",
    ),
    Shot("inbox", "/odoo/payment-events", ".o_data_row"),
    Shot("gateway_journal", "/odoo/gateway-journal", ".o_data_row"),
    Shot("workbench", "/odoo/bank-reconcile", ".o_bank_workbench_detail"),
    Shot(
        "workbench_batch",
        "/odoo/bank-reconcile",
        ".o_bank_workbench_detail",
        click="button[name=batch]",
    ),
    Shot(
        "workbench_mobile",
        "/odoo/bank-reconcile",
        ".o_bank_workbench_line",
        MOBILE,
        click=".o_bank_workbench_line",
    ),
    *(
        Shot(
            f"board_{name}",
            f"/odoo/dashboards?dashboard_id={{board_{name}}}",
            ".o-figure",
            BOARD,
        )
        for name in BOARDS
    ),
    Shot("payout", "/odoo/payouts/{payout}", ".o_data_row"),
    Shot("dispute", "/odoo/disputes/{dispute}", ".o-mail-Chatter"),
    Shot(
        "provider",
        "/odoo/action-payment.action_payment_provider/{provider}",
        ".o_notebook",
        click="a[name='gateway_books']",
    ),
    Shot("order", "/odoo/sales/{order}", ".o_form_view"),
    Shot("delivery", "/odoo/deliveries/{delivery}", ".o_form_view"),
    Shot(
        "customer",
        "/odoo/customers/{customer}",
        ".o_notebook",
        click="a[name='payments']",
    ),
    Shot("messages", "/odoo/payment-messages", ".o_data_row"),
    Shot("reminders", "/odoo/reminders-tomorrow", ".o_data_row"),
    Shot(
        "payment_trail_mobile",
        "/odoo/gateway-payments/{payment}",
        ".o_form_view",
        MOBILE,
    ),
)
