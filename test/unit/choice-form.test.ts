import { describe, expect, test } from 'vitest'
import { newBinding } from '../../shared/access/browser.ts'
import { issueChoiceAnswer, openChoice, readChoice } from '../../shared/choice/choose.ts'
import { handleChoiceForm } from '../../shared/choice/form.ts'
import type { Account } from '../../shared/domain/account.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { connected, name } from '../simulation/ground.ts'
import { accountOf, browserWith, connectGround, returnUrl } from './connectGround.ts'

const three = [accountOf('1'), accountOf('2'), accountOf('3')]

/** An open choice among these accounts, for one browser. */
async function opened(accounts: readonly Account[] = three, more: object = {}) {
  const own = connectGround()
  const tenant = { ...connected('vault:x'), accountsGeneration: 'g', disconnectCount: 1 }
  await own.create(tenant)
  await own.accounts.write(name, 'g', accounts)
  const answerId = await issueChoiceAnswer(own.records, own.clock.now())
  const signIn = { ...name, id: 's', returnUrl, browserHash: own.binding.hash, disconnectCount: 1, answerId }
  const outcome = { status: 'connected', accounts: '3', account_choice: 'open' }
  const dependencies = { ...(own.dependencies as object), ...more } as never
  const url = await openChoice(dependencies, signIn, { id: 'consent-of-first' }, outcome)
  const token = new URL(url).searchParams.get('choice') ?? ''
  const answer = (form: string, browser = own.browser) =>
    handleChoiceForm(dependencies, new URLSearchParams(`choice=${token}&${form}`), browser)
  const change = async (row: Partial<Tenant>) => {
    const stored = own.tenants.row(name)
    if (stored) await own.tenants.replace(stored, { ...stored.tenant, ...row }, [])
  }
  const read = (browser: typeof own.browser | undefined = own.browser) =>
    readChoice(dependencies, token, browser)
  return { ...own, answer, change, read, token, answerId }
}

/** The app's return parameters. */
const toldBy = (answer: unknown) =>
  Object.fromEntries(new URL((answer as { doneUrl: string }).doneUrl).searchParams)
const told = { tenant: 't', session: 's', status: 'connected' }

describe('an open choice', () => {
  test('is only for the browser and the consent that it was opened for', async () => {
    const own = await opened()
    expect(await own.read()).toMatchObject({ person: 'h', accounts: [{}, {}, {}] })
    expect(await own.read()).not.toHaveProperty('doneUrl')
    expect(await own.read(browserWith(newBinding()))).toBeUndefined()
    expect(await readChoice(own.dependencies, own.token, undefined)).toBeUndefined()
    expect(await readChoice(own.dependencies, 'another', own.browser)).toBeUndefined()
  })

  test.each([
    ['another consent', { grant: { ...connected('').grant, id: 'another' } as never }],
    ['a disconnect', { disconnectCount: 2 }],
    ['a refused grant', { status: 'reauthorization_required' }],
  ] as const)('is over after %s, and can’t be answered', async (_title, row) => {
    const own = await opened()
    await own.change(row)
    expect(await own.read()).toBeUndefined()
    expect(await own.answer('go=choose&scope=all&step=default&default=1')).toBeUndefined()
  })

  test('ends after 30 minutes', async () => {
    const own = await opened()
    own.clock.advance(1799)
    expect(await own.read()).toBeDefined()
    own.clock.advance(1)
    expect(await own.read()).toBeUndefined()
  })

  test('shows usable accounts first, then by customer and name, and each account once', async () => {
    const own = await opened([
      accountOf('1', { name: 'Shop 10' }),
      accountOf('2', { name: 'shop 9' }),
      accountOf('3', { usable: false, customerName: 'Agency' }),
      accountOf('4', { customerName: 'agency', name: 'Zoo' }),
      accountOf('4', { customerName: 'Linked', customerId: '05', linked: true }),
      accountOf('5', { customerName: 'Agency', name: 'Yard' }),
    ])
    const { accounts = [] } = (await own.read()) ?? {}
    expect(accounts.map(({ accountId, linked }) => [accountId, linked])).toEqual([
      ...[
        ['5', false],
        ['4', false],
        ['2', false],
        ['1', false],
        ['3', false],
      ],
    ])
  })
})

describe('the answer to a choice', () => {
  test('with several accounts asks for the default, and then is stored', async () => {
    const own = await opened()
    const asked = await own.answer('go=choose&account=1&account=2&q=x&page=2&only=ticked')
    expect(asked).toMatchObject({
      draft: { step: 'default', search: '', onlyTicked: false, page: 1, ticked: new Set(['1', '2']) },
    })
    expect(asked).toHaveProperty('draft.defaultId', undefined)
    expect(asked).not.toHaveProperty('fault')
    const done = await own.answer('go=choose&step=default&selected=1+2&default=2')
    expect(toldBy(done)).toEqual({ ...told, accounts: '2' })
    expect(own.row().defaultAccount?.accountId).toBe('2')
    // A second answer changes nothing, and also ends at the app.
    expect(toldBy(await own.answer('go=choose&account=3'))).toEqual({ ...told, accounts: '2' })
    expect(own.row().defaultAccount?.accountId).toBe('2')
  })

  test('with one account, or only one usable one, asks nothing more', async () => {
    const own = await opened()
    expect(toldBy(await own.answer('go=choose&account=3'))).toEqual({ ...told, accounts: '1' })
    const usable = await opened([accountOf('1', { usable: false }), accountOf('2')])
    expect(await usable.answer('go=choose&scope=all')).toMatchObject({
      draft: { step: 'default', defaultId: '2' },
    })
    const all = await usable.answer('go=choose&scope=all&step=default&default=1')
    expect(toldBy(all)).toEqual({ ...told, accounts: '2' })
  })

  test('without an account, or without a default among the selected ones, says what is missing', async () => {
    const own = await opened()
    expect(await own.answer('go=choose')).toMatchObject({
      fault: { status: 422, text: expect.stringContaining('at least one') },
    })
    const elsewhere = await own.answer('go=choose&step=default&selected=1+2&default=3')
    expect(elsewhere).toMatchObject({ fault: { status: 422, text: 'Choose one account.' } })
    expect(own.row().accountsGeneration).toBe('g')
  })

  test('that leaves the choice to the app changes nothing, and spends the choice', async () => {
    const own = await opened()
    expect(toldBy(await own.answer('go=later'))).toEqual({ ...told, accounts: '3', account_choice: 'open' })
    expect(own.row().accountsGeneration).toBe('g')
    expect(await own.records.read('choice-answer', own.answerId, own.clock.now())).toBeUndefined()
  })

  test.each([
    [new StorageUnavailableError('tables', 503, 'ServerBusy'), 503, 'Try again'],
    [undefined, 422, 'can’t be used yet'],
  ])('that can’t be stored leaves the choice open (%#)', async (error, status, text) => {
    const accounts = error ? three : [accountOf('1', { reachUnknown: true }), accountOf('2')]
    const own = await opened(accounts)
    const write = () => Promise.reject(error)
    const dependencies = {
      ...(own.dependencies as object),
      ...(error && { accounts: { ...own.accounts, write } }),
    }
    const form = new URLSearchParams(`choice=${own.token}&go=choose&account=1`)
    expect(await handleChoiceForm(dependencies as never, form, own.browser)).toMatchObject({
      fault: { status, text: expect.stringContaining(text) },
    })
    expect(await own.read()).not.toHaveProperty('doneUrl')
  })

  test('is refused if another person connects the tenant while it’s being stored', async () => {
    const own = await opened()
    const write = async (...args: Parameters<typeof own.accounts.write>) => {
      await own.accounts.write(...args)
      await own.change({ grant: { ...connected('').grant, id: 'another' } as never })
    }
    const dependencies = { ...(own.dependencies as object), accounts: { ...own.accounts, write } } as never
    const form = new URLSearchParams(`choice=${own.token}&go=choose&account=1`)
    expect(await handleChoiceForm(dependencies, form, own.browser)).toMatchObject({ fault: { status: 503 } })
    expect(own.row()).toMatchObject({ accountsGeneration: 'g', grant: { id: 'another' } })
  })

  test('never hides a failure of our own', async () => {
    const own = await opened()
    const write = () => Promise.reject(new TypeError('ours'))
    const dependencies = { ...(own.dependencies as object), accounts: { ...own.accounts, write } } as never
    const form = new URLSearchParams(`choice=${own.token}&go=choose&account=1`)
    await expect(handleChoiceForm(dependencies, form, own.browser)).rejects.toThrow('ours')
  })
})

describe('a button of the choice', () => {
  const from = 'account=1&q=f1&only=ticked&page=3&scope=all&step=default'
  const before = {
    ...{ step: 'default', scope: 'all', ticked: new Set(['1']) },
    ...{ search: 'f1', onlyTicked: true, page: 3 },
  }
  test.each([
    ['page-12', { page: 12 }],
    ['tick', { scope: 'these' }],
    ['untick', { ticked: new Set(), onlyTicked: false }],
    ['ticked', { search: '', page: 1 }],
    ['clear', { search: '', onlyTicked: false, page: 1 }],
    ['back', { step: 'accounts', search: '', onlyTicked: false, page: 1 }],
    ['search', { page: 1 }],
    ['', { page: 1 }],
    ['page-123456', { page: 1 }],
  ])('%s changes the page and chooses nothing', async (go, change) => {
    const own = await opened()
    const { draft } = (await own.answer(`${from}${go && `&go=${go}`}`)) as { draft: object }
    expect(draft).toEqual({ ...before, ...change })
    expect(own.row().accountsGeneration).toBe('g')
  })

  test('selects the listed accounts, in addition to the selected ones', async () => {
    const own = await opened()
    expect(await own.answer('go=tick&account=1&q=f2')).toMatchObject({
      draft: { ticked: new Set(['1', '2']) },
    })
    const unticked = await own.answer('go=untick&account=1&account=2&q=f2')
    expect(unticked).toMatchObject({ draft: { ticked: new Set(['1']) } })
  })
})
