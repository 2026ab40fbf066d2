"""Evidence for disputes: which fields answer which reason, and the gateway's limits."""

import ast
import inspect

import pytest
import stripe.params._dispute_update_params as sdk
from integrated_payments.domain import evidence


def sdk_fields():
    """Return the names of the evidence fields that the SDK knows."""
    tree = ast.parse(inspect.getsource(sdk))
    (fields,) = [
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == "DisputeUpdateParamsEvidence"
    ]
    return {item.target.id for item in fields if isinstance(item, ast.AnnAssign)}


def test_each_field_of_the_gateway_is_a_text_or_a_file():
    """Complete, but for the programs that need an agreement with a card network."""
    programs = {"appeal", "enhanced_evidence"}
    assert set(evidence.TEXTS) | set(evidence.FILES) == sdk_fields() - programs
    assert not set(evidence.TEXTS) & set(evidence.FILES)
    assert evidence.LONG_TEXTS <= set(evidence.TEXTS)


def test_each_rule_names_known_reasons_and_fields():
    assert set(evidence.BY_REASON) <= set(evidence.REASONS)
    for asked in evidence.BY_REASON.values():
        assert set(asked) <= set(evidence.EVERYTHING)


@pytest.mark.parametrize(
    ("reason", "asked", "not_asked"),
    [
        ("fraudulent", "customer_purchase_ip", "refund_policy"),
        ("product_not_received", "shipping_tracking_number", "duplicate_charge_id"),
        ("duplicate", "duplicate_charge_documentation", "cancellation_rebuttal"),
        ("credit_not_processed", "refund_refusal_explanation", "shipping_carrier"),
        ("subscription_canceled", "cancellation_policy", "shipping_carrier"),
        ("product_unacceptable", "refund_policy_disclosure", "duplicate_charge_id"),
        ("unrecognized", "customer_signature", "cancellation_policy"),
    ],
)
def test_what_answers_a_reason(reason, asked, not_asked):
    fields = evidence.fields_for(reason)
    assert asked in fields and not_asked not in fields
    assert {"customer_name", "receipt", "uncategorized_text"} <= set(fields)
    assert len(fields) == len(set(fields))


@pytest.mark.parametrize("reason", ["general", "moon_landing", None])
def test_a_reason_without_a_rule_may_need_anything(reason):
    assert set(evidence.fields_for(reason)) == {*evidence.TEXTS, *evidence.FILES}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4", "pdf"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_files_are_known_by_their_content(content, kind):
    assert evidence.file_type(content) == kind


def test_limits_of_text():
    assert evidence.too_long({"customer_name": "x" * 30_000}) == ({}, None)
    long = {"uncategorized_text": "x" * 20_001}
    assert evidence.too_long(long) == ({"uncategorized_text": 20_001}, None)
    many = {name: "x" * 20_000 for name in evidence.LONG_TEXTS}
    assert evidence.too_long(many) == ({}, 160_000)


def test_only_changes_are_sent_and_what_was_emptied_is_unset():
    present = {"customer_name": "Jane", "billing_address": "A", "receipt": "file_1"}
    texts = {"customer_name": "Jane", "billing_address": "", "shipping_date": ""}
    assert evidence.changes(texts, present) == {"billing_address": ""}
