# The msads (or bingads) SDK with tokens from the broker, for several advertisers in one process. Python 3.9 or later.
#   python3 samples/python/broker.py
# Copy this file, and remove its last part, which is an example. It only needs the standard library; the SDK is yours.
# Set these variables; each default is the local broker of `npm start`, with its demo app and its tenant:
#   BROKER_URL, TENANT          where your broker is; your customers, as you named them, with commas between them
#   CLIENT_ID, CLIENT_SECRET    your app, as your identity provider knows it; docs/calling.md has ways without a secret
# The SDK reads its headers once, when a ServiceClient is made, and a token lasts an hour. So ask `Tenant.service` for the
# client before each call: it vends, which mostly takes milliseconds, and makes a new client only if the vend has changed.
# A BrokerProblem says who must act (`actor`) and has a stable `code`. Microsoft's own faults stay the SDK's.
# Without the SDK, `Broker.vend` is all you need: send its `headers` to its `services`.
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request


class BrokerProblem(Exception):
    """The broker's refusal. `actor` is advertiser, advertiserAdmin, app, operator, or nobody: try again later."""

    def __init__(self, problem):
        self.code = problem.get("code", "unknown")
        self.actor = problem.get("actor", "operator")
        super().__init__(f"{self.code}: {problem.get('detail', '')} {problem.get('resolution', '')}")


def get_json(url, headers={}, form=None):
    """The JSON of an answer. Raises BrokerProblem, or RuntimeError with any other answer's text."""
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        if "application/problem+json" in error.headers.get("content-type", ""):
            raise BrokerProblem(json.loads(text)) from None
        raise RuntimeError(f"{url} answered {error.code}: {text}") from None


class Broker:
    """Asks the broker; one for the whole process."""

    def __init__(self, url, client_id, client_secret):
        self._url, self._client_id, self._client_secret = url, client_id, client_secret
        self._lock, self._token, self._until = threading.Lock(), "", 0

    def vend(self, tenant, account_id=None):
        """What a call needs now; its token is valid for at least a minute, so store none."""
        query = "?" + urllib.parse.urlencode({"accountId": account_id}) if account_id else ""
        url = f"{self._url}/v1/tenants/{urllib.parse.quote(tenant, safe='')}/token{query}"
        return get_json(url, {"Authorization": f"Bearer {self._caller_token()}"})

    def _caller_token(self):
        """Your app's own token for the broker, kept until a minute before its end."""
        with self._lock:
            if time.time() >= self._until:
                granted = self._request_caller_token()
                self._token, self._until = granted["access_token"], time.time() + granted["expires_in"] - 60
            return self._token

    def _request_caller_token(self):
        """The broker says who issues the token, and for which scope (RFC 9728)."""
        resource = get_json(f"{self._url}/.well-known/oauth-protected-resource")
        issuer = get_json(f"{resource['authorization_servers'][0]}/.well-known/openid-configuration")
        form = {"grant_type": "client_credentials", "scope": resource["scopes_supported"][0]}
        form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        return get_json(issuer["token_endpoint"], form=form)


class Tenant:
    """One of your customers, and one of its accounts; by default, the tenant's default account."""

    def __init__(self, broker, name, account_id=None):
        self._broker, self._name, self._account_id, self._clients = broker, name, account_id, {}

    def service(self, name):
        """The SDK's client of a service of the vend, for example campaignManagement, in the tenant's environment."""
        vend = self._broker.vend(self._name, self._account_id)
        known = self._clients.get(name)
        if known is None or known[0] != vend["headers"]:
            known = self._clients[name] = vend["headers"], self._make_client(name, vend)
        return known[1]

    @staticmethod
    def _make_client(name, vend):
        from bingads.authorization import Authentication, AuthorizationData
        from bingads.service_client import ServiceClient

        class VendedAuthentication(Authentication):
            def enrich_headers(self, headers):
                # In place of the SDK's own: those are the text "None" where there are no IDs.
                headers.update(vend["headers"])

        # The SDK adds the path itself: /CampaignManagement/v13.
        location = vend["services"][name].rsplit("/", 2)[0]
        data = AuthorizationData(vend.get("accountId"), vend.get("customerId"), vend["developerToken"], VendedAuthentication())
        return ServiceClient(name, 13, data, location=location)


# The example: the campaigns of the default account of each tenant.
if __name__ == "__main__":
    broker = Broker(
        os.environ.get("BROKER_URL", "http://127.0.0.1:7071"),
        os.environ.get("CLIENT_ID", "77777777-7777-4777-8777-00000000b201"),
        os.environ.get("CLIENT_SECRET", "local-secret-of-demo-app"),
    )
    try:
        for name in os.environ.get("TENANT", "acme").split(","):
            account = broker.vend(name)["accountId"]
            service = Tenant(broker, name).service("campaignManagement")
            answer = service.get_campaigns_by_account_id({"AccountId": account, "CampaignType": "Search"})
            for campaign in answer.Campaigns:
                print(campaign.Id, campaign.Name, campaign.Status)
    except BrokerProblem as problem:
        print(f"Who must act: {problem.actor}\n{problem}", file=sys.stderr)
        sys.exit(1)
