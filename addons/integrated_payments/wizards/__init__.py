from . import (
    base_partner_merge,
    payment_capture_wizard,
    payment_charge_wizard,
    payment_event_replay,
    payment_evidence_file,
    payment_evidence_wizard,
    payment_payout_allocation,
    payment_post_start,
    payment_post_wizard,
    payment_refund_wizard,
    payment_reminder_preview,
)
