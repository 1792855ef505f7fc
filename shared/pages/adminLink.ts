import { copyLink, copyLinkStyle, copyScript } from './copyLink.ts'
import { type Html, html } from './page.ts'

/** The administrator's link, to copy or open; what is copied starts with the steps, if there are any. */
export function adminLink(url: string, steps: readonly string[] = []): Html {
  const all = [...steps.map((step, index) => `${index + 1}. ${step}`), url].join('\n')
  const copied = steps.length > 0 ? { button: 'Copy steps and link', text: all } : undefined
  return html`${copyLink('admin-link', 'Link for your administrator', url, copied)}
<p class="quiet">Are you the administrator? <a id="admin-consent" href="${url}">Open the link yourself</a></p>`
}

/** Copies the link. */
export const adminLinkScript = copyScript('admin-link', 'Copied. Send it to your administrator.')

/** The style of the link, and of the steps before it. */
export const adminLinkStyle = `
ol{margin:.75rem 0;padding-left:1.5rem}
li{margin:.375rem 0;overflow-wrap:anywhere}
${copyLinkStyle}`
