import type { HttpResponseInit } from '@azure/functions'
import type { ChoiceWithAccounts } from '../../shared/choice/choose.ts'
import { firstDraft } from '../../shared/choice/draft.ts'
import { type ConnectFailureCode, connectFailures } from '../../shared/connect/failures.ts'
import { buildContract } from '../../shared/contract/openapi.ts'
import type { ReceivedRequest } from '../../shared/http/receiveRequest.ts'
import type { NamingConfig } from '../../shared/pages/appName.ts'
import {
  choiceAlreadyMadePage,
  choiceExpiredPage,
  choiceMadePage,
} from '../../shared/pages/choiceDonePage.ts'
import { choicePage } from '../../shared/pages/choosePage.ts'
import { connectStartPage, continuePage, toSignIn } from '../../shared/pages/connectStartPage.ts'
import { docsPage } from '../../shared/pages/docsPage.ts'
import { embeddedBrowserPage } from '../../shared/pages/embeddedBrowserPage.ts'
import { adminConsentedPage, failurePage } from '../../shared/pages/failurePage.ts'
import { pageResponse } from '../../shared/pages/page.ts'
import { type PersonPage, personPage } from '../../shared/pages/personPage.ts'
import { problemPageResponse } from '../../shared/pages/problemPage.ts'
import { Problem, type ProblemCode, problems } from '../../shared/problems.ts'
import { accountOf } from '../unit/connectGround.ts'
import { registeredRoutes } from '../unit/registeredRoutes.ts'

/** A page of the broker, and the function that makes it. */
export interface KnownPage {
  readonly name: string
  readonly madeBy: string
  readonly html: string
}

/** Names that are as long as the broker takes them, and that nowhere can be broken. */
const app = `Agency${'ForAdvertising'.repeat(4)}`
const account = 'Donaudampfschifffahrt'.repeat(9).slice(0, 180)
const person = `a…@${'department.'.repeat(12)}example`
const url = `https://app.example.com/${'connected/'.repeat(30)}`
const id = '6babcaad-604b-40ac-a9d7-9fd97c0b779f'

const config: NamingConfig = {
  workspaces: [{ workspace: 'agency', displayName: app, apps: [], returnUrls: [] }],
}

/** Every page that a person can see, with everything on it that it can have. */
export async function everyPage(): Promise<readonly KnownPage[]> {
  const docs = docsPage(buildContract(await registeredRoutes(), 'https://broker.example.com'))
  const invited = { app, account }
  return [
    ...Object.keys(connectFailures).map((failed) =>
      page('failurePage', failed, failureOf(failed as ConnectFailureCode)),
    ),
    ...problemPages(),
    ...[true, false].map((granted) =>
      page('adminConsentedPage', granted, adminConsentedPage(granted, config)),
    ),
    page('connectStartPage', '', connectStartPage('token', invited)),
    page('continuePage', '', continuePage({ url, ...toSignIn }, app)),
    page('embeddedBrowserPage', '', embeddedBrowserPage(url, 'token', invited)),
    page('personPage', '', personPage(asked)),
    page('choiceMadePage', '', choiceMadePage(url, app)),
    page('choiceAlreadyMadePage', '', choiceAlreadyMadePage(url, app)),
    page('choiceExpiredPage', '', choiceExpiredPage(app)),
    ...(['accounts', 'default'] as const).map((step) => page('choicePage', step, choiceOf(step))),
    page('docsPage', '', pageResponse(docs, docs.style)),
  ]
}

function page(madeBy: string, what: string | boolean, { body }: HttpResponseInit): KnownPage {
  return { name: `${madeBy}-${what}`, madeBy, html: String(body) }
}

function failureOf(failed: ConnectFailureCode): HttpResponseInit {
  const failure = {
    ...{ failed, workspace: 'agency', reason: failed, traceId: id, signedInAs: person, adminConsentUrl: url },
    ...{ advice: `Sign in as ${person}; you signed in as ${person}.`, backUrl: url },
    again: { url, anotherAccount: true },
  }
  return failurePage(failure, config)
}

function problemOf(code: ProblemCode): HttpResponseInit {
  const request = { method: 'GET', headers: { get: () => 'text/html' } } as unknown as ReceivedRequest
  return problemPageResponse(new Problem(code), id, request)
}

/** One for each heading, with the longest code. */
function problemPages(): KnownPage[] {
  const codes = (Object.keys(problems) as ProblemCode[]).toSorted((a, b) => a.length - b.length)
  const pages = codes.map((code) => page('problemPageResponse', code, problemOf(code)))
  const headingOf = ({ html }: KnownPage) => /<h1>(.*)<\/h1>/.exec(html)?.[1]
  return [...new Map(pages.map((each) => [headingOf(each), each])).values()]
}

const asked: PersonPage = {
  ...{ token: 'token', app, offersAnother: true },
  question: {
    person,
    signIn: { loginHint: `b@${'department.'.repeat(12)}example` },
  } as PersonPage['question'],
}

function choiceOf(step: 'accounts' | 'default'): HttpResponseInit {
  const accounts = Array.from({ length: 250 }, (_, index) => ({
    ...accountOf(String(index + 1)),
    ...{ name: account, customerName: account, linked: true, note: `Paused by ${account}`, usable: false },
  }))
  const open = { accounts, person } as unknown as ChoiceWithAccounts
  const ticked = new Set(accounts.map(({ accountId }) => accountId))
  const draft = { ...firstDraft(accounts), step, ticked, search: 'Donau'.repeat(40) }
  return choicePage({ token: 'token', app, open, draft, fault: { text: account, status: 422 } })
}
