"""A user of Odoo over HTTP: logs in and presses buttons as the web client does."""

import itertools

import requests


class OdooError(Exception):
    """What Odoo answered instead of a result, as its user would read it."""


class OdooClient:
    """One browser session with an Odoo server.

    :param str url: e.g. ``http://127.0.0.1:8069``
    :param str database: the database to log in to
    """

    def __init__(self, url, database):
        self.url = url.rstrip("/")
        self.database = database
        self.uid = None
        self._session = requests.Session()
        self._ids = itertools.count(1)

    def login(self, login, password):
        """Open a session and return this client.

        :raise OdooError: if Odoo does not know the user
        """
        answer = self.json(
            "/web/session/authenticate",
            db=self.database,
            login=login,
            password=password,
        )
        self.uid = answer["uid"]
        return self

    def visit(self, path):
        """Open a page as the customer's browser does, following redirects."""
        response = self._session.get(self.url + path, timeout=60)
        response.raise_for_status()
        return response

    def json(self, path, **params):
        """Call a JSON route.

        :raise OdooError: with the message of Odoo's exception
        """
        response = self._session.post(
            self.url + path,
            json={"jsonrpc": "2.0", "id": next(self._ids), "params": params},
            timeout=120,
        )
        response.raise_for_status()
        answer = response.json()
        if "error" in answer:
            data = answer["error"].get("data") or answer["error"]
            raise OdooError(data.get("message") or str(data))
        return answer.get("result")

    def call(self, model, method, *args, **kwargs):
        """Call a public method, as the web client does for views and buttons."""
        return self.json(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=list(args),
            kwargs=kwargs,
        )

    def press(self, model, button, ids, **context):
        """Press a button on records."""
        return self.call(model, button, _as_list(ids), context=context)

    def create(self, model, values):
        """Create one record and return its id."""
        return self.call(model, "create", [values])[0]

    def write(self, model, ids, values):
        """Save changes as a form does."""
        return self.call(model, "write", _as_list(ids), values)

    def find(self, model, domain, fields=("id",), **options):
        """Search and read.

        :return: list of dicts
        """
        return self.call(model, "search_read", domain, list(fields), **options)

    def one(self, model, domain, fields=("id",)):
        """Return the only record that fits.

        :raise OdooError: if there is none or more than one
        """
        found = self.find(model, domain, fields)
        if len(found) != 1:
            raise OdooError(f"{len(found)} {model} fit {domain}, not one")
        return found[0]

    def ref(self, xmlid):
        """Return the database id of an external id ``module.name``."""
        module, name = xmlid.split(".")
        domain = [("module", "=", module), ("name", "=", name)]
        return self.one("ir.model.data", domain, ["res_id"])["res_id"]


def _as_list(ids):
    return ids if isinstance(ids, list) else [ids]
