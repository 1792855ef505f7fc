import * as z from 'zod'
import { recognizeBrowser } from '../shared/connect/browser.ts'
import { answerChoiceForm, firstDraft, longestChoiceFormBytes } from '../shared/connect/choiceForm.ts'
import { readChoice } from '../shared/connect/choose.ts'
import { choiceOverPage, choicePage } from '../shared/connect/choosePage.ts'
import { readText } from '../shared/http/body.ts'
import { wholeNumber } from '../shared/http/fields.ts'
import { redirect } from '../shared/http/page.ts'
import { operation, route } from '../shared/http/route.ts'

/** `/oauth/accounts`: where a person who has just connected says which accounts the app may use. */
route('chooseAccounts', 'oauth/accounts', {
  GET: operation({
    summary: 'The page on which the advertiser chooses accounts',
    query: z.object({
      choice: z.string().max(200).default(''),
      q: z.string().max(200).default(''),
      page: wholeNumber(1, 100_000).default(1),
    }),
    answer: { status: 200, description: 'The page.' },
    handle: async ({ broker, query, raw }) => {
      const browser = recognizeBrowser(broker.config.publicUrl, raw.headers.get('cookie'))
      const open = await readChoice(broker, query.choice, browser)
      if (!open) return choiceOverPage()
      const draft = { ...firstDraft(open), search: query.q, page: query.page }
      const { accounts, choice } = open
      return choicePage({ token: query.choice, returnUrl: choice.returnUrl, accounts, draft })
    },
  }),
  POST: operation({
    summary: 'The page’s form: search, turn the page, choose, or decide later',
    readsBodyItself: true,
    answer: { status: 303, description: 'To the app’s return URL, once chosen.' },
    handle: async ({ broker, raw }) => {
      const form = new URLSearchParams(await readText(raw, longestChoiceFormBytes))
      const browser = recognizeBrowser(broker.config.publicUrl, raw.headers.get('cookie'))
      const answered = await answerChoiceForm(broker, form, browser)
      if (!answered) return choiceOverPage()
      return 'returnUrl' in answered ? redirect(answered.returnUrl) : choicePage(answered.page)
    },
  }),
})
