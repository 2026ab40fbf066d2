"""Pages of a gateway's lists, without a gateway."""

from integrated_payments.gateway.pages import Page, Prefetched, read_page

INTENT = {
    "object": "payment_intent",
    "id": "pi_1",
    "status": "succeeded",
    "amount": 10000,
    "currency": "usd",
    "created": 1760000000,
    "livemode": False,
}
CHARGE = {
    "object": "charge",
    "id": "ch_1",
    "status": "succeeded",
    "amount": 10000,
    "currency": "usd",
    "created": 1760000000,
    "livemode": False,
    "payment_intent": INTENT,
}


class Silent:
    """A gateway that must not be asked, but for what it is told to answer."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def fetch(self, kind, ref):
        self.asked.append((kind, ref))
        return self.answers[kind]

    def charges_of(self, intent_ref):
        self.asked.append(("charges_of", intent_ref))
        return []

    def balance(self):
        return "asked"


def test_what_a_listed_object_holds_is_at_hand():
    page = read_page("charge", {"data": [CHARGE], "has_more": True})
    assert [fact.ref for fact in page.facts] == ["ch_1"]
    assert page.carried["intent", "pi_1"].amount == 10000
    assert page.facts[0].intent_ref == "pi_1"
    assert page.next_after == "ch_1"


def test_last_page_has_no_cursor():
    assert read_page("charge", {"data": [CHARGE], "has_more": False}).next_after is None
    assert read_page("charge", {"data": [], "has_more": True}).next_after is None


def test_what_cannot_be_read_is_said_and_leaves_the_others():
    broken = {key: value for key, value in CHARGE.items() if key != "amount"}
    page = read_page("charge", {"data": [{**broken, "id": "ch_2"}, CHARGE]})
    assert [fact.ref for fact in page.facts] == ["ch_1"]
    assert len(page.unreadable) == 1 and "ch_2" in page.unreadable[0]


def test_objects_of_no_concern_are_passed_over():
    odd = {**CHARGE, "source": {"object": "card", "id": "card_1"}, "transfer": "tr_1"}
    assert set(read_page("charge", {"data": [odd]}).carried) == {
        ("charge", "ch_1"),
        ("intent", "pi_1"),
    }


def test_prefetched_asks_only_for_what_is_missing_and_once():
    page = read_page("charge", {"data": [CHARGE]})
    gateway = Silent(refund="the refund")
    at_hand = Prefetched(gateway, page)
    assert at_hand.fetch("intent", "pi_1").ref == "pi_1"
    assert [charge.ref for charge in at_hand.charges_of("pi_1")] == ["ch_1"]
    assert at_hand.refunds_of("ch_1") == []
    assert gateway.asked == []
    assert at_hand.fetch("refund", "re_1") == at_hand.fetch("refund", "re_1")
    assert at_hand.charges_of("pi_9") == []
    assert gateway.asked == [("refund", "re_1"), ("charges_of", "pi_9")]
    assert at_hand.balance() == "asked"


def test_a_page_is_not_changed_by_what_is_asked_later():
    page = Page("charge", ())
    Prefetched(Silent(refund="x"), page).fetch("refund", "re_1")
    assert page.carried == {}
