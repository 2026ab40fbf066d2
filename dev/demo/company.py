"""The company of the story: set up through the doors that its people use."""

from dataclasses import dataclass, field

IBAN = "NL02ABNA0123456789"
SAMPLE_IBAN = "NL77ABNA0574908765"  # the account of the importer's own sample file
PRODUCTS = (
    ("Oak standing desk", 640.0, 12),
    ("Task chair, graphite", 289.0, 30),
    ("Acoustic panel, set of four", 118.0, 25),
    ("Desk lamp", 79.0, 40),
)
CUSTOMERS = (
    ("Nora Lindqvist", "nora.lindqvist@example.com"),
    ("Studio Delft B.V.", "accounts@studio-delft.example.com"),
    ("Marc Dubois", "marc.dubois@example.com"),
    ("Hanne de Vries", "hanne.devries@example.com"),
    ("Bakkerij Vermeer", "post@bakkerij-vermeer.example.com"),
)


@dataclass
class Company:
    """Ids of what the story needs."""

    odoo: object
    provider: int = 0
    methods: dict = field(default_factory=dict)
    products: dict = field(default_factory=dict)
    customers: dict = field(default_factory=dict)
    bank: int = 0
    sample_bank: int = 0
    currency: str = "EUR"
    opening: dict = field(default_factory=dict)  # the gateway's balance before


def set_up(odoo, keys, base_url, currency="EUR", webhook_secret=None):
    """Make the company, its goods and customers, and connect the gateway.

    :param odoo: an OdooClient, logged in as administrator
    :param keys: (publishable key, secret key) of the gateway
    :param str currency: ISO 4217 code of the company's currency
    :param str webhook_secret: signing secret, where the gateway cannot reach Odoo; else
        the webhook is created at the gateway by its button
    :return: :class:`Company`
    """
    company = Company(odoo, currency=currency)
    accountant = odoo.ref("account.group_account_user")
    odoo.write("res.users", odoo.uid, {"group_ids": [(4, accountant)]})
    _company(odoo, base_url, currency)
    company.bank = _bank(odoo, IBAN, "ABN AMRO", "Bank")
    company.sample_bank = _bank(odoo, SAMPLE_IBAN, "ABN AMRO", "Old Bank Account")
    _policies(odoo)
    company.products = {
        name: _product(odoo, *rest) for name, *rest in _named_products()
    }
    company.customers = {
        name: odoo.create(
            "res.partner", {"name": name, "email": email, "lang": "en_US"}
        )
        for name, email in CUSTOMERS
    }
    company.provider = _connect(odoo, keys, webhook_secret)
    company.methods = _methods(odoo)
    return company


def _named_products():
    return [(name, name, price, stock) for name, price, stock in PRODUCTS]


def _company(odoo, base_url, currency):
    currency_id = odoo.call(
        "res.currency",
        "search",
        [("name", "=", currency)],
        context={"active_test": False},
    )[0]
    odoo.write("res.currency", currency_id, {"active": True})
    odoo.write(
        "res.company",
        1,
        {
            "name": "Larch & Lathe B.V.",
            "email": "hello@larch-and-lathe.example.com",
            "street": "Oude Delft 12",
            "city": "Delft",
            "country_id": odoo.ref("base.nl"),
            "currency_id": currency_id,
        },
    )
    pricelists = odoo.find("product.pricelist", [])
    odoo.write(
        "product.pricelist",
        [each["id"] for each in pricelists],
        {"currency_id": currency_id},
    )
    odoo.call("ir.config_parameter", "set_param", "web.base.url", base_url)
    odoo.call("ir.config_parameter", "set_param", "web.base.url.freeze", "True")
    odoo.call("ir.config_parameter", "set_param", "report.print_delay", "100")


def _bank(odoo, iban, bank_name, name):
    """Return the journal of a bank account, made with its number."""
    journals = odoo.find(
        "account.journal", [("type", "=", "bank"), ("bank_account_id", "=", False)]
    )
    values = {"name": name, "bank_acc_number": iban}
    if name == "Bank" and journals:
        odoo.write("account.journal", journals[0]["id"], values)
        return journals[0]["id"]
    return odoo.create("account.journal", {**values, "type": "bank", "code": "OLD"})


def _policies(odoo):
    """Choose what a payment sets in motion, in the settings form."""
    settings = odoo.create(
        "res.config.settings",
        {
            "payment_invoice_policy": "sent",
            "payment_stock_policy": "deliver",
            "payment_send_receipt": True,
            "payment_responsible_id": odoo.uid,
        },
    )
    odoo.press("res.config.settings", "execute", settings)


def _product(odoo, name, price, stock):
    """Make a stored product and count ``stock`` pieces of it."""
    product = odoo.create(
        "product.product",
        {
            "name": name,
            "is_storable": True,
            "list_price": price,
            "invoice_policy": "order",
        },
    )
    location = odoo.find("stock.warehouse", [], ["lot_stock_id"], limit=1)
    quant = odoo.call(
        "stock.quant",
        "create",
        [
            {
                "product_id": product,
                "location_id": location[0]["lot_stock_id"][0],
                "inventory_quantity": stock,
            }
        ],
        context={"inventory_mode": True},
    )[0]
    odoo.press("stock.quant", "action_apply_inventory", quant)
    return product


def _connect(odoo, keys, webhook_secret):
    """Enter the keys and press the buttons of the provider's form."""
    provider = odoo.one("payment.provider", [("code", "=", "stripe")])["id"]
    publishable, secret = keys
    odoo.write(
        "payment.provider",
        provider,
        {
            "stripe_publishable_key": publishable,
            "stripe_secret_key": secret,
            "state": "test",
            "is_published": True,
            "post_test_payments": True,
        },
    )
    odoo.press("payment.provider", "action_set_up_gateway_books", provider)
    if webhook_secret:
        secret = {"gateway_webhook_secret": webhook_secret}
        odoo.write("payment.provider", provider, secret)
    else:
        odoo.press("payment.provider", "action_create_gateway_webhook", provider)
    return provider


def _methods(odoo):
    """Return {code: id} of card and bank debit, both switched on."""
    found = odoo.find(
        "payment.method",
        [
            ("code", "in", ["card", "sepa_direct_debit"]),
            ("active", "in", [True, False]),
        ],
        ["code"],
    )
    odoo.write("payment.method", [each["id"] for each in found], {"active": True})
    return {each["code"]: each["id"] for each in found}
