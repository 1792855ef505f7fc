/**
 * The meaning of each parameter and body field, by its wire name: a name has one meaning in the whole contract.
 * A description in a field's own schema takes precedence over this table.
 */
export const meanings: Readonly<Record<string, string>> = {
  tenant:
    'The ID that your app chose for the tenant. A tenant of another workspace gets the same answer as one that doesn’t exist.',
  session: 'A connect session: its `id` in a path, its token in the connect link.',
  limit:
    'The most items to return. A page can be shorter or even empty. Only a page without `continuation` is the last one.',
  continuation: 'The `continuation` of the previous page; opaque.',
  minValidity:
    'Seconds for which the access token must still be valid. The broker never vends less: if the provider’s tokens don’t last that long, it answers 409 `validity_not_available`. Without it, the broker aims for 300 s and accepts 60 s while refreshes fail temporarily.',
  accountId:
    'The account to call: its ID, or the number shown on Microsoft’s pages. Without it, the default account.',
  code: 'A one-time code: of the identity provider on the callback, of the return URL (`confirmation_code`) on a confirmation.',
  state: 'The one-time value that ties the answer to its request and browser.',
  error: 'The identity provider’s error (RFC 6749, section 4.1.2.1).',
  error_subcode: 'Microsoft’s finer error. `cancel` means that the person left its page without consenting.',
  error_description:
    'The identity provider’s description. The broker never shows it. It reads the error number and the trace ID in it, and passes the trace ID on.',
  error_uri: 'Where the identity provider explains the error. The broker reads only the error number in it.',
  admin_consent: 'Present when an administrator returns from the admin-consent link.',
  environment: 'The tenant’s Microsoft Advertising environment. The two environments share nothing.',
  identityProvider: 'Where the advertiser’s user signs in.',
  returnUrl:
    'Where the browser goes afterwards: exactly one of the workspace’s return URLs. Default is the first one.',
  loginHint:
    'The name of the person who is meant: prefilled on the sign-in page, and compared with who signed in. If they differ, the app confirms, or the broker’s page asks the person.',
  displayName: 'The advertiser’s display name. The page of a link that asks first shows it.',
  confirm:
    'Whether the app must confirm who consented before anything is vended, with the one-time code sent to `returnUrl`. Default is `true` for a link that is valid for more than an hour, and `false` otherwise.',
  allowDifferentUser:
    'Whether a different person than before can consent when the tenant reconnects. A sign-in that would lose accounts waits for the app’s confirmation.',
  acceptLostAccounts:
    'Whether the app accepts that the different person doesn’t have access to some of the accounts.',
  expiresIn:
    'Seconds for which the link is valid. Default is 15 minutes, maximum 7 days, for links sent by mail. A link valid for more than an hour first shows a page with a button, and needs the app’s confirmation unless `confirm` is `false`.',
  signInWith: 'The type of account to sign in with. The sign-in accepts no other.',
  accountChoice:
    'Who asks the person to choose when there are several accounts: the broker’s page or the app.',
  account: 'The account, by its ID or number.',
  service: 'A service’s name as in `services` of a vend, e.g. `campaignManagement`.',
  path: 'The operation’s path below the service’s base URL, e.g. `Campaigns/QueryByAccountId`.',
  search: 'Part of the name, number, ID, or customer name; case doesn’t matter.',
  usable: 'Whether to list only accounts for which calls should work, or only the others.',
  customerId: 'The customer through which to reach the account. Needed only if there are several.',
  accounts: 'The accounts that can be vended, each by ID or number.',
  all: 'Removes the restriction. Send it instead of `accounts`.',
  default:
    'The account vended when the app doesn’t name one. Without it, the current default stays if it’s still among the chosen accounts.',
  choice: 'The one-time right of the browser that just connected to choose accounts.',
  question: 'The one-time code of the question whether to connect this account.',
  q: 'The person’s search text.',
  page: 'Which page of the choice; the first is 1.',
  refreshToken:
    'A refresh token issued to the same client ID. The broker verifies it with a refresh before saving it.',
}
