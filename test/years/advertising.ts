import type { Family, Provider } from './provider.ts'

/**
 * Customer Management, as two years need it: each person has one role, in a customer that owns all accounts that the
 * person can reach.
 */
export function answerAdvertising(
  provider: Provider,
  developerTokens: ReadonlySet<string>,
  url: URL,
  init: RequestInit | undefined,
): Response {
  const headers = new Headers(init?.headers)
  const family = provider.familyOf(headers.get('authorization') ?? '')
  if (!family || !developerTokens.has(headers.get('developertoken') ?? ''))
    return Response.json({ Errors: [{ Code: 105 }] }, { status: 401 })
  const customer = `9${family.person}`
  if (url.pathname.endsWith('/User/Query'))
    return Response.json({
      User: { Id: customer, UserName: family.person },
      CustomerRoles: [{ CustomerId: customer, RoleId: 41 }],
    })
  if (url.pathname.endsWith('/Accounts/Search')) {
    const { Predicates, PageInfo } = JSON.parse(String(init?.body))
    const isFirst = Predicates[0].Field !== 'AccountId' && PageInfo.Index === 0
    return Response.json({ Accounts: isFirst ? accountsOf(family, customer) : [] })
  }
  return Response.json({ Customer: { Id: customer, Name: 'Customer' }, CustomersInfo: [], AccountsInfo: [] })
}

/** The id of a person's account, by its number. */
export function accountIdOf(family: Family, index: number): string {
  return `${family.person}0${index}`
}

function accountsOf(family: Family, ParentCustomerId: string): object[] {
  return Array.from({ length: family.accounts }, (_, index) => {
    const Id = accountIdOf(family, index + 1)
    return { Id, Number: `F${Id}`, Name: `Account ${Id}`, ParentCustomerId, AccountLifeCycleStatus: 'Active' }
  })
}
