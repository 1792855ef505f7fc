"""AuthorizationData and the base class of what authenticates."""


class AuthorizationData:
    def __init__(self, account_id=None, customer_id=None, developer_token=None, authentication=None):
        self.account_id = account_id
        self.customer_id = customer_id
        self.developer_token = developer_token
        self.authentication = authentication


class Authentication:
    def enrich_headers(self, headers):
        raise NotImplementedError()
