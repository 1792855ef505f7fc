import type { Actor } from '../problems.ts'

/** Which of the things that a call is made with is at fault. */
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
const discoverAgain = 'If access was granted lately, post `accounts/discover` and try again.'
const reconnect =
  'Post `connect` as it is and send the advertiser to the `connectUrl` of its answer; the tenant keeps its id.'

/** What stands beside the verdict of every SOAP call (guides/migrate-to-rest.md, dates of 2026-09-30). */
export const soapNote =
  'This is a SOAP call, and SOAP ends on 31 January 2027: call the REST address instead; see `docs/coming-off-soap.md`.'

/**
 * Every verdict of a diagnosis, by its stable code. The docs page and the OpenAPI contract are generated
 * from this table.
 */
export const verdicts = {
  all_well: verdict('none', 'nobody', 'Every credential was tried and works.', []),
  not_a_failure: verdict('none', 'nobody', 'The call succeeded; there is nothing to explain.', []),
  partial_failure: verdict('none', 'app', 'The call succeeded, but some of its items were refused.', [
    'Read `PartialErrors`: each names the item by its `Index`.',
  ]),
  job_failed: verdict('none', 'app', 'The call succeeded and says that a report or bulk job has failed.', [
    'Submit the job again; a bulk job with fewer entities, where it has many.',
    'If it fails again, give Microsoft’s support the tracking id.',
  ]),
  access_token_expired: verdict('accessToken', 'app', 'The access token of the call has expired.', [
    vendAgain,
    'For long work, ask with `minValidity`.',
    'Where a token that was vended just now is refused alike, Microsoft ended it early: a diagnosis with an empty body replaces it.',
  ]),
  access_token_revoked: verdict(
    'accessToken',
    'app',
    'The access token was refused although its time is not over: Microsoft ended it early, or the app used another one than the broker holds.',
    [vendAgain, probe],
  ),
  retired_sign_in: verdict(
    'accessToken',
    'operator',
    'The sandbox refuses the token as a whole, as it does with tokens of its older sign-in host.',
    ['Check the environment’s authority and scope against the documented ones.', 'Reconnect the tenant.'],
  ),
  credentials_refused: verdict(
    'accessToken',
    'app',
    'Access token or developer token was refused; Microsoft uses one code for both.',
    [vendAgain, probe],
  ),
  developer_token_missing: verdict('developerToken', 'app', 'The call carries no developer token.', [
    vendAgain,
  ]),
  developer_token_not_set: verdict(
    'developerToken',
    'operator',
    'The broker has no developer token for this environment.',
    ['Store the environment’s developer token in the vault; `/ready` names the secret.'],
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
    'The access token is good, so the developer token is what Microsoft refuses.',
    [
      'Compare the stored developer token with the one at ads.microsoft.com/cc/Settings/DevSettings.',
      'Check that it is a universal token: single-user tokens are no longer accepted.',
    ],
  ),
  developer_token_of_other_environment: verdict(
    'developerToken',
    'operator',
    'The developer token belongs to the other environment.',
    ['Store each environment’s own developer token; they are never interchangeable.'],
  ),
  wrong_environment: verdict(
    'environment',
    'app',
    'The call went to a host of the other environment than the tenant’s.',
    ['Take the URLs from `services` of the vend answer.'],
  ),
  unknown_host: verdict(
    'environment',
    'app',
    'The call went to a host that is not Microsoft Advertising’s.',
    [
      'Take the URLs from `services` of the vend answer.',
      'The call carried tokens: make sure that whoever received them may have them.',
    ],
  ),
  wrong_host: verdict(
    'environment',
    'app',
    'The host is Microsoft’s, but not the one of this service or path.',
    ['Take the URLs from `services` of the vend answer.'],
  ),
  other_service: verdict(
    'none',
    'app',
    'The address belongs to a Microsoft service that the broker does not pass calls to and whose errors it does not know.',
    ['Read that service’s own reference.', probe],
  ),
  retired_endpoint: verdict('environment', 'app', 'The address is of a version that Microsoft has retired.', [
    'Take the URLs from `services` of the vend answer; the only living version is v13.',
  ]),
  soap_call: verdict(
    'none',
    'app',
    'This is a SOAP call. The broker’s headers are those of REST, and SOAP ends on 31 January 2027.',
    ['Call the REST address of the same operation; see `docs/coming-off-soap.md`.'],
  ),
  unknown_operation: verdict('none', 'app', 'The service does not know this path or method.', [
    'Compare method and path with the operation’s reference page, in its REST tab.',
  ]),
  transfer_address_over: verdict(
    'none',
    'app',
    'The address of a report or bulk file works for minutes only and mostly once; this one no longer does.',
    ['Poll the report or bulk request again, or ask for a new upload address.'],
  ),
  ids_swapped: verdict('accountId', 'app', 'Customer id and account id have changed places.', [
    'Send the customer’s id as `CustomerId` and the account’s as `CustomerAccountId`.',
  ]),
  account_number_sent: verdict(
    'accountId',
    'app',
    'The account’s number was sent where its id belongs; Microsoft’s pages show the number.',
    ['Send the `accountId` of `GET …/accounts`, or name the number in the vend and use its headers.'],
  ),
  customer_id_missing: verdict(
    'customerId',
    'app',
    'The call names no customer, and the service needs one.',
    [vendAgain],
  ),
  account_id_missing: verdict('accountId', 'app', 'The call names no account, and the service needs one.', [
    vendAgain,
  ]),
  account_unknown: verdict(
    'accountId',
    'app',
    'The tenant reaches no account with this id. Microsoft answers a wrong id as if rights were missing.',
    ['Choose one of `GET …/accounts`.', discoverAgain],
  ),
  customer_unknown: verdict('customerId', 'app', 'The tenant reaches nothing through this customer.', [
    'Send the `customerId` that `GET …/accounts` gives beside the account.',
    discoverAgain,
  ]),
  customer_does_not_reach_account: verdict(
    'customerId',
    'app',
    'The account is right, but the user reaches it through another customer.',
    [
      'Send the `customerId` that `GET …/accounts` gives beside the account; for a linked account that is the agency.',
      discoverAgain,
    ],
  ),
  account_not_usable: verdict('accountId', 'advertiser', 'The account is inactive, suspended or a draft.', [
    'The advertiser asks Microsoft Advertising support to restore the account, or chooses another one.',
  ]),
  user_without_rights: verdict(
    'identity',
    'advertiserAdmin',
    'The user who consented lacks the right to what the call names.',
    [
      'A Super Admin of the customer gives the user a role that allows it.',
      'Or another user of the advertiser connects the tenant.',
      discoverAgain,
    ],
  ),
  access_refused: verdict(
    'none',
    'app',
    'The user has no access to something that the call names; without the ids, a wrong one cannot be told from a missing right.',
    ['Repeat the diagnosis with `sent`: the `customerId` and `accountId` of the call.', probe],
  ),
  no_advertising_user: verdict(
    'identity',
    'advertiser',
    'The person who consented is no Microsoft Advertising user in this environment.',
    [reconnect],
  ),
  login_merged_away: verdict(
    'identity',
    'advertiser',
    'The login was merged into another one; only the person’s primary login still works.',
    [reconnect],
  ),
  work_account_required: verdict(
    'identity',
    'advertiser',
    'The person uses Microsoft Advertising with a work or school account and consented with another kind.',
    [reconnect],
  ),
  personal_account_required: verdict(
    'identity',
    'advertiser',
    'The person uses Microsoft Advertising with a personal Microsoft account and consented with another kind.',
    [reconnect],
  ),
  google_account_required: verdict(
    'identity',
    'advertiser',
    'The person uses Microsoft Advertising with a Google account and consented with another kind.',
    [reconnect],
  ),
  other_account_kind_required: verdict(
    'identity',
    'advertiser',
    'The person uses Microsoft Advertising with another kind of account than the one that consented.',
    [reconnect],
  ),
  user_compromised: verdict(
    'identity',
    'advertiser',
    'Microsoft saw suspicious activity in the account and wants a new password.',
    [reconnect],
  ),
  throttled_calls: verdict('none', 'nobody', 'Too many calls within a minute.', [
    'Wait as long as `retryAfterSeconds` says, then call less often.',
  ]),
  throttled_reports: verdict('none', 'nobody', 'Too many reports are being made at once.', [
    'Wait until earlier reports are done before another is submitted.',
  ]),
  throttled_bulk: verdict('none', 'nobody', 'No more bulk calls are allowed for now.', [
    'Wait as long as `retryAfterSeconds` says: Microsoft speaks of up to 15 minutes.',
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
    'The credentials are not at fault: the request itself was refused.',
    ['Read the evidence, and the operation’s reference page.'],
  ),
  service_trouble: verdict('none', 'nobody', 'Microsoft Advertising itself failed.', [
    'Try again later; if it lasts, give Microsoft’s support the tracking id.',
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
    'The advertiser’s directory does not allow the sign-in until its administrator acts.',
    [
      'Send the administrator the admin-consent link of a refused vend, where there is one, or what the evidence names.',
      reconnect,
    ],
  ),
  confirmation_required: verdict(
    'identity',
    'app',
    'An advertiser has consented, and the app has not confirmed who it was.',
    ['Post the one-time code that came to your `returnUrl` to the connect session’s `confirm`.'],
  ),
  not_connected: verdict('identity', 'advertiser', 'Nobody has connected this tenant.', [reconnect]),
  environment_on_hold: verdict(
    'none',
    'operator',
    'The broker’s own registration, secret or settings for this environment do not work.',
    ['Fix what `/ready` names; no advertiser has to do anything.'],
  ),
  identity_provider_unavailable: verdict(
    'none',
    'nobody',
    'The identity provider does not answer, or asks to wait.',
    ['Try again later.'],
  ),
  unexplained: verdict('none', 'operator', 'Nothing that Microsoft documents explains this answer.', [
    probe,
    'Give Microsoft’s support the tracking id.',
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
