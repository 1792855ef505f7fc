#!/bin/sh
# Calls Microsoft Advertising with a token from the broker. POSIX sh, curl, and sed; jq isn't needed.
#   sh samples/curl/broker.sh
# Copy this file. Set these variables; each default is the local broker of `npm start`, with its demo app and tenant:
#   BROKER_URL                  where your broker is
#   CLIENT_ID, CLIENT_SECRET    your app, as your identity provider knows it; docs/calling.md has ways without a secret
#   TENANT                      one of your customers, as you named it when you connected it
# It vends before the call. Do that before each call: it mostly takes milliseconds, and the token is
# valid for at least a minute.
# A failure is a problem document: it prints who must act (`actor`) and a stable `code`, and ends with status 1.
# Secrets and tokens go to curl through its standard input, so that no other process can see them in the command line.
set -eu

broker=${BROKER_URL:-http://127.0.0.1:7071}
client_id=${CLIENT_ID:-77777777-7777-4777-8777-00000000b201}
client_secret=${CLIENT_SECRET:-local-secret-of-demo-app}
tenant=${TENANT:-acme}

# member NAME: the text, number, or first text of a list with this name, in the JSON on standard input.
member() { sed -n "s/.*\"$1\": *\[\{0,1\}\"\{0,1\}\([^],}\"]*\).*/\1/p"; }

# Your app's own token for the broker. The broker says who issues it, and for which scope (RFC 9728).
resource=$(curl -sSf "$broker/.well-known/oauth-protected-resource")
issuer=$(printf %s "$resource" | member authorization_servers)
endpoint=$(curl -sSf "$issuer/.well-known/openid-configuration" | member token_endpoint)
scope=$(printf %s "$resource" | member scopes_supported)
granted=$(curl -sS --fail-with-body --config - "$endpoint" <<FORM
data-urlencode = "grant_type=client_credentials"
data-urlencode = "client_id=$client_id"
data-urlencode = "client_secret=$client_secret"
data-urlencode = "scope=$scope"
FORM
) || { echo "$granted" >&2; exit 1; }
caller_token=$(printf %s "$granted" | member access_token)

# The vend: everything that a call needs. The last line is the status.
answer=$(printf 'header = "Authorization: Bearer %s"\n' "$caller_token" |
  curl -sS --config - --write-out '\n%{http_code}' "$broker/v1/tenants/$tenant/token")
vend=${answer%
*}
if [ "${answer##*
}" != 200 ]; then
  echo "Who must act: $(printf %s "$vend" | member actor)" >&2
  echo "$(printf %s "$vend" | member code): $(printf %s "$vend" | sed -n 's/.*"detail": *"\([^"]*\)".*/\1/p')" >&2
  exit 1
fi

# The call, with the vend's headers as they are.
url=$(printf %s "$vend" | member campaignManagement)/Campaigns/QueryByAccountId
account=$(printf %s "$vend" | member accountId)
printf %s "$vend" |
  sed 's/.*"headers":{\([^}]*\)}.*/\1/; s/","/"\n"/g' |
  sed 's/^"\([^"]*\)":"\([^"]*\)"$/header = "\1: \2"/' |
  curl -sS --fail-with-body --config - -H 'Content-Type: application/json' \
    -d "{\"AccountId\":\"$account\",\"CampaignType\":\"Search\"}" "$url"
echo
