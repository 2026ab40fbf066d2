"""Whose a payment outside Odoo is and what it pays: candidates from the database."""

from odoo import models
from odoo.tools import email_normalize

from ..domain import minor_units
from ..domain.outside import Document, decide_customer, decide_documents, quotable

OPEN_LIMIT = 200  # open documents of one customer that are looked at


class PaymentOutside(models.Model):
    _inherit = "payment.outside"

    def _decide(self):
        """Find customer and documents where certain; else say why not.

        What a person has chosen already stays.
        """
        self.ensure_one()
        found = self._decide_customer()
        chosen = self.partner_id.commercial_partner_id.id
        match = self._decide_documents(chosen or found.ref)
        if match.documents:
            self._take_documents(match)
        if not self.partner_id:
            self._take_customer(found, match)
        reasons = [self._customer_reason(found), self._document_reason(match)]
        if not (self.invoice_ids or self.order_id) and self.partner_id:
            reasons.append(self._sell_items(match))
        reasons = [reason for reason in reasons if reason]
        self.write(
            {
                "reason": "\n".join(dict.fromkeys(reasons)) or False,
                "state": "review" if reasons else "done",
            }
        )

    # === CUSTOMER === #

    def _decide_customer(self):
        """Return the pure decision (``domain.outside.Customer``) on commercial ids."""
        ways = (
            ("gateway", self._partners_of_gateway_customer()),
            ("email", self._partners_of_email()),
            ("phone", self._partners_of_phone()),
        )
        self_ = self.company_id.partner_id
        return decide_customer(
            [(how, set((who.commercial_partner_id - self_).ids)) for how, who in ways]
        )

    def _partners_of_gateway_customer(self):
        return (
            self.env["payment.gateway.customer"]
            .sudo()
            ._partners_of(self.provider_id, self.customer_ref)
        )

    def _partners_of_email(self):
        return self._partners("email_normalized", email_normalize(self.payer_email))

    def _partners_of_phone(self):
        return self._partners("phone_sanitized", self._payer_number())

    def _payer_number(self):
        """Return the phone in E.164, which is the same however it is written."""
        return self.payer_phone and self.env["res.partner"].with_company(
            self.company_id
        )._phone_format(number=self.payer_phone, country=self._payer_country())

    def _partners(self, field, value):
        partners = self.env["res.partner"]
        if not value:
            return partners
        company = partners._check_company_domain(self.company_id)
        return partners.search([(field, "=", value), *company])

    def _payer_country(self):
        code = (self.payer_address or {}).get("country")
        return self.env["res.country"].search([("code", "=", code)]) if code else None

    def _take_customer(self, found, match):
        """Set the customer: found, of the quoted document, or by the policies."""
        if found.ref:
            self.partner_id = self._contact(found)
            self.found_by = found.how
        elif match.documents:
            document = self.invoice_ids[:1] or self.order_id
            self.partner_id = document.partner_id
            self.found_by = "document"
        elif found.how == "unknown":
            self._take_customer_by_policy()

    def _contact(self, found):
        """Return the one contact that was meant, else its company."""
        who = {
            "gateway": self._partners_of_gateway_customer,
            "email": self._partners_of_email,
            "phone": self._partners_of_phone,
        }[found.how]()
        entity = self.env["res.partner"].browse(found.ref)
        who = who.filtered(lambda each: each.commercial_partner_id == entity)
        return who if len(who) == 1 else entity

    def _take_customer_by_policy(self):
        company = self.company_id
        if not (self.payer_name or self.payer_email or self.payer_phone):
            self.partner_id = company.payment_outside_partner_id
            self.found_by = "default" if self.partner_id else False
        elif company.payment_outside_customer == "create":
            self.partner_id = self._create_customer()
            self.found_by = "created"

    def _create_customer(self):
        """Create the customer from what the gateway knows.

        :raise psycopg2.OperationalError: if another worker did so meanwhile
        """
        contacts = (email_normalize(self.payer_email), self._payer_number())
        self.env["payment.outside.payer"].sudo()._claim(self.company_id, contacts)
        address = self.payer_address or {}
        country = self._payer_country() or self.env["res.country"]
        state = country.state_ids.filtered(
            lambda each: address.get("state") in (each.code, each.name)
        )
        return self.env["res.partner"].create(
            {
                "name": self.payer_name or self.payer_email or self.payer_phone,
                "email": self.payer_email,
                "phone": self.payer_phone,
                "street": address.get("street"),
                "street2": address.get("street2"),
                "zip": address.get("zip"),
                "city": address.get("city"),
                "country_id": country.id,
                "state_id": state[:1].id,
                "company_id": self.company_id.id,
                "comment": self.env._("Created from payment %s.", self.gateway_ref),
            }
        )

    def _customer_reason(self, found):
        if self.partner_id:
            return False
        known = self.payer_email or self.payer_phone or self.payer_name
        return {
            "ambiguous_gateway": self.env._(
                "Several customers use the gateway's customer %s: choose the customer.",
                self.customer_ref,
            ),
            "ambiguous_email": self.env._(
                "Several customers have the e-mail %s: choose the customer.",
                self.payer_email,
            ),
            "ambiguous_phone": self.env._(
                "Several customers have the phone %s: choose the customer.",
                self.payer_phone,
            ),
            "unknown": self.env._("No customer is known as %s: choose one.", known)
            if known
            else self.env._("The gateway does not know who paid: choose the customer."),
        }[found.how]

    # === DOCUMENTS === #

    def _decide_documents(self, customer):
        """Return the pure decision (``domain.outside.Match``)."""
        return decide_documents(
            self._quoted_documents(),
            self._open_documents(customer) if customer else [],
            self.amount_minor,
            customer,
        )

    def _take_documents(self, match):
        """Keep the documents of a decision, unless a person chose others before."""
        if self.invoice_ids or self.order_id:
            return
        refs = [document.ref for document in match.documents]
        if match.documents[0].kind == "invoice":
            self.invoice_ids = [(6, 0, refs)]
        else:
            self.order_id = refs[0]
        self.matched_by = match.how

    def _quoted_documents(self):
        """Return the documents that the payment's texts name in whole."""
        names = quotable((self.texts or "").splitlines())
        if not names:
            return []
        invoices = self.env["account.move"].search(
            [
                *self._invoice_domain(),
                "|",
                ("name", "in", names),
                ("payment_reference", "in", names),
            ],
            limit=OPEN_LIMIT,
        )
        orders = self.env["sale.order"].search(
            [
                *self._order_domain(("draft", "sent", "sale")),
                "|",
                ("name", "in", names),
                ("reference", "in", names),
            ],
            limit=OPEN_LIMIT,
        )
        return self._documents(invoices, orders)

    def _open_documents(self, customer):
        """Return what a customer (id of the commercial partner) has to pay."""
        invoices = self.env["account.move"].search(
            [
                *self._invoice_domain(),
                ("commercial_partner_id", "=", customer),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            limit=OPEN_LIMIT,
        )
        orders = self.env["sale.order"].search(
            [
                *self._order_domain(("sent", "sale")),
                ("partner_id", "child_of", customer),
                ("invoice_status", "!=", "invoiced"),
            ],
            limit=OPEN_LIMIT,
        )
        return self._documents(invoices, orders)

    def _invoice_domain(self):
        return [
            ("company_id", "=", self.company_id.id),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("currency_id", "=", self.currency_id.id),
        ]

    def _order_domain(self, states):
        return [
            ("company_id", "=", self.company_id.id),
            ("state", "in", states),
            ("currency_id", "=", self.currency_id.id),
        ]

    def _documents(self, invoices, orders):
        """Return values for the rules; an invoiced order counts by its invoices."""
        for order in orders:
            invoices |= order.invoice_ids.filtered_domain(self._invoice_domain())
        orders = orders.filtered(
            lambda order: not order.invoice_ids.filtered_domain(self._invoice_domain())
        )
        return [
            Document(
                "invoice",
                move.id,
                move.commercial_partner_id.id,
                self._minor(move.amount_residual),
                move.name,
            )
            for move in invoices
        ] + [
            Document(
                "order",
                order.id,
                order.partner_id.commercial_partner_id.id,
                self._minor(max(0.0, order.amount_total - order.amount_paid)),
                order.name,
            )
            for order in orders
        ]

    def _minor(self, amount):
        currency = self.currency_id
        return minor_units.to_minor(currency.round(amount), currency.name)

    def _document_reason(self, match):
        if not match.reason:
            return False
        return {
            "closed": self.env._(
                "%s is paid already: is this paid twice, or meant for another?",
                match.about,
            ),
            "several_customers": self.env._(
                "It names documents of several customers: %s.", match.about
            ),
            "other_customer": self.env._(
                "It names %s, which belongs to another customer.", match.about
            ),
            "several": self.env._(
                "Several documents may be meant: %s. Choose.", match.about
            ),
            "surplus": self.env._(
                "%(amount)s more were paid than %(name)s needs: they are the customer's"
                " credit.",
                amount=self.currency_id.format(
                    self.currency_id._from_minor(match.surplus)
                ),
                name=match.about,
            ),
        }[match.reason]

    def _credit_reason(self, match):
        if match.reason:
            return self.env._("Kept as the customer's credit.")
        return self.env._(
            "No open invoice or order of %(customer)s is over %(amount)s: kept as the"
            " customer's credit.",
            customer=self.partner_id.display_name,
            amount=self.currency_id.format(self.amount),
        )
