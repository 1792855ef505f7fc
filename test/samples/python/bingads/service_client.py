"""ServiceClient: it reads its headers once, and adds Microsoft's path to its location."""
import json
import types
import urllib.request


class ServiceClient:
    def __init__(self, service, version, authorization_data=None, environment="production", location=None):
        if service.lower() != "campaignmanagement" or version != 13:
            raise ValueError(f"{service} {version} isn't declared here.")
        self._location = location or "https://campaign.api.bingads.microsoft.com"
        self._headers = {
            "CustomerAccountId": str(authorization_data.account_id),
            "CustomerId": str(authorization_data.customer_id),
            "DeveloperToken": authorization_data.developer_token,
            "Content-Type": "application/json",
        }
        authorization_data.authentication.enrich_headers(self._headers)

    def get_campaigns_by_account_id(self, get_campaigns_by_account_id_request):
        url = f"{self._location}/CampaignManagement/v13/Campaigns/QueryByAccountId"
        data = json.dumps(get_campaigns_by_account_id_request).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data, self._headers)) as answer:
            return json.load(answer, object_hook=lambda members: types.SimpleNamespace(**members))
