"""What a dispute is about and what answers it: tables, and the gateway's limits.

Sources: https://docs.stripe.com/api/disputes/update (the fields and their length),
https://docs.stripe.com/disputes/categories (reasons and what to submit for each),
https://docs.stripe.com/disputes/api (the length of all texts together),
https://docs.stripe.com/disputes/responding (formats and size of files).
"""

TEXT_TOTAL = 150_000  # characters of all text fields together
LONG_TEXT = 20_000  # characters of one long text field
FILES_TOTAL = 4_500_000  # bytes of all files together

REASONS = {
    "bank_cannot_process": "The bank cannot process it",
    "check_returned": "The cheque was returned",
    "credit_not_processed": "A promised refund has not come",
    "customer_initiated": "The customer asked the bank",
    "debit_not_authorized": "The debit was not authorised",
    "duplicate": "Charged twice",
    "fraudulent": "The cardholder did not make this payment",
    "general": "No reason given",
    "incorrect_account_details": "The bank account is wrong",
    "insufficient_funds": "The account had not enough money",
    "noncompliant": "Against the card network's rules",
    "product_not_received": "Goods or service not received",
    "product_unacceptable": "Goods or service defective or not as described",
    "subscription_canceled": "Charged after a subscription was cancelled",
    "unrecognized": "The cardholder does not recognise the payment",
}

TEXTS = {
    "customer_name": "Customer's name",
    "customer_email_address": "Customer's e-mail",
    "customer_purchase_ip": "IP address of the purchase",
    "billing_address": "Billing address",
    "product_description": "What was sold",
    "shipping_address": "Shipping address",
    "shipping_carrier": "Carrier",
    "shipping_date": "Shipped on",
    "shipping_tracking_number": "Tracking number",
    "service_date": "Service given on",
    "access_activity_log": "Log of access or downloads",
    "duplicate_charge_id": "The other charge (gateway ID)",
    "duplicate_charge_explanation": "Why it is not a duplicate",
    "refund_policy_disclosure": "How the refund policy was shown",
    "refund_refusal_explanation": "Why no refund is due",
    "cancellation_policy_disclosure": "How the cancellation policy was shown",
    "cancellation_rebuttal": "Why the subscription was not cancelled",
    "uncategorized_text": "Anything else",
}
LONG_TEXTS = frozenset(
    "access_activity_log cancellation_policy_disclosure cancellation_rebuttal "
    "duplicate_charge_explanation product_description refund_policy_disclosure "
    "refund_refusal_explanation uncategorized_text".split()
)

FILES = {
    "receipt": "Receipt or invoice",
    "customer_communication": "Messages with the customer",
    "customer_signature": "Customer's signature",
    "shipping_documentation": "Proof of shipping",
    "service_documentation": "Proof of the service",
    "duplicate_charge_documentation": "The other charge's receipt",
    "refund_policy": "Refund policy",
    "cancellation_policy": "Cancellation policy",
    "uncategorized_file": "Anything else",
}

# Who bought what: asked for whatever the reason is.
ALWAYS = (
    "customer_name",
    "customer_email_address",
    "billing_address",
    "product_description",
    "receipt",
    "customer_communication",
    "uncategorized_text",
    "uncategorized_file",
)
DELIVERY = (
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "shipping_documentation",
    "service_date",
    "service_documentation",
)
AUTHORISED = (
    "customer_purchase_ip",
    "customer_signature",
    "access_activity_log",
    *DELIVERY,
)
REFUND = ("refund_policy", "refund_policy_disclosure", "refund_refusal_explanation")
CANCELLATION = (
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
)
EVERYTHING = tuple(dict.fromkeys((*ALWAYS, *TEXTS, *FILES)))

# What to submit beside ALWAYS, by reason. What is not here may need anything.
BY_REASON = {
    "credit_not_processed": REFUND,
    "debit_not_authorized": AUTHORISED,
    "duplicate": (
        "duplicate_charge_id",
        "duplicate_charge_explanation",
        "duplicate_charge_documentation",
        *DELIVERY,
    ),
    "fraudulent": AUTHORISED,
    "product_not_received": ("customer_signature", "access_activity_log", *DELIVERY),
    "product_unacceptable": (*DELIVERY, *REFUND),
    "subscription_canceled": ("access_activity_log", "service_date", *CANCELLATION),
    "unrecognized": AUTHORISED,
}

SIGNATURES = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n", "png"))


def fields_for(reason):
    """Return the evidence fields, texts and files, that may answer a reason."""
    asked = BY_REASON.get(reason)
    return EVERYTHING if asked is None else (*ALWAYS, *asked)


def file_type(content):
    """Return pdf, jpg or png by the first bytes of a file, None for anything else."""
    return next((kind for mark, kind in SIGNATURES if content.startswith(mark)), None)


def too_long(texts):
    """Return what exceeds the gateway's limits of text.

    :param dict texts: {field: text}
    :return: ({field: characters} over the limit of one field, total or None)
    """
    fields = {
        name: len(text)
        for name, text in texts.items()
        if name in LONG_TEXTS and len(text) > LONG_TEXT
    }
    total = sum(map(len, texts.values()))
    return fields, total if total > TEXT_TOTAL else None


def changes(texts, present):
    """Return what to send so that the gateway holds ``texts``.

    A field that is empty now and was not before is unset by an empty string.

    :param dict texts: {field: text}, empty ones included
    :param dict present: {field: text or file id} that the gateway holds
    """
    return {
        name: text
        for name, text in texts.items()
        if text != (present.get(name) or "") and name in TEXTS
    }
