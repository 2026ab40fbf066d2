from hypothesis import given
from hypothesis import strategies as st
from integrated_payments.gateway.redaction import REDACTED, redact

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
)


def test_secrets_and_numbers_are_removed():
    payload = {
        "client_secret": "pi_1_secret_abc",
        "card": {"last4": "4242", "brand": "visa", "fingerprint": "Xt5EWLLDS7FJjR1c"},
        "note": "card 4242 4242 4242 4242 and sk_test_51abc",
        "iban_in_text": "from DE89370400440532013000 please",
        "sepa_debit": {"iban": "DE89370400440532013000"},
        "next": [{"url": "https://x/pi_9_secret_zzz"}],
    }
    redacted = redact(payload)
    assert redacted["client_secret"] == REDACTED
    assert redacted["card"] == payload["card"]
    assert redacted["note"] == f"card {REDACTED} and {REDACTED}"
    assert redacted["iban_in_text"] == f"from {REDACTED} please"
    assert redacted["sepa_debit"]["iban"] == REDACTED
    assert "zzz" not in str(redacted)


def test_ibans_in_groups_of_four_are_removed():
    text = "BE68 5390 0754 7034 PAID, then DE89 3704 0044 0532 0130 00 by B2"
    assert redact(text) == f"{REDACTED} PAID, then {REDACTED} by B2"
    both = "DE89 3704 0044 0532 0130 00 BE68 5390 0754 7034"
    assert redact(both) == f"{REDACTED} {REDACTED}"
    other = "lot AB12 CASH PAID WITH BE68 5390 0754 7035"  # a wrong check digit
    assert redact(other) == other


def test_what_is_no_card_number_stays():
    payload = {"created": 1760000000, "note": "order 1234567890123 of 2026-11-23"}
    assert redact(payload) == payload


@given(JSON)
def test_redaction_is_idempotent_and_keeps_the_shape(value):
    once = redact(value)
    assert redact(once) == once
    assert type(once) is type(value)
