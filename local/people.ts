/** The consumer directory's tenant id: a `tid` of this value marks a personal Microsoft account. */
export const consumerTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** A person at the local sign-in and the Microsoft Advertising stand-in. */
export interface Person {
  /** The name for signing in; also `preferred_username` and `email` in ID tokens. */
  readonly username: string
  readonly password: string
  readonly name: string
  /** Personal Microsoft account, work or school account, or a Google account. */
  readonly kind: 'personal' | 'work' | 'google'
  /** The `oid` claim (Microsoft) or `sub` claim (Google): the person's key in the Advertising stand-in. */
  readonly objectId: string
  /** The `tid` claim; the consumer directory for personal accounts, empty for Google. */
  readonly directoryId: string
  /**
   * The obstacle between the person and consent: a second factor, their administrator, or a policy that makes the
   * token endpoint refuse until a sign-in has its claims. `adminPolicyEnforced` is Google's: nothing returns to the app.
   */
  readonly hurdle?:
    | 'mfa'
    | 'claimsChallenge'
    | 'adminConsentRequired'
    | 'serviceNotEnabled'
    | 'adminPolicyEnforced'
  /** Whether the person can approve an application for their whole directory. Default is no. */
  readonly isAdministrator?: true
}

const contoso = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'
const fabrikam = '7a8f3b52-64d1-4c1e-8f0e-2d9f3c5b7e02'

/** All people of the local world. The passwords aren't secrets: they're useless outside this machine. */
export const people: readonly Person[] = [
  person(
    'ada@outlook.example',
    'Ada Lovelace',
    'personal',
    '00000000-0000-0000-0000-00000000ada0',
    consumerTenantId,
  ),
  /** His masked name is the same as Ada's. */
  person(
    'alan@outlook.example',
    'Alan Turing',
    'personal',
    '00000000-0000-0000-0000-0000000a1a90',
    consumerTenantId,
  ),
  person('grace@contoso.example', 'Grace Hopper', 'work', '11111111-1111-4111-8111-00000000c0de', contoso),
  person(
    'edsger@contoso.example',
    'Edsger Dijkstra',
    'work',
    '11111111-1111-4111-8111-0000000ed5e0',
    contoso,
  ),
  person(
    'barbara@outlook.example',
    'Barbara Liskov',
    'personal',
    '00000000-0000-0000-0000-0000000ba5ba',
    consumerTenantId,
  ),
  person(
    'niklaus@outlook.example',
    'Niklaus Wirth',
    'personal',
    '00000000-0000-0000-0000-000000000a1c',
    consumerTenantId,
  ),
  person(
    'radia@contoso.example',
    'Radia Perlman',
    'work',
    '11111111-1111-4111-8111-0000000ad1a0',
    contoso,
    'mfa',
  ),
  person(
    'hedy@contoso.example',
    'Hedy Lamarr',
    'work',
    '11111111-1111-4111-8111-0000000bed70',
    contoso,
    'claimsChallenge',
  ),
  person(
    'donald@fabrikam.example',
    'Donald Knuth',
    'work',
    '22222222-2222-4222-8222-00000000d0d0',
    fabrikam,
    'adminConsentRequired',
  ),
  person(
    'margaret@fabrikam.example',
    'Margaret Hamilton',
    'work',
    '22222222-2222-4222-8222-0000000a9011',
    fabrikam,
    'serviceNotEnabled',
  ),
  {
    ...person(
      'katherine@fabrikam.example',
      'Katherine Johnson',
      'work',
      '22222222-2222-4222-8222-0000000ca7e0',
      fabrikam,
    ),
    isAdministrator: true,
  },
  person('tony@gmail.example', 'Tony Hoare', 'google', '104729104729104729104', ''),
  person(
    'leslie@workspace.example',
    'Leslie Lamport',
    'google',
    '115249115249115249115',
    '',
    'adminPolicyEnforced',
  ),
]

function person(
  username: string,
  name: string,
  kind: Person['kind'],
  objectId: string,
  directoryId: string,
  hurdle?: Person['hurdle'],
): Person {
  return { username, password: 'open-sesame', name, kind, objectId, directoryId, ...(hurdle && { hurdle }) }
}
