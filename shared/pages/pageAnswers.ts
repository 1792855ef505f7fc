import type { Answer } from '../http/answer.ts'

/** Why connecting failed and who must act, if that is the advertiser or their administrator. */
export const refusedPage: Answer = {
  name: 'RefusedPage',
  status: 403,
  description: 'A page that says why connecting failed, and what the person or their administrator must do.',
  content: 'page',
}

/** What is left of a page whose time is over. */
export const overPage: Answer = {
  name: 'OverPage',
  status: 410,
  description: 'A page that says that the choice is made or has expired.',
  content: 'page',
}

/** A prefetch spends nothing. */
export const prefetchAnswer: Answer = {
  name: 'Prefetched',
  status: 204,
  description: 'The answer to a browser’s prefetch.',
}

/** The way back to the app, or on to its own page. */
export const redirectAnswer: Answer = {
  name: 'Redirect',
  status: 303,
  description: 'Redirect to the app’s return URL, or to the next page.',
  headers: ['Location'],
}
