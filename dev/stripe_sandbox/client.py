"""The control door as Python: play the customer, the bank and time."""

import requests

KEY = "sk_test_sandbox"


class SandboxRefusal(Exception):
    """The control door refused: ``status`` and the sandbox's message."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


class Sandbox:
    """A running sandbox.

    Every action of ``control.py`` is a method of the same name that takes the action's
    keyword arguments and returns its JSON value, e.g. ``advance(hours=3)``,
    ``dispute(charge=...)``, ``fault(path="/v1/refunds", status=429)``.

    :param str url: its base URL, e.g. ``http://127.0.0.1:12111``
    """

    def __init__(self, url):
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False

    def control(self, action, **body):
        """Call an action of the control door.

        :raise SandboxRefusal: any answer but 200
        """
        answer = self._session.post(
            f"{self.url}/_control/{action}", json=body, timeout=60
        )
        if answer.status_code != 200:
            message = answer.json()["error"]["message"]
            raise SandboxRefusal(answer.status_code, message)
        return answer.json()

    def __getattr__(self, action):
        if action.startswith("_"):
            raise AttributeError(action)
        return lambda **body: self.control(action, **body)

    def pay(self, intent, card="visa", **more):
        """Pay an intent as the customer; return it as it is then."""
        return self.control("pay", intent=intent, card=card, **more)

    def api(self, method, path, data=None, key=KEY, **headers):
        """Call Stripe's API itself; return the response of ``requests``.

        :param dict data: flat form fields, e.g. ``{"expand[]": "charge"}``
        :param headers: with underscores, e.g. ``Idempotency_Key="a"``
        """
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {key}"
        return self._session.request(
            method, f"{self.url}{path}", data=data, headers=sent, timeout=60
        )
