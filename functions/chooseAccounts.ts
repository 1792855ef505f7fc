import * as z from 'zod'
import { recognizeBrowser } from '../shared/connect/browser.ts'
import { answerChoiceForm, firstDraft, longestChoiceFormBytes } from '../shared/connect/choiceForm.ts'
import { readChoice } from '../shared/connect/choose.ts'
import { choiceOverPage, choicePage } from '../shared/connect/choosePage.ts'
import { readText } from '../shared/http/body.ts'
import { redirect } from '../shared/http/page.ts'
import { pageRoute } from '../shared/http/pageRoute.ts'
import { operation } from '../shared/http/route.ts'

/** `/oauth/accounts`: where a person who has just connected says which accounts the app may use. */
pageRoute('chooseAccounts', 'oauth/accounts', {
  GET: operation({
    summary: 'The page on which the advertiser chooses accounts',
    query: z.object({ choice: z.string().max(200).default('') }),
    answer: { status: 200, description: 'The page.' },
    handle: async ({ broker, query, raw }) => {
      const browser = recognizeBrowser(broker.config.publicUrl, raw.headers.get('cookie'))
      const open = await readChoice(broker, query.choice, browser)
      if (!open) return choiceOverPage()
      const { accounts, choice } = open
      return choicePage({
        token: query.choice,
        returnUrl: choice.returnUrl,
        accounts,
        draft: firstDraft(open),
      })
    },
  }),
  POST: operation({
    summary: 'The page’s form: search, turn the page, choose, or decide later',
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
