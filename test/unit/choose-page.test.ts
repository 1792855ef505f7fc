import { describe, expect, test } from 'vitest'
import type { ChoiceWithAccounts } from '../../shared/choice/choose.ts'
import { type ChoiceDraft, firstDraft } from '../../shared/choice/draft.ts'
import type { Account } from '../../shared/domain/account.ts'
import { choicePage } from '../../shared/pages/choosePage.ts'
import type { ChoicePage } from '../../shared/pages/choosePageParts.ts'
import { accountOf } from './connectGround.ts'

const many = (count: number) => Array.from({ length: count }, (_, index) => accountOf(String(index + 1)))

/** The page for these accounts, as markup without the script and the style. */
function pageOf(
  accounts: readonly Account[],
  draft: Partial<ChoiceDraft> = {},
  more: Partial<ChoicePage> = {},
) {
  const open = { accounts, person: 'a…@b' } as unknown as ChoiceWithAccounts
  const page = { token: 'tok', app: 'Acme', open, draft: { ...firstDraft(accounts), ...draft }, ...more }
  const { status, body } = choicePage(page)
  const markup = String(body).replaceAll(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '')
  const buttons = [...markup.matchAll(/<button[^>]*value="([^"]+)"[^>]*>([^<]*)/g)].map(
    ([, value, text]) => `${value}: ${text}`,
  )
  const inputs = [...markup.matchAll(/<input type="(\w+)"[^>]*name="(\w+)" value="([^"]*)"( checked)?/g)]
  const hidden = Object.fromEntries(
    inputs.filter(([, type]) => type === 'hidden').map(([, , name, value]) => [name, value]),
  )
  const rows = inputs.filter(([, , name]) => name === 'account' || name === 'default')
  return {
    ...{ status, markup, buttons, hidden },
    title: /<title>(.*?) · Acme<\/title>/.exec(markup)?.[1],
    count: /id="count"[^>]*>([^<]*)/.exec(markup)?.[1],
    isCountFocused: /id="count"[^>]* autofocus/.test(markup),
    rows: rows.map(([, type, , value]) => `${type} ${value}`),
    checked: inputs.filter(([, , , , on]) => on).map(([, , name, value]) => `${name}=${value}`),
  }
}

describe('the page for choosing accounts', () => {
  test('with ten accounts has no search, and Enter continues', () => {
    const { buttons, count, markup, rows, checked } = pageOf(many(10))
    expect(markup).not.toContain('type="search"')
    expect(buttons).toEqual(['choose: Go', 'tick: Select all 10', 'choose: Continue', 'later: Decide later'])
    expect({ count, rows: rows.length, checked }).toEqual({
      ...{ count: '10 accounts.', rows: 10, checked: ['scope=these'] },
    })
  })

  test('with eleven accounts can be searched, and Enter searches', () => {
    const { buttons, markup } = pageOf(many(11))
    expect(markup).toContain('type="search"')
    expect(buttons.slice(0, 2)).toEqual(['search: Go', 'search: Search'])
  })

  test('has nothing to select with one press if there is one account', () => {
    const { buttons, count } = pageOf(many(1))
    expect(buttons).toEqual(['choose: Go', 'choose: Continue', 'later: Decide later'])
    expect(count).toBe('1 account.')
  })

  test('keeps what is selected on other pages, and shows it on request', () => {
    const { buttons, checked, count, hidden, isCountFocused, rows, title } = pageOf(many(250), {
      ...{ page: 2, ticked: new Set(['1', '120', '240']) },
    })
    expect(rows.length).toBe(100)
    expect({ count, title, isCountFocused }).toEqual({
      ...{ count: '101–200 of 250 accounts.', title: 'Page 2 of 3: Choose accounts for Acme' },
      isCountFocused: false,
    })
    expect(hidden).toEqual({ choice: 'tok', step: 'accounts', page: '2', selected: '1 240' })
    expect(checked).toEqual(['scope=these', 'account=120'])
    expect(buttons).toEqual([
      ...['search: Go', 'search: Search', 'untick: Clear all', 'ticked: Show 2 more selected'],
      ...['page-1: Previous', 'page-3: Next', 'choose: Continue', 'later: Decide later'],
    ])
  })

  test('has no way back on the first page, and none forward on the last', () => {
    const turns = (page: number) =>
      pageOf(many(150), { page }).buttons.filter((each) => each.startsWith('page-'))
    expect([turns(1), turns(2)]).toEqual([['page-2: Next'], ['page-1: Previous']])
  })

  test('after a search says how many match, and selects or clears these', () => {
    const { buttons, count, isCountFocused, title } = pageOf(
      many(120),
      { search: 'Account 11', ticked: new Set(['11', '5']) },
      { moved: true },
    )
    expect(count).toBe('11 accounts match “Account 11”.')
    expect(title).toBe('11 accounts match “Account 11”. Choose accounts for Acme')
    expect(isCountFocused).toBe(true)
    expect(buttons.slice(2, 6)).toEqual([
      ...['clear: Show all', 'tick: Select these 11', 'untick: Clear these', 'ticked: Show 1 more selected'],
    ])
    expect(pageOf(many(20), { search: 'Account 17' }).count).toBe('1 account matches “Account 17”.')
  })

  test('without a match says so', () => {
    expect(pageOf(many(20), { search: 'zebra' }).markup).toContain('id="none">')
    expect(pageOf(many(20)).markup).toContain('id="none" hidden>')
  })

  test('with only the selected ones keeps that, and has nothing more to select', () => {
    const { buttons, count, hidden, title } = pageOf(many(20), {
      onlyTicked: true,
      ticked: new Set(['1', '2']),
    })
    expect({ count, title }).toEqual({
      ...{ count: '2 accounts selected.', title: '2 accounts selected. Choose accounts for Acme' },
    })
    expect(hidden).toMatchObject({ only: 'ticked' })
    expect(buttons.slice(2, 4)).toEqual(['clear: Show all', 'untick: Clear these'])
    const searched = pageOf(many(20), {
      onlyTicked: true,
      search: 'Account 1',
      ticked: new Set(['1', '2', '10']),
    })
    expect(searched.buttons.filter((each) => /^tick(ed)?:/.test(each))).toEqual([])
  })

  test('tells each account by name, number, customer, and state', () => {
    const { markup } = pageOf([
      accountOf('1', { customerName: 'Shop' }),
      accountOf('2', { name: '' }),
      accountOf('3', { linked: true, customerName: 'Agency' }),
      accountOf('4', { note: 'Paused.', usable: false }),
      accountOf('5', { note: 'Draft.' }),
    ])
    expect(markup).toContain('<b>Account 1</b> <span class="quiet">F1 · Shop</span></span>')
    expect(markup).toContain('<b>F2</b> <span class="quiet">Customer</span></span>')
    expect(markup).toContain('Linked: reached through Agency')
    expect(markup.match(/Linked/g)?.length).toBe(1)
    expect(markup).toContain('<span class="mark bad">Paused.')
    expect(markup).toContain('<span class="mark">Draft.')
  })

  test('with a fault has its status, and says so first', () => {
    const fault = { text: 'Choose one account.', status: 422 as const }
    const { markup, status, title } = pageOf(many(2), {}, { fault })
    expect({ status, title }).toEqual({ status: 422, title: 'Error: Choose accounts for Acme' })
    expect(markup).toMatch(/role="alert"[^>]*autofocus>Choose one account\./)
    expect(pageOf(many(2)).status).toBe(200)
  })
})

describe('the page for choosing the default', () => {
  const draft = { step: 'default', ticked: new Set(['3', '4']) } as const

  test('lists what was selected, and leads back', () => {
    const { buttons, hidden, rows, title, checked } = pageOf(many(20), { ...draft, defaultId: '4' })
    expect(title).toBe('Which account should be the default?')
    expect(rows).toEqual(['radio 3', 'radio 4'])
    expect(checked).toEqual(['default=4'])
    expect(hidden).toEqual({ choice: 'tok', step: 'default', page: '1', selected: '3 4', scope: 'these' })
    expect(buttons).toEqual(['choose: Go', 'choose: Continue', 'back: Back'])
  })

  test('keeps a default that is on another page', () => {
    const { hidden } = pageOf(many(150), { step: 'default', scope: 'all', defaultId: '140' })
    expect(hidden).toMatchObject({ scope: 'all', selectedDefault: '140' })
  })

  test('is remembered while the person goes back to the accounts', () => {
    const { hidden } = pageOf(many(2), { defaultId: '2' })
    expect(hidden).toMatchObject({ step: 'accounts', selectedDefault: '2' })
  })
})
