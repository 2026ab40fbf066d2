from odoo import api, fields, models


class AccountMatchLog(models.Model):
    """One run of the engine: what it looked at, what it posted; undone as a whole."""

    _name = "account.match.log"
    _description = "Matching Run"
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    origin = fields.Selection(
        [("job", "Job"), ("button", "Button")], required=True, readonly=True
    )
    user_id = fields.Many2one("res.users", "By", readonly=True)
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("stopped", "Stopped")],
        default="running",
        required=True,
        readonly=True,
    )
    create_date = fields.Datetime("Started")
    finished_at = fields.Datetime("Finished", readonly=True)
    looked_at = fields.Integer("Lines Looked At", readonly=True)
    match_ids = fields.One2many("account.match", "log_id", readonly=True)
    posted = fields.Integer(compute="_compute_posted")
    undone = fields.Integer("Undone Since", compute="_compute_posted")

    @api.depends("create_date", "origin")
    def _compute_name(self):
        for log in self:
            at = fields.Datetime.context_timestamp(log, log.create_date)
            log.name = self.env._("Run of %s", at.strftime("%Y-%m-%d %H:%M"))

    @api.depends("match_ids.state")
    def _compute_posted(self):
        counts = self.env["account.match"]._read_group(
            [("log_id", "in", self.ids)], ["log_id", "state"], ["__count"]
        )
        found = {(log.id, state): count for log, state, count in counts}
        for log in self:
            log.posted = found.get((log.id, "posted"), 0)
            log.undone = found.get((log.id, "undone"), 0)

    @api.model
    def _begin(self, origin):
        """Return the record of a run that begins."""
        return self.sudo().create({"origin": origin, "user_id": self.env.uid})

    def _note(self, lines):
        """Count the lines of a batch."""
        if self and lines:
            companies = lines.company_id
            self.looked_at += len(lines)
            if not self.company_id and len(companies) == 1:
                self.company_id = companies

    def _end(self):
        """Close the run; one that did nothing leaves no record."""
        for log in self:
            if not log.match_ids and log.state == "running":
                log.unlink()
            elif log.state == "running":
                log.write({"state": "done", "finished_at": fields.Datetime.now()})

    def _is_stopped(self):
        """Return whether a person has stopped it meanwhile."""
        self.invalidate_recordset(["state"])
        return self.state == "stopped"

    # === ACTIONS === #

    def action_stop(self):
        """Stop after the batch at hand; the next run goes on with the rest."""
        self.check_access("write")
        running = self.sudo().filtered(lambda log: log.state == "running")
        running.write({"state": "stopped", "finished_at": fields.Datetime.now()})
        return True

    def action_undo(self):
        """Take back all that this run has matched and that still stands."""
        self.check_access("write")
        posted = self.match_ids.filtered(lambda match: match.state == "posted")
        return posted.action_undo()

    def action_open_matches(self):
        """Open what it has matched."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "payment_reconciliation.action_account_match"
        )
        return {**action, "domain": [("log_id", "=", self.id)], "context": {}}
