import { describe, expect, test } from 'vitest'
import {
  type ChoiceDraft,
  defaultCandidates,
  filterAccounts,
  firstDraft,
  parseDraft,
  toChoiceView,
} from '../../shared/choice/draft.ts'
import { accountOf } from './connectGround.ts'

const three = [accountOf('1'), accountOf('2'), accountOf('3')]
const many = Array.from({ length: 201 }, (_, index) => accountOf(String(1000 + index)))
const untouched = firstDraft(three)
const draft = (change: Partial<ChoiceDraft>): ChoiceDraft => ({ ...untouched, ...change })
const parsed = (form: string) => parseDraft(new URLSearchParams(form), three)
const idsOf = (accounts: readonly { accountId: string }[]) => accounts.map(({ accountId }) => accountId)

describe('the draft of a choice', () => {
  test('selects nothing at first, or the earlier choice', () => {
    expect(untouched).toEqual({
      ...{ step: 'accounts', scope: 'these', ticked: new Set(), search: '', onlyTicked: false, page: 1 },
    })
    expect(firstDraft([accountOf('1'), accountOf('2', { selected: false })]).ticked).toEqual(new Set(['1']))
  })

  test('comes from the form, without accounts that the tenant can’t reach', () => {
    const form =
      'account=1&account=9&selected=2+8&default=3&step=default&scope=all&q=+shop+&only=ticked&page=7'
    expect(parsed(form)).toEqual({
      ...{ step: 'default', scope: 'all', ticked: new Set(['1', '2']), defaultId: '3', search: 'shop' },
      ...{ onlyTicked: true, page: 7 },
    })
    expect(parsed('default=9')).not.toHaveProperty('defaultId')
    expect(parsed('selectedDefault=2').defaultId).toBe('2')
    expect(parsed('default=1&selectedDefault=2').defaultId).toBe('1')
    expect(parsed('')).toEqual(untouched)
  })

  test('bounds the search and the page', () => {
    expect(parsed(`q=${'x'.repeat(201)}`).search).toHaveLength(200)
    const pages = ['100000', '100001', '1000000', 'x', '-1', '1.5'].map((page) => parsed(`page=${page}`).page)
    expect(pages).toEqual([100_000, 100_000, 1, 1, 1, 1])
  })
})

describe('the list of a choice', () => {
  test('offers the selected accounts as defaults, or all', () => {
    const ticked = new Set(['2'])
    expect(idsOf(defaultCandidates(draft({ ticked }), three))).toEqual(['2'])
    expect(idsOf(defaultCandidates(draft({ ticked, scope: 'all' }), three))).toEqual(['1', '2', '3'])
    expect(idsOf(filterAccounts(draft({ ticked, step: 'default' }), three))).toEqual(['2'])
    expect(idsOf(filterAccounts(draft({ ticked }), three))).toEqual(['1', '2', '3'])
  })

  test('shows only selected accounts that the search finds', () => {
    const ticked = new Set(['2', '3'])
    expect(idsOf(filterAccounts(draft({ ticked, onlyTicked: true }), three))).toEqual(['2', '3'])
    expect(idsOf(filterAccounts(draft({ ticked, onlyTicked: true, search: 'f3' }), three))).toEqual(['3'])
    expect(idsOf(filterAccounts(draft({ search: 'account 1' }), three))).toEqual(['1'])
  })

  test('has pages of 100 accounts, and none beyond the last', () => {
    const page = (number: number) =>
      toChoiceView(draft({ page: number, ticked: new Set(['1000', '1200']) }), many)
    expect(page(1)).toMatchObject({ matching: 201, ticked: 2, page: 1, pages: 3 })
    expect(idsOf(page(1).shown)).toEqual(idsOf(many.slice(0, 100)))
    expect(idsOf(page(2).shown)).toEqual(idsOf(many.slice(100, 200)))
    expect(idsOf(page(3).shown)).toEqual(['1200'])
    expect([page(0).page, page(4).page]).toEqual([1, 3])
    expect(toChoiceView(draft({}), [])).toEqual({ shown: [], matching: 0, ticked: 0, page: 1, pages: 1 })
  })
})
