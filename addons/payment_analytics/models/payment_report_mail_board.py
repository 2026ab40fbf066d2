from odoo import fields, models
from odoo.tools.translate import code_translations

from ..dashboard.board import CHANNEL, COMPANY, PERIOD, PROVIDER
from ..dashboard.boards import BOARDS
from ..metrics import mailing
from ..metrics.definitions import AMOUNT, COUNT, SHARE
from ..metrics.figures import DAYS, HOURS, SECONDS

TILES = {
    board.name: {tile.ident: tile for tile in board.tiles}
    for board in BOARDS
    if board.name in mailing.BOARDS
}
FILTERS = {"channel": CHANNEL, "provider_id": PROVIDER.label}


class PaymentReportMail(models.Model):
    """Mails of a board: the figures of its tiles, read as the board reads them.

    What has a period is compared with the one before. What is as of now (a balance,
    what is open) is compared with what the reader's last mail told.
    """

    _inherit = "payment.report.mail"

    content = fields.Selection(
        selection_add=[
            ("cash", "Cash"),
            ("customers", "Customers"),
            ("operations", "Operations"),
            ("sales", "Sales and Stock"),
        ],
        ondelete=dict.fromkeys(mailing.BOARDS, "cascade"),
    )

    def _figures(self, env, first, last):
        if self.content not in TILES:
            return super()._figures(env, first, last)
        told = self._told_before(env.user, first)
        now, before = (
            self._tile_values(env, *period)
            for period in ((first, last), mailing.before(self.frequency, first))
        )
        return [
            self._row(tile, now[key], before[key] if tile.compares else told.get(key))
            for key, tile in self._tiles().items()
        ]

    def _tiles(self):
        """Return {key: tile} of the main figures that know the filters that are set."""
        asked = self._filters()
        found = {
            name: TILES[self.content][name] for name in mailing.BOARDS[self.content]
        }
        return {
            name: tile
            for name, tile in found.items()
            if set(asked) <= set(tile.source.matching)
        }

    def _filters(self):
        """Return {label of a board's filter: value} of those that its figures know."""
        if self.content not in TILES:
            return {}
        known = {
            label
            for tile in TILES[self.content].values()
            for label in tile.source.matching
        }
        values = {"channel": self.channel, "provider_id": self.provider_id.id}
        return {
            label: values[name]
            for name, label in FILTERS.items()
            if values[name] and label in known
        }

    def _scope(self):
        if self.content not in TILES:
            return super()._scope()
        asked = self._filters()
        channels = dict(self._selection_channel())
        parts = (
            self.provider_id.name if PROVIDER.label in asked else False,
            channels.get(asked.get(CHANNEL)),
        )
        return ", ".join(filter(None, parts))

    # === READING === #

    def _tile_values(self, env, first, last):
        """Return {key: figure} of the tiles in a period, None where there is none.

        :param env: of the reader
        """
        groups = {}
        for tile in self._tiles().values():
            key = (tile.source.model, tile.source.domain + tile.domain, tile.compares)
            groups.setdefault(key, []).append(tile)
        values = {}
        for (model, domain, _compares), tiles in groups.items():
            asked = [*domain, *self._tile_domain(tiles[0].source, first, last)]
            over = [tile.over for tile in tiles if tile.over]
            specs = list(dict.fromkeys([*(tile.measure for tile in tiles), *over]))
            [totals] = env[model]._read_group(asked, [], specs)
            total = dict(zip(specs, totals, strict=True))
            values |= {tile.ident: self._tile_value(tile, total) for tile in tiles}
        return values

    def _tile_domain(self, source, first, last):
        """Return what a board's filters would add for this company and period."""
        chains = source.matching
        domain = [
            (chains[label], "=", value)
            for label, value in self._filters().items()
            if label in chains
        ]
        if COMPANY.label in chains:
            domain.append((chains[COMPANY.label], "=", self.company_id.id))
        if PERIOD.label in chains:
            chain = chains[PERIOD.label]
            domain += [(chain, ">=", first), (chain, "<=", last)]
        return domain

    def _tile_value(self, tile, total):
        """Return a tile's figure: sums of nothing are zero, rates of it are none."""
        value = total[tile.measure]
        is_sum = tile.aggregator != "avg" and not tile.over
        if tile.over:
            value = value / total[tile.over] if total[tile.over] else None
        if value is None or value is False:
            return 0.0 if is_sum and tile.kind in (AMOUNT, COUNT) else None
        return float(value)

    # === TELLING === #

    def _row(self, tile, value, previous):
        definition = tile.definition
        in_points = definition.unit == SHARE
        less = None if tile.ident in mailing.NEUTRAL else not tile.more_is_better
        change, better = mailing.moved(in_points, value, previous, less)
        words = self._board_words()
        return {
            "key": tile.ident,
            "figure": value,
            "is_now": not tile.compares,
            "label": words.get(tile.title, tile.title),
            "value": self._figure_in_words(tile, value),
            "previous": self._figure_in_words(tile, previous),
            "has_previous": previous is not None,
            "change": self._change_in_words(definition, change),
            "better": better,
            "help": words.get(tile.text, tile.text),
        }

    def _board_words(self):
        """Return {term: translation} of the boards, whose terms are the client's."""
        lang = self.env.lang or "en_US"
        found = code_translations.get_web_translations("payment_analytics", lang)
        return {each["id"]: each["string"] for each in found["messages"]}

    def _figure_in_words(self, tile, value):
        if value is not None and tile.kind == HOURS:
            return self.env._("%s h", f"{value:,.1f}")
        if value is not None and tile.kind == SECONDS:
            return self.env._("%s s", f"{value:,.1f}")
        if value is not None and tile.kind == DAYS:
            return self.env._("%s days", f"{value:,.0f}")
        figures = self.env["payment.figures"]
        return figures._format(tile.definition, value, self.company_id)

    # === WHAT WAS TOLD BEFORE === #

    def _told(self, rows):
        """Return what is kept of a mail: its figures as of now, and their scope."""
        now = {row["key"]: row["figure"] for row in rows if row.get("is_now")}
        return {"of": self._told_of(), "figures": now} if now else False

    def _told_of(self):
        return [self.content, self.provider_id.id, self.channel]

    def _told_before(self, user, first):
        """Return {key: figure} as of now in the last mail of an earlier period."""
        earlier = self.env["payment.report.mail.sent"].sudo()
        domain = [
            ("schedule_id", "=", self.id),
            ("user_id", "=", user.id),
            ("state", "=", "sent"),
            ("date_to", "<", first),
        ]
        for sent in earlier.search(domain, order="date_to desc, id desc"):
            if (sent.told or {}).get("of") == self._told_of():
                return sent.told["figures"]
        return {}
