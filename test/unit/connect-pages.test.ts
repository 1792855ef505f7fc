import { describe, expect, test } from 'vitest'
import { type ConnectFailureCode, connectFailures } from '../../shared/connect/failures.ts'
import type { NamingConfig } from '../../shared/pages/appName.ts'
import { connectStartPage } from '../../shared/pages/connectStartPage.ts'
import { embeddedBrowserPage } from '../../shared/pages/embeddedBrowserPage.ts'
import { adminConsentedPage, failurePage } from '../../shared/pages/failurePage.ts'
import type { Invitation } from '../../shared/pages/invitation.ts'

const workspace = (name: string, displayName?: string) => ({
  workspace: name,
  apps: [],
  returnUrls: [],
  ...(displayName && { displayName }),
})
const one: NamingConfig = { workspaces: [workspace('agency', 'Acme & Sons')] }
const two: NamingConfig = { workspaces: [...one.workspaces, workspace('other')] }
const bodyOf = (answer: { body?: unknown }) => String(answer.body)

describe('the app’s name', () => {
  test('is on every page on which connecting can end, and “the app” on none of them', () => {
    for (const failed of Object.keys(connectFailures) as ConnectFailureCode[]) {
      const body = bodyOf(failurePage({ failed, workspace: 'agency', backUrl: 'https://a.example' }, two))
      expect(body, failed).toContain('<b>Acme &amp; Sons</b>')
      expect(body, failed).toContain('Back to Acme &amp; Sons')
      expect(body, failed).not.toMatch(/\bthe app\b/i)
    }
  })

  test('is that of the only workspace if the workspace is unknown, and of none among several', () => {
    expect(bodyOf(failurePage({ failed: 'link_not_valid' }, one))).toContain('Acme &amp; Sons')
    expect(bodyOf(failurePage({ failed: 'link_not_valid' }, two))).toContain('Go back to the app')
    expect(bodyOf(adminConsentedPage(true, one))).toContain('If you approved Acme &amp; Sons, you’re done')
  })

  test('stays “the app” if the settings have none', () => {
    const body = bodyOf(failurePage({ failed: 'consent_declined', workspace: 'other' }, two))
    expect(body).toContain('from the app at any time')
    expect(body).not.toContain('class="top"')
  })
})

describe('a page before a sign-in says', () => {
  const pages = [
    ['of a mailed link', (invited: Invitation) => connectStartPage('token', invited)],
    [
      'in an embedded browser',
      (invited: Invitation) => embeddedBrowserPage('https://b.example', 'token', invited),
    ],
  ] as const

  test.each(pages)('who asks, and for which account (%s)', (_title, page) => {
    const body = bodyOf(page({ app: 'Acme & Sons', account: '<Shoes>' }))
    const asks =
      'Acme &amp; Sons asks you to connect a Microsoft Advertising account for <b><bdi>&lt;Shoes&gt;</bdi></b>.'
    expect(body).toContain(`${asks} If you weren’t expecting this, close this page.`)
  })

  test.each(pages)('nothing that it doesn’t know (%s)', (_title, page) => {
    const body = bodyOf(page({ app: undefined, account: undefined }))
    expect(body).toContain('An app asks you to connect a Microsoft Advertising account. If')
  })
})

test('the page after an administrator’s link claims no approval, because anyone can open it', () => {
  const body = bodyOf(adminConsentedPage(true, two))
  expect(body).toContain('<h1>If you approved the app, you’re done</h1>')
  expect(body).not.toMatch(/thank you|is approved|can now connect/i)
})

describe('a failure page', () => {
  const failure = { failed: 'admin_consent_required', reason: 'admin_consent_required' } as const

  test('shows a code once, even if the reason is the same word', () => {
    expect(bodyOf(failurePage(failure, one))).toContain('<code id="code">admin_consent_required</code>')
    const finer = bodyOf(failurePage({ failed: 'sign_in_refused', reason: 'mfa_required' }, one))
    expect(finer).toContain('sign_in_refused (mfa_required)')
  })

  test('has the administrator’s link on one line, to copy and to open', () => {
    const answer = failurePage({ ...failure, adminConsentUrl: 'https://login.example/?a=1&b=2' }, one)
    expect(bodyOf(answer)).toContain('readonly value="https://login.example/?a=1&amp;b=2"')
    expect(bodyOf(answer)).toContain('id="admin-consent" href="https://login.example/?a=1&amp;b=2"')
    expect((answer.headers as Record<string, string>)['Content-Security-Policy']).toContain('script-src')
  })

  test('says in order what a directory without Microsoft Advertising needs', () => {
    const body = bodyOf(
      failurePage({ failed: 'advertising_not_enabled', adminConsentUrl: 'https://l.example/' }, one),
    )
    expect(body).toMatch(
      /<ol><li>[^<]*Super Admin[^<]*<\/li><li>[^<]*az ad sp create --id d42ffc93-[^<]*<\/li><li>[^<]*approves Acme &amp; Sons/,
    )
    const [, copied] = /data-text="([^"]*)"/.exec(body) ?? []
    expect(copied).toMatch(/^1\. .*Super Admin.*\n2\. .*az ad sp create.*\n3\. .*\nhttps:\/\/l\.example\/$/)
    expect(body.indexOf('<ol>')).toBeLessThan(body.indexOf('id="admin-link"'))
    expect(bodyOf(failurePage(failure, one))).not.toContain('<ol>')
  })

  test('names the account that was refused, unless the app is at fault', () => {
    const signedInAs = 'a…@x.example'
    const refused = bodyOf(failurePage({ failed: 'no_advertising_user', signedInAs }, one))
    expect(refused).toContain('<p>You signed in as <span class="whole">a…@x.example</span>.</p>')
    expect(bodyOf(failurePage({ failed: 'environment_on_hold', signedInAs }, one))).not.toContain('a…@x')
  })

  test('says for whose support its code is', () => {
    expect(bodyOf(failurePage({ failed: 'link_not_valid' }, one))).toContain(
      'For Acme &amp; Sons’s support: ',
    )
    expect(bodyOf(failurePage({ failed: 'link_not_valid' }, two))).toContain('For the app’s support: ')
  })

  test('keeps a masked name in one piece', () => {
    const advice = 'Sign in as a…@outlook.example; you signed in as e…@contoso.example.'
    const body = bodyOf(failurePage({ failed: 'different_user', advice }, one))
    expect(body).toContain('<span class="whole">a…@outlook.example</span>;')
    expect(body).toContain('<span class="whole">e…@contoso.example</span>.')
  })

  test('offers another sign-in first, the app second', () => {
    const again = { url: 'https://b.example/again', anotherAccount: true }
    const body = bodyOf(
      failurePage({ failed: 'wrong_account_kind', again, backUrl: 'https://a.example' }, one),
    )
    expect(body).toMatch(
      /class="button" href="https:\/\/b\.example\/again">Use another account.*class="button plain"/,
    )
  })
})
