"""The workbench's left side: chunks of bank lines, groups, progress."""

from bisect import bisect_right
from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .bank_distribution import ANALYTICS

CHUNK = 80  # lines that are shown at once; the next come while scrolling
GROUPED_BY = ("many2one", "selection", "char", "boolean", "date")
STATE_FIELDS = ("is_reconciled", "match_ids", "match_failure")
DATE_FORMATS = {
    "day": None,
    "week": "'W'w YYYY",
    "month": "MMMM yyyy",
    "quarter": "QQQ yyyy",
    "year": "yyyy",
}


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    @api.model
    def workbench_lines(self, domain, groupby=None, offset=0, limit=CHUNK):
        """Return a chunk of the list: lines, and with the first one what is around it.

        A constant number of queries, however many lines.

        :param list domain: of the search bar and the action
        :param str groupby: field, with ``:month`` etc. for a date; None for no groups
        :return: dict of ``lines``, ``more``, and at offset 0 also ``groups``,
            ``progress``, ``waiting``, ``may_act``, ``may_create_partner`` and
            ``has_analytics``
        """
        domain = self._workbench_domain(domain)
        field, granularity = self._workbench_groupby(groupby)
        order = f"{field}, internal_index desc" if field else "internal_index desc"
        if granularity:
            order = "internal_index desc"
        lines = self.search(domain, offset=offset, limit=limit + 1, order=order)
        lines, more = lines[:limit], len(lines) > limit
        groups = self._workbench_groups(domain, field, granularity) if field else []
        result = {"lines": lines._workbench_rows(field, groups), "more": more}
        if not offset:
            result |= {
                "groups": [group["shown"] for group in groups],
                "progress": self.workbench_progress(domain),
                "waiting": self._workbench_waiting(),
                "may_act": self._may_match(),
                "may_create_partner": self.env["res.partner"].has_access("create"),
                "has_analytics": self.env.user.has_group(ANALYTICS),
            }
        return result

    def _workbench_rows(self, field=None, groups=()):
        """Return what the list shows of these lines, each with the key of its group."""
        self._prefetch_for_workbench()
        rows = []
        for line in self:
            key = _key_of(line[field], groups) if field else ""
            rows.append({**line._workbench_row(), "group": key})
        return rows

    def _prefetch_for_workbench(self):
        """Read all that rows show, for all lines at once."""
        matches = self.match_ids
        matches.fetch(["move_line_id", "item_ids", "payout_id", "evidence", "how"])
        items = matches.move_line_id | matches.item_ids
        items.move_id.mapped("display_name")

    @api.model
    def _workbench_domain(self, domain):
        """Return the domain of those lines of a selection that may be worked on."""
        return Domain(domain)

    @api.model
    def _workbench_waiting(self):
        """Return in words which lines are left out for now, and why."""
        return []

    @api.model
    def _may_match(self):
        """Return whether the user may do more than look."""
        return self.env["account.match"].has_access("write")

    # === GROUPS === #

    @api.model
    def _workbench_groupby(self, groupby):
        """Return (field, granularity) that lines can be grouped by; None where not."""
        name, _colon, granularity = (groupby or "").partition(":")
        field = self._fields.get(name)
        if not field or not (field.store or field.inherited):
            return None, None
        if field.type not in GROUPED_BY:
            return None, None
        return name, (granularity or "month") if field.type == "date" else None

    @api.model
    def _workbench_groups(self, domain, field, granularity):
        """Return [{"value", "shown"}] of the groups, with their count and sum."""
        spec = f"{field}:{granularity}" if granularity else field
        rows = self._read_group(
            domain,
            [spec],
            ["__count", "amount:sum", "currency_id:recordset"],
        )
        return [
            {
                "value": value,
                "shown": {
                    "key": _text_key(value),
                    "name": self._group_name(field, granularity, value),
                    "count": count,
                    # Amounts of several currencies add up to nothing.
                    "amount_text": currency.format(amount)
                    if len(currency) == 1
                    else "",
                },
            }
            for value, count, amount, currency in rows
        ]

    @api.model
    def _group_name(self, field, granularity, value):
        if isinstance(value, models.BaseModel):
            return value.display_name or self.env._("None")
        if granularity:
            return format_date(
                self.env, value, date_format=DATE_FORMATS.get(granularity) or False
            )
        if self._fields[field].type == "selection":
            names = dict(self._fields[field]._description_selection(self.env))
            return names.get(value) or self.env._("None")
        if isinstance(value, bool) and self._fields[field].type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        return value or self.env._("None")

    # === PROGRESS === #

    @api.model
    def workbench_progress(self, domain):
        """Return how much of the day's work is done: cleared today, left, sums left.

        The selection counts without its filters on what is matched.
        """
        domain = self._workbench_domain(domain).map_conditions(_without_state)
        rows = self._read_group(
            domain & Domain("is_reconciled", "=", False),
            ["currency_id"],
            ["__count", "amount:sum"],
        )
        left = sum(count for _currency, count, _amount in rows)
        cleared = self.search_count(
            domain
            & Domain("is_reconciled", "=", True)
            & Domain("write_date", ">=", self._start_of_today())
        )
        return {
            "left": left,
            "cleared": cleared,
            "left_text": [currency.format(amount) for currency, _count, amount in rows],
        }

    @api.model
    def _start_of_today(self):
        """Return when the user's day began, in UTC."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        today = fields.Date.context_today(self)
        local = zone.localize(datetime.combine(today, time.min))
        return local.astimezone(pytz.utc).replace(tzinfo=None)


def _without_state(condition):
    """Return a condition, or all lines if it is about what is matched."""
    name = condition.field_expr.partition(".")[0]
    return Domain.TRUE if name in STATE_FIELDS else condition


def _text_key(value):
    """Return what tells a group from others."""
    if isinstance(value, models.BaseModel):
        return str(value.id or "")
    return str(value or "")


def _key_of(value, groups):
    """Return the key of the group that ``value`` is in; dates by when periods begin."""
    if groups and value and hasattr(value, "year"):
        starts = sorted(group["value"] for group in groups if group["value"])
        value = starts[max(bisect_right(starts, value) - 1, 0)] if starts else value
    return _text_key(value)
