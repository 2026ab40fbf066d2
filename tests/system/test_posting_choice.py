"""A movement that no rule knows: from the gateway to an account that a person chose."""

from system_stage import until


def parked(stage):
    """Return the movements that are to review."""
    return stage.odoo.find(
        "payment.balance.transaction", [("state", "=", "parked")], ["reason", "net"]
    )


def adjust(stage, amount, description):
    """Let the gateway give money without saying what for; a payout brings the news."""
    movement = stage.sandbox.movement(
        type="adjustment",
        reporting_category="other_adjustment",
        amount=amount,
        description=description,
    )
    for payout in stage.sandbox.run_payouts(release=True)["payouts"]:
        stage.sandbox.payout_reconciles(payout=payout["id"])
    return movement["id"]


def test_posted_with_a_chosen_account_and_remembered(stage):
    """Parked, posted with an account, remembered: the next one needs nobody."""
    first = adjust(stage, 1500, "Terminal rebate October")
    [movement] = until("the adjustment is to review", lambda: parked(stage))
    assert "does not say what it is" in movement["reason"]
    account = stage.odoo.create(
        "account.account",
        {"name": "Terminals", "code": "450777", "account_type": "income_other"},
    )
    action = stage.odoo.press(
        "payment.balance.transaction", "action_post_with_account", movement["id"]
    )
    wizard = action["res_id"]
    stage.odoo.write(
        "payment.post.wizard", wizard, {"account_id": account, "remember": True}
    )
    found = stage.odoo.one("payment.post.wizard", [("id", "=", wizard)], ["preview"])
    assert "450777 Terminals" in found["preview"] and "15.00" in found["preview"]
    action = stage.odoo.press("payment.post.wizard", "action_post", wizard)
    rule = action["res_id"]
    assert not parked(stage)
    second = adjust(stage, 1700, "Terminal rebate November")
    until("the rule has posted the next one", lambda: rule_of(stage, second))
    assert rule_of(stage, second) == rule
    assert not rule_of(stage, first)
    assert cents_on(stage, account) == -3200


def rule_of(stage, ref):
    """Return the id of the rule that posted a movement, None if none has."""
    found = stage.odoo.find(
        "payment.balance.transaction",
        [("gateway_ref", "=", ref), ("posting_rule_id", "!=", False)],
        ["posting_rule_id"],
    )
    return found[0]["posting_rule_id"][0] if found else None


def cents_on(stage, account):
    """Return the posted balance of an account in cents."""
    items = stage.odoo.find(
        "account.move.line",
        [("account_id", "=", account), ("parent_state", "=", "posted")],
        ["balance"],
    )
    return round(sum(item["balance"] for item in items) * 100)
