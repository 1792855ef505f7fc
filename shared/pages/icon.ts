import { type Html, html } from './page.ts'

/** The meaning of a page's sign; the heading says the same in words. */
export type IconName = keyof typeof icons

/** Strokes in a 24-by-24 box. */
const icons = {
  stop: 'M12 7v6m0 3.5v.01',
  lock: 'M8 11V8.5a4 4 0 0 1 8 0V11m-9 0h10v6.5H7z',
  wait: 'M12 7.5V12l3 2',
  done: 'm7.5 12.5 3 3 6-6.5',
} as const

/** The sign above a page's heading. */
export function icon(name: IconName): Html {
  return html`<svg class="sign ${name}" viewBox="0 0 24 24" width="48" height="48" aria-hidden="true"><circle cx="12" cy="12" r="11"/><path d="${icons[name]}"/></svg>`
}
