import type { Actor } from '../problems.ts'

/** The parts of a call that can be at fault. */
export const credentialNames = [
  'accessToken',
  'developerToken',
  'customerId',
  'accountId',
  'environment',
  'identity',
  'none',
] as const

/** One of {@link credentialNames}. */
export type CredentialName = (typeof credentialNames)[number]

interface Verdict {
  readonly credential: CredentialName
  readonly actor: Actor
  readonly explanation: string
  /** What to do, in order. */
  readonly next: readonly string[]
}

const vendAgain = 'Ask the broker for a token right before the call and spread its `headers` into it.'
const probe = 'Post a diagnosis with an empty body: the broker then tries one credential at a time.'
const discoverAgain = 'If access was granted recently, post `accounts/discover` and try again.'
const reconnect =
  'Send the request in `connect`, then send the advertiser to the `connectUrl` in its response. The tenant keeps its ID.'

/** Added to the verdict of every SOAP call (guides/migrate-to-rest.md, dates of 2026-09-30). */
export const soapNote =
  'This is a SOAP call, and SOAP ends on January 31, 2027. Call the REST address instead; see `docs/coming-off-soap.md`.'

/**
 * Every verdict of a diagnosis, by its stable code. The docs page and the OpenAPI contract are generated
 * from this table.
 */
export const verdicts = {
  all_well: verdict('none', 'nobody', 'Every credential was tested and works.', []),
  not_a_failure: verdict('none', 'nobody', 'The call succeeded. There’s nothing to explain.', []),
  partial_failure: verdict('none', 'app', 'The call succeeded, but some of its items were refused.', [
    'Read `PartialErrors`. Each error names its item by `Index`.',
  ]),
  job_failed: verdict('none', 'app', 'The call succeeded, but the report or bulk job it asks about failed.', [
    'Submit the job again. For a large bulk job, use fewer entities.',
    'If it fails again, give the tracking ID to Microsoft support.',
  ]),
  access_token_expired: verdict('accessToken', 'app', 'The access token of the call has expired.', [
    vendAgain,
    'For long-running work, vend with `minValidity`.',
    'If a newly vended token is refused too, Microsoft revoked it early. A diagnosis with an empty body replaces it.',
  ]),
  access_token_revoked: verdict(
    'accessToken',
    'app',
    'The access token was refused before it expired. Either Microsoft revoked it early, or the app used a token that isn’t the broker’s.',
    [vendAgain, probe],
  ),
  retired_sign_in: verdict(
    'accessToken',
    'operator',
    'The sandbox rejects the token entirely, as it does with tokens from its older sign-in host.',
    ['Compare the environment’s authority and scope with the documented ones.', 'Reconnect the tenant.'],
  ),
  credentials_refused: verdict(
    'accessToken',
    'app',
    'The access token or the developer token was refused. Microsoft uses one code for both.',
    [vendAgain, probe],
  ),
  refused_without_reason: verdict(
    'none',
    'operator',
    'Microsoft Advertising refuses the call without a reason. The access token is good, so the cause is the developer token or the person who consented.',
    [
      'Probe a tenant of another person in the same environment. If that is refused too, check the developer token at ads.microsoft.com/cc/Settings/DevSettings.',
      'If only this tenant is refused, the person lost access: they or a colleague must connect it again.',
    ],
  ),
  developer_token_missing: verdict('developerToken', 'app', 'The call has no developer token.', [vendAgain]),
  developer_token_not_set: verdict(
    'developerToken',
    'operator',
    'The broker has no developer token for this environment.',
    ['Store the environment’s developer token in the vault. `/ready` names the secret.'],
  ),
  developer_token_malformed: verdict(
    'developerToken',
    'operator',
    'What the broker has stored for this environment cannot be a developer token.',
    ['Store the developer token again, as one word without quotation marks; `/ready` names the secret.'],
  ),
  developer_token_refused: verdict(
    'developerToken',
    'operator',
    'The access token works, so Microsoft is refusing the developer token.',
    [
      'Compare the stored developer token with the one at ads.microsoft.com/cc/Settings/DevSettings.',
      'Check that it’s a universal token. Single-user tokens are no longer accepted.',
    ],
  ),
  developer_token_of_other_environment: verdict(
    'developerToken',
    'operator',
    'The developer token belongs to the other environment.',
    ['Store each environment’s own developer token. They aren’t interchangeable.'],
  ),
  wrong_environment: verdict('environment', 'app', 'The call went to a host of the other environment.', [
    'Use the URLs in `services` of the vend response.',
  ]),
  unknown_host: verdict(
    'environment',
    'app',
    'The call went to a host that isn’t known to be Microsoft Advertising’s.',
    [
      'Use the URLs in `services` of the vend response.',
      'If an answer of Microsoft named the address of a report or bulk file, the host is right, whatever it is: download without tokens.',
      'Otherwise, if the call included tokens, make sure that the receiver is allowed to have them.',
    ],
  ),
  wrong_host: verdict(
    'environment',
    'app',
    'The host is Microsoft’s, but not the one for this service or path.',
    ['Use the URLs in `services` of the vend response.'],
  ),
  other_service: verdict(
    'none',
    'app',
    'The address belongs to a Microsoft service that the broker doesn’t support.',
    ['See that service’s own reference.', probe],
  ),
  retired_endpoint: verdict(
    'environment',
    'app',
    'The address is for a version that Microsoft has retired.',
    ['Use the URLs in `services` of the vend response. The only supported version is v13.'],
  ),
  soap_call: verdict(
    'none',
    'app',
    'This is a SOAP call. The broker’s headers are for REST, and SOAP ends on January 31, 2027.',
    ['Call the REST address of the same operation; see `docs/coming-off-soap.md`.'],
  ),
  unknown_operation: verdict('none', 'app', 'The service doesn’t have this path or method.', [
    'Compare the method and path with the REST tab of the operation’s reference page.',
  ]),
  transfer_address_over: verdict(
    'none',
    'app',
    'A report or bulk file’s address works only for minutes, and usually once. This one no longer works.',
    ['Poll the report or bulk request again, or ask for a new upload address.'],
  ),
  upload_refused: verdict(
    'accessToken',
    'app',
    'The upload address doesn’t read the `Authorization` header, or it refused the tokens in its own headers.',
    [
      'Send the access token as `AuthenticationToken`, without “Bearer”, together with `DeveloperToken`, `CustomerId`, and `CustomerAccountId`.',
      vendAgain,
    ],
  ),
  ids_swapped: verdict('accountId', 'app', 'The customer ID and account ID are swapped.', [
    'Send the customer’s ID as `CustomerId` and the account’s ID as `CustomerAccountId`.',
  ]),
  account_number_sent: verdict(
    'accountId',
    'app',
    'The call has the account’s number, shown on Microsoft’s pages, instead of its ID.',
    ['Send the `accountId` from `GET …/accounts`, or pass the number to the vend and use its headers.'],
  ),
  customer_id_missing: verdict(
    'customerId',
    'app',
    'The call has no customer ID, and the service requires one.',
    [vendAgain],
  ),
  account_id_missing: verdict(
    'accountId',
    'app',
    'The call has no account ID, and the service requires one.',
    [vendAgain],
  ),
  account_unknown: verdict(
    'accountId',
    'app',
    'The tenant has no account with this ID. For a wrong ID, Microsoft answers as if permissions were missing.',
    ['Choose an account from `GET …/accounts`.', discoverAgain],
  ),
  customer_unknown: verdict('customerId', 'app', 'The tenant has no account through this customer.', [
    'Send the account’s `customerId` from `GET …/accounts`.',
    discoverAgain,
  ]),
  customer_does_not_reach_account: verdict(
    'customerId',
    'app',
    'The account is right, but the user has access through a different customer.',
    [
      'Send the account’s `customerId` from `GET …/accounts`. For a linked account, it’s the agency, as Microsoft’s guide says; some of its samples send the owner.',
      discoverAgain,
    ],
  ),
  account_not_usable: verdict('accountId', 'advertiser', 'The account is inactive, suspended, or a draft.', [
    'Have the advertiser ask Microsoft Advertising support to restore the account, or choose another one.',
  ]),
  user_without_rights: verdict(
    'identity',
    'advertiserAdmin',
    'The user who consented isn’t allowed to do what the call requests.',
    [
      'Have a Super Admin of the customer give the user a role that allows it.',
      'Or have another of the advertiser’s users connect the tenant.',
      discoverAgain,
    ],
  ),
  access_refused: verdict(
    'none',
    'app',
    'The user doesn’t have access to something in the call. Without the IDs, the broker can’t tell a wrong ID from a missing permission.',
    ['Repeat the diagnosis with `sent`: the call’s `customerId` and `accountId`.', probe],
  ),
  no_advertising_user: verdict(
    'identity',
    'advertiser',
    'The person who consented isn’t a Microsoft Advertising user in this environment.',
    [reconnect],
  ),
  login_merged_away: verdict(
    'identity',
    'advertiser',
    'The login was merged into another one. Only the person’s primary login works.',
    [reconnect],
  ),
  work_account_required: verdict(
    'identity',
    'advertiser',
    'The person uses Microsoft Advertising with a work or school account but consented with a different type.',
    [reconnect],
  ),
  personal_account_required: verdict(
    'identity',
    'advertiser',
    'The person uses Microsoft Advertising with a personal Microsoft account but consented with a different type.',
    [reconnect],
  ),
  google_account_required: verdict(
    'identity',
    'advertiser',
    'The person uses Microsoft Advertising with a Google account but consented with a different type.',
    [reconnect],
  ),
  other_account_kind_required: verdict(
    'identity',
    'advertiser',
    'The person uses Microsoft Advertising with a different type of account.',
    [reconnect],
  ),
  user_compromised: verdict(
    'identity',
    'advertiser',
    'Microsoft detected suspicious activity in the account and requires a new password.',
    [reconnect],
  ),
  throttled_calls: verdict('none', 'nobody', 'Too many calls within a minute.', [
    'Wait for `retryAfterSeconds`, then call less often.',
  ]),
  throttled_reports: verdict('none', 'nobody', 'Too many reports are running at once.', [
    'Wait until earlier reports finish before you submit another one.',
  ]),
  throttled_bulk: verdict('none', 'nobody', 'The limit of bulk calls is reached for now.', [
    'Wait for `retryAfterSeconds`. Microsoft documents up to 15 minutes.',
  ]),
  header_missing: verdict(
    'developerToken',
    'app',
    'A required header is missing: Authorization or DeveloperToken.',
    [vendAgain],
  ),
  request_invalid: verdict(
    'none',
    'app',
    'The credentials aren’t the problem. The request itself was refused.',
    ['Read the evidence and the operation’s reference page.'],
  ),
  service_trouble: verdict('none', 'nobody', 'Microsoft Advertising itself failed.', [
    'Try again later. If the problem persists, give the tracking ID to Microsoft support.',
  ]),
  reauthorization_required: verdict(
    'identity',
    'advertiser',
    'The identity provider no longer accepts the advertiser’s consent.',
    [reconnect],
  ),
  admin_consent_required: verdict(
    'identity',
    'advertiserAdmin',
    'The advertiser’s directory blocks the sign-in until its administrator acts.',
    [
      'Send the administrator the admin-consent link from the refused vend. If there’s none, send them the evidence.',
      reconnect,
    ],
  ),
  confirmation_required: verdict(
    'identity',
    'app',
    'An advertiser consented, but nobody has confirmed who it was.',
    [
      'Post the one-time code from your `returnUrl` to the connect session’s `confirm` route. Without a code, the broker’s page is asking the person, for at most 15 minutes.',
    ],
  ),
  not_connected: verdict('identity', 'advertiser', 'Nobody has connected this tenant.', [reconnect]),
  environment_on_hold: verdict(
    'none',
    'operator',
    'The broker’s own registration, secret, or settings don’t work for this environment.',
    ['Fix what `/ready` names. Advertisers don’t need to do anything.'],
  ),
  identity_provider_unavailable: verdict(
    'none',
    'nobody',
    'The identity provider isn’t responding or is throttling.',
    ['Try again later.'],
  ),
  unexplained: verdict('none', 'operator', 'This answer isn’t documented by Microsoft.', [
    probe,
    'Give the tracking ID to Microsoft support.',
  ]),
} as const satisfies Record<string, Verdict>

/** A stable code of {@link verdicts}. */
export type VerdictCode = keyof typeof verdicts

function verdict(
  credential: CredentialName,
  actor: Actor,
  explanation: string,
  next: readonly string[],
): Verdict {
  return { credential, actor, explanation, next }
}
