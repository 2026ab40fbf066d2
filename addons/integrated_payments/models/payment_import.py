"""A page of the gateway's lists into Odoo, by the code that applies events too."""

import logging
from dataclasses import dataclass

import psycopg2
from psycopg2 import errorcodes

from odoo import fields, models

from ..domain.postings import category_of
from ..gateway.errors import NeedsPerson, RetryLater
from ..gateway.pages import Prefetched
from .payment_refresh import MOVEMENT_SOURCES

_logger = logging.getLogger(__name__)


@dataclass
class ImportOutcome:
    """What became of a page.

    :param touched: payment.transaction records whose effects are now to be run
    :param problems: what a person must see, in words
    """

    touched: models.BaseModel
    problems: list


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _import_page(self, page, gateway=None):
        """Store what is new on a page, with what it belongs to, and post it.

        :param page: ``gateway.pages.Page``
        :raise RetryLater: the gateway cannot be asked, or another worker stored the
            same: the page is to be taken again
        """
        self.ensure_one()
        gateway = Prefetched(gateway or self._gateway(), page)
        outcome = ImportOutcome(self.env["payment.transaction"], list(page.unreadable))
        news = self._news_of(page)[::-1]  # oldest first
        if page.kind == "balance_transaction":
            self._import_movements(gateway, news, outcome)
        else:
            for fact in news:
                self._import_one(gateway, page.kind, fact.ref, fact, outcome)
        self._post_balance_transactions()
        return outcome

    def _import_movements(self, gateway, facts, outcome):
        """Import movements by what caused them; the rest, as fees, by themselves."""
        sources = {}
        for fact in facts:
            kind = MOVEMENT_SOURCES.get(category_of(fact))
            if kind and fact.source_ref and not self._is_before_books(fact):
                sources.setdefault((kind, fact.source_ref), fact)
        for (kind, ref), fact in sources.items():
            self._import_one(gateway, kind, ref, fact, outcome)
        self.env["payment.balance.transaction"]._store(self, facts)

    def _import_one(self, gateway, kind, ref, fact, outcome):
        """Apply one object on its own savepoint, as an event about it would."""
        heard_at = self.env["payment.fact"]._naive(fact.created)
        provider = self.with_context(payment_event_received_at=heard_at)
        try:
            with self.env.cr.savepoint():
                touched = provider._refresh(kind, ref, gateway)
        except (RetryLater, psycopg2.OperationalError):
            raise
        except NeedsPerson as error:
            outcome.problems.append(str(error))
        except psycopg2.Error as error:
            if error.pgcode != errorcodes.UNIQUE_VIOLATION:
                raise
            message = self.env._("Another worker stored the same fact.")
            raise RetryLater(message) from error
        except Exception as error:  # noqa: BLE001 - shown to a person
            _logger.exception("Import of %s %s", kind, ref)
            outcome.problems.append(f"{ref}: {type(error).__name__}: {error}")
        else:
            outcome.touched |= touched.with_env(self.env)

    # === WHAT IS NEW === #

    def _news_of(self, page):
        """Return the facts of a page that Odoo does not know, or not so."""
        known = getattr(self, f"_known_{page.kind}", None)
        same = known(page.facts) if known else set()
        return [fact for fact in page.facts if fact.ref not in same]

    def _stored(self, model, refs):
        return self.env[model].search(
            [("provider_id", "=", self.id), ("gateway_ref", "in", list(refs))]
        )

    def _known_balance_transaction(self, facts):
        """Return the ids of movements that are here: they never change."""
        refs = [fact.ref for fact in facts]
        return set(
            self._stored("payment.balance.transaction", refs).mapped("gateway_ref")
        )

    def _known_charge(self, facts):
        """Return the ids of charges that are here as the gateway has them now."""
        movements = self._known_movements_of(facts)
        stored = self._stored("payment.charge", [fact.ref for fact in facts])
        by_ref = {record.gateway_ref: record for record in stored}
        return {
            fact.ref
            for fact in facts
            if (record := by_ref.get(fact.ref))
            and record.state == fact.status
            and record.captured_minor == fact.captured
            and record.refunded_minor == fact.refunded
            and fact.balance_transaction_ref in movements
        }

    def _known_payout(self, facts):
        """Return the ids of payouts that are here as the gateway has them now."""
        movements = self._known_movements_of(facts)
        stored = self._stored("payment.payout", [fact.ref for fact in facts])
        by_ref = {record.gateway_ref: record for record in stored}
        return {
            fact.ref
            for fact in facts
            if (record := by_ref.get(fact.ref))
            and record.state == fact.status
            and record.reconciliation == fact.reconciliation
            and fact.balance_transaction_ref in movements
            and fact.failure_balance_transaction_ref in movements
        }

    def _known_movements_of(self, facts):
        """Return the stored ids of all movements that facts name, and None."""
        names = ("balance_transaction_ref", "failure_balance_transaction_ref")
        refs = {getattr(fact, name, None) for fact in facts for name in names}
        stored = self._stored("payment.balance.transaction", refs - {None})
        return {None, *stored.mapped("gateway_ref")}


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    backfill_id = fields.Many2one(
        "payment.backfill",
        "Found By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The import that brought it; empty: it came with an event.",
    )
