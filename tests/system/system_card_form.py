"""Stripe's card form where its script cannot be loaded: the same calls, our fields.

Odoo's own payment form drives it as it drives Stripe.js; the number typed goes to the
sandbox, which is the customer's bank, and never to Odoo.
"""

import requests

CARDS = {"4242424242424242": "visa", "4000000000009995": "insufficient_funds"}
STRIPE_JS = """
window.Stripe = () => ({
    elements: () => ({
        create: () => ({
            on() {},
            mount(place) {
                place.innerHTML =
                    '<input name="cardnumber" placeholder="Card number">';
            },
        }),
        update() {},
        submit: async () => ({}),
    }),
    async confirmPayment({ clientSecret, confirmParams }) {
        const number = document.querySelector("input[name=cardnumber]").value;
        const intent = clientSecret.split("_secret_")[0];
        const error = await window.payAtSandbox(intent, number);
        if (error) {
            return { error: { message: error } };
        }
        const url = new URL(confirmParams.return_url);
        url.searchParams.set("payment_intent", intent);
        window.location = url;
        return new Promise(() => {});
    },
});
"""


def serve_card_form(person, sandbox):
    """Let ``person`` type cards into a form that pays at the sandbox.

    :param person: ``system_browser.Person``
    :param sandbox: client of the sandbox's control door
    """

    def pay(intent, number):
        sandbox.pay(intent, card=CARDS[number.replace(" ", "")])
        found = sandbox.api("GET", f"/v1/payment_intents/{intent}").json()
        refused = found.get("last_payment_error")
        return refused["message"] if refused else None

    context = person.page.context
    context.expose_function("payAtSandbox", pay)
    context.route(
        "https://js.stripe.com/**",
        lambda route: route.fulfill(
            body=STRIPE_JS, content_type="application/javascript"
        ),
    )


def download(person, path):
    """Return what ``path`` answers to the person's session, as bytes."""
    cookies = {each["name"]: each["value"] for each in person.page.context.cookies()}
    answer = requests.get(person.url + path, cookies=cookies, timeout=60)
    answer.raise_for_status()
    return answer.content
