"""What the sandbox serves: the object types and, from the modules, the operations."""

from . import (
    account,
    balance,
    balance_transactions,
    billing,
    charges,
    checkout,
    customers,
    disputes,
    events,
    files,
    payment_intents,
    payment_methods,
    payouts,
    products,
    radar,
    refunds,
    schemas,
    sdk,
    setup_intents,
    webhook_endpoints,
)
from .routing import ROUTES

MODULES = (
    account,
    balance,
    balance_transactions,
    billing,
    charges,
    checkout,
    customers,
    disputes,
    events,
    files,
    payment_intents,
    payment_methods,
    payouts,
    radar,
    products,
    refunds,
    setup_intents,
    webhook_endpoints,
)

# Stripe's ``object`` -> (module, class) of the SDK
OBJECTS = {
    "account": ("stripe._account", "Account"),
    "balance": ("stripe._balance", "Balance"),
    "balance_transaction": ("stripe._balance_transaction", "BalanceTransaction"),
    "charge": ("stripe._charge", "Charge"),
    "checkout.session": ("stripe.checkout._session", "Session"),
    "customer": ("stripe._customer", "Customer"),
    "dispute": ("stripe._dispute", "Dispute"),
    "event": ("stripe._event", "Event"),
    "file": ("stripe._file", "File"),
    "invoice": ("stripe._invoice", "Invoice"),
    "invoice_payment": ("stripe._invoice_payment", "InvoicePayment"),
    "item": ("stripe._line_item", "LineItem"),
    "line_item": ("stripe._invoice_line_item", "InvoiceLineItem"),
    "mandate": ("stripe._mandate", "Mandate"),
    "payment_intent": ("stripe._payment_intent", "PaymentIntent"),
    "payment_method": ("stripe._payment_method", "PaymentMethod"),
    "payout": ("stripe._payout", "Payout"),
    "price": ("stripe._price", "Price"),
    "product": ("stripe._product", "Product"),
    "radar.early_fraud_warning": (
        "stripe.radar._early_fraud_warning",
        "EarlyFraudWarning",
    ),
    "refund": ("stripe._refund", "Refund"),
    "review": ("stripe._review", "Review"),
    "setup_intent": ("stripe._setup_intent", "SetupIntent"),
    "webhook_endpoint": ("stripe._webhook_endpoint", "WebhookEndpoint"),
}
# Stripe serves these; the SDK builds their requests without a service class.
PARAMETERS = {
    "GET /v1/account": (
        "stripe.params._account_retrieve_params",
        "AccountRetrieveParams",
    ),
}


def document(cache_dir=None):
    """Return the derived schemas of all that is served.

    :raise SchemaError: the sandbox serves an operation that Stripe does not have
    """
    known = {key: found.params for key, found in sdk.operations().items()} | PARAMETERS
    unknown = sorted(set(ROUTES) - set(known))
    if unknown:
        raise schemas.SchemaError(f"Stripe has no operation {', '.join(unknown)}")
    asked = {key: list(known[key]) for key in sorted(ROUTES)}
    objects = {name: list(where) for name, where in OBJECTS.items()}
    return schemas.load(objects, asked, cache_dir)
