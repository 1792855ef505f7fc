/**
 * What each parameter and body field means, by its name on the wire: one name means one thing in the whole contract.
 * A description in a field's own schema wins over this table.
 */
export const meanings: Readonly<Record<string, string>> = {
  tenant:
    'The id that the apps chose for the tenant. Another workspace’s tenant is 404, as is one that does not exist.',
  session: 'A connect session: its `id` in a path, its one-time token in the connect link.',
  limit: 'How many to list; a page may be shorter, and the last one has no `continuation`.',
  continuation: 'Where the last page ended; opaque.',
  minValidity:
    'Seconds that the access token must still live. A promise: less is never vended, 503 instead. Without it the broker aims at 300 s and settles for 60 s while refreshes fail for a passing reason.',
  accountId:
    'The account to call: its id, or the number that Microsoft’s own pages show. Without it, the default account.',
  code: 'A one-time code: of the identity provider on the callback, of the return URL (`confirmation_code`) on a confirmation.',
  state: 'The one-time value that ties the answer to its request and browser.',
  error: 'The identity provider’s error (RFC 6749, section 4.1.2.1).',
  error_description: 'The identity provider’s words; never shown, only the number in it is read.',
  error_uri: 'Where the identity provider explains the error; only the number in it is read.',
  admin_consent: 'Present when an administrator comes back from the admin-consent link.',
  environment: 'Which Microsoft Advertising the tenant lives in; nothing crosses.',
  identityProvider: 'Where the advertiser’s user signs in.',
  returnUrl: 'Where the browser goes afterwards; exactly one of the workspace’s return URLs.',
  loginHint: 'Filled in at the sign-in page.',
  displayName: 'The advertiser’s name, for people.',
  confirm:
    'Whether nothing is vended before the app has confirmed who consented, with the one-time code that comes to `returnUrl`.',
  allowDifferentUser:
    'Whether somebody else than before may consent when the tenant reconnects. A sign-in that would lose accounts waits for the app’s confirmation.',
  acceptLostAccounts: 'Whether the app knows which accounts somebody else than before does not reach.',
  expiresIn:
    'Seconds that the link is good for; 15 minutes unless told, 7 days at most, for links sent by mail. Beyond an hour the link asks for a press of a button first.',
  signInWith: 'The kind of account that the sign-in leads to; others are not taken there.',
  accountChoice: 'Who asks which account is meant when there are several: the broker’s page, or the app.',
  service: 'A service’s name as in `services` of a vend, e.g. `campaignManagement`.',
  path: 'The operation’s path below the service’s base URL, e.g. `Campaigns/QueryByAccountId`.',
  search: 'Part of the name, the number, the id or the customer’s name, in any case.',
  usable: 'Only accounts with which calls can be expected to work, or only the others.',
  customerId: 'The customer through which the account is reached; needed only where there are several ways.',
  accounts: 'The accounts that may be vended, each by its id or number; `all` lifts the choice.',
  default:
    'The account that is vended when the app names none; without it the default stays if it is still chosen.',
  choice: 'The one-time right of the browser that has just connected to choose among the accounts.',
  q: 'What the person searches for among the accounts.',
  page: 'Which page of the choice; the first is 1.',
  refreshToken:
    'A refresh token that was issued to the same client id; proven by a refresh before it is kept.',
}
