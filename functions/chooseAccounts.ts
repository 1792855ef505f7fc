import * as z from 'zod'
import { readChoice } from '../shared/choice/choose.ts'
import { firstDraft } from '../shared/choice/draft.ts'
import { handleChoiceForm, maxChoiceFormBytes } from '../shared/choice/form.ts'
import { readText } from '../shared/http/body.ts'
import { operation } from '../shared/http/route.ts'
import { appName } from '../shared/pages/appName.ts'
import { choiceAlreadyMadePage, choiceExpiredPage, choiceMadePage } from '../shared/pages/choiceDonePage.ts'
import { choicePage } from '../shared/pages/choosePage.ts'
import { overPage } from '../shared/pages/pageAnswers.ts'
import { pageRoute } from '../shared/pages/pageRoute.ts'

/** `/oauth/accounts`: where a person who has just connected says which accounts the app may use. */
pageRoute('chooseAccounts', 'oauth/accounts', {
  GET: operation({
    id: 'openAccountChoice',
    tag: 'browser',
    summary: 'The page where the advertiser chooses accounts',
    query: z.object({ choice: z.string().max(200).default('') }),
    response: { status: 200, description: 'The page.', content: 'page' },
    otherResponses: [overPage],
    handle: async ({ broker, browser, query }) => {
      const { config } = broker
      const open = await readChoice(broker, query.choice, browser)
      if (!open) return choiceExpiredPage(appName(config))
      const app = appName(config, open.choice.workspace)
      if (open.doneUrl) return choiceAlreadyMadePage(open.doneUrl, app)
      return choicePage({ token: query.choice, app, open, draft: firstDraft(open.accounts) })
    },
  }),
  POST: operation({
    id: 'answerAccountChoice',
    tag: 'browser',
    summary: 'The form on that page: search, select, change pages, confirm, or decide later',
    readsBodyItself: true,
    response: {
      status: 200,
      description: 'The page again, or a page that continues to the return URL after the choice.',
      content: 'page',
    },
    otherResponses: [
      { status: 422, description: 'The page again, with what is missing.', content: 'page' },
      overPage,
    ],
    handle: async ({ broker, browser, raw }) => {
      const { config } = broker
      const form = new URLSearchParams(await readText(raw, maxChoiceFormBytes))
      const answered = await handleChoiceForm(broker, form, browser)
      if (!answered) return choiceExpiredPage(appName(config))
      const { open } = answered
      const app = appName(config, open.choice.workspace)
      if (!('doneUrl' in answered))
        return choicePage({ token: form.get('choice') ?? '', app, moved: true, ...answered })
      return open.doneUrl ? choiceAlreadyMadePage(open.doneUrl, app) : choiceMadePage(answered.doneUrl, app)
    },
  }),
})
