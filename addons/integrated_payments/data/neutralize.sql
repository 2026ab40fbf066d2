-- A copy of the database must neither ask the gateway nor accept its events.
UPDATE payment_provider
   SET gateway_webhook_secret = NULL,
       books_mode = CASE WHEN books_mode = 'post' THEN 'shadow' ELSE books_mode END,
       post_test_payments = FALSE;
