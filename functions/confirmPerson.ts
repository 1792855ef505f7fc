import type { HttpResponseInit } from '@azure/functions'
import * as z from 'zod'
import {
  keepAgreed,
  type OpenQuestion,
  type PersonQuestion,
  readQuestion,
} from '../shared/connect/askPerson.ts'
import { canSignInAgain, issueNextSignIn } from '../shared/connect/nextSteps.ts'
import type { CallbackResult } from '../shared/connect/secondCallback.ts'
import { withWayBack } from '../shared/connect/wayBack.ts'
import { readText } from '../shared/http/body.ts'
import type { HandledRequest } from '../shared/http/checkRequest.ts'
import { operation } from '../shared/http/route.ts'
import { appName } from '../shared/pages/appName.ts'
import { choiceMadePage } from '../shared/pages/choiceDonePage.ts'
import { continuePage, toSignIn } from '../shared/pages/connectStartPage.ts'
import { failurePage } from '../shared/pages/failurePage.ts'
import { redirect } from '../shared/pages/page.ts'
import { redirectAnswer, refusedPage } from '../shared/pages/pageAnswers.ts'
import { pageRoute } from '../shared/pages/pageRoute.ts'
import { personPage } from '../shared/pages/personPage.ts'

/** Enough for the code and the answer. */
const maxFormBytes = 1024

type Broker = HandledRequest<unknown, unknown, unknown>['broker']

/** `/oauth/confirm`: where a person whom the app didn't expect sees whom they connect. */
pageRoute('confirmPerson', 'oauth/confirm', {
  GET: operation({
    id: 'openPersonQuestion',
    tag: 'browser',
    summary: 'The page that asks a person whom the app didn’t expect whether to connect their account',
    query: z.object({ question: z.string().max(200).default('') }),
    response: { status: 200, description: 'The page.', content: 'page' },
    otherResponses: [redirectAnswer, refusedPage],
    handle: async ({ broker, browser, query }) => {
      const question = await readQuestion(broker, query.question, browser)
      if (!('signIn' in question)) return lead(broker, question)
      const { signIn } = question
      const app = appName(broker.config, signIn.workspace)
      return personPage({ token: query.question, question, app, offersAnother: canSignInAgain(signIn) })
    },
  }),
  POST: operation({
    id: 'answerPersonQuestion',
    tag: 'browser',
    summary: 'The answer on that page: connect the account, or sign in with another one',
    readsBodyItself: true,
    response: {
      status: 200,
      description: 'A page that continues to the return URL or to the sign-in.',
      content: 'page',
    },
    otherResponses: [redirectAnswer, refusedPage],
    handle: async ({ broker, browser, raw }) => {
      const form = new URLSearchParams(await readText(raw, maxFormBytes))
      const question = await readQuestion(broker, form.get('question') ?? '', browser)
      if (!('signIn' in question)) return lead(broker, question)
      return form.get('answer') === 'another' ? leadToAnother(broker, question) : connect(broker, question)
    },
  }),
})

function lead({ config }: Broker, ended: CallbackResult): HttpResponseInit {
  return 'failed' in ended ? failurePage(ended, config) : redirect(ended.returnUrl)
}

async function leadToAnother(broker: Broker, { signIn }: PersonQuestion): Promise<HttpResponseInit> {
  const url = await issueNextSignIn(broker, signIn, { anotherAccount: true })
  if (url === undefined)
    return failurePage(withWayBack(signIn, { failed: 'sign_in_not_valid' }), broker.config)
  return continuePage({ url, ...toSignIn }, appName(broker.config, signIn.workspace))
}

async function connect(broker: Broker, question: OpenQuestion): Promise<HttpResponseInit> {
  const kept = await keepAgreed(broker, question)
  if ('failed' in kept) return failurePage(kept, broker.config)
  broker.accessTokens.forget(kept.tenant)
  return kept.isChoice
    ? redirect(kept.url)
    : choiceMadePage(kept.url, appName(broker.config, kept.tenant.workspace))
}
