import { html } from 'hono/html'

type Html = ReturnType<typeof html>

const layout = (title: string, body: Html) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>${title}</title>
    <style>
      body { font: 1rem/1.5 system-ui, sans-serif; margin: 10vh auto; max-width: 24rem; padding: 0 1rem }
      label { display: block; margin-top: 1rem }
      input { box-sizing: border-box; font: inherit; padding: .4rem; width: 100% }
      button { font: inherit; margin: 1.5rem .5rem 0 0; padding: .4rem 1.2rem }
      #error { color: #a4262c }
    </style>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${body}
    </main>
  </body>
</html>`

const alert = (error: string | undefined) => (error ? html`<p id="error" role="alert">${error}</p>` : '')

/** The page that asks for name and password; `error` explains why it's shown again. */
export function signInPage(page: { provider: string; username: string; error?: string | undefined }): Html {
  return layout(
    'Sign in',
    html`<p>${page.provider} (local stand-in)</p>
      ${alert(page.error)}
      <form method="post">
        <label for="username">Email</label>
        <input id="username" name="username" type="email" autocomplete="username" required value="${page.username}" />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required />
        <button id="sign-in" type="submit">Sign in</button>
      </form>`,
  )
}

/** The page that lists the account of a signed-in browser. */
export function chooserPage(page: { username: string }): Html {
  return layout(
    'Choose an account',
    html`<form method="post">
      <button id="signed-in" name="account" value="signed-in" type="submit">${page.username}</button>
      <button id="another" name="account" value="another" type="submit">Use another account</button>
    </form>`,
  )
}

/** The page that asks for the second factor. */
export function codePage(page: { username: string; error?: string | undefined }): Html {
  return layout(
    'Enter code',
    html`<p>More is needed to know that you are ${page.username}. The local stand-in sends no code: it is 000000.</p>
      ${alert(page.error)}
      <form method="post">
        <label for="code">Code</label>
        <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required />
        <button id="verify" type="submit">Verify</button>
      </form>`,
  )
}

/** The consent page's text for each scope, by the provider library's names. */
const meanings: Readonly<Record<string, string>> = {
  openid: 'Sign you in',
  profile: 'View your basic profile',
  email: 'View your email address',
  offline: 'Maintain access to data you have given it access to',
  'https://ads.microsoft.com/msads.manage': 'Manage your Microsoft Advertising accounts',
  'https://si.ads.microsoft.com/msads.manage': 'Manage your Microsoft Advertising accounts in the sandbox',
}

/** The page that asks for consent. */
export function consentPage(page: {
  username: string
  application: string
  scopes: readonly string[]
}): Html {
  return layout(
    'Permissions requested',
    html`<p>${page.username}</p>
      <p>${page.application} would like to:</p>
      <ul>
        ${page.scopes.map((scope) => html`<li>${meanings[scope] ?? scope}</li>`)}
      </ul>
      <form method="post">
        <button id="decline" name="decision" value="decline" type="submit">Cancel</button>
        <button id="accept" name="decision" value="accept" type="submit">Accept</button>
      </form>`,
  )
}

/** The page that asks for an administrator's approval. Its way back looks to the application like a refusal. */
export function approvalPage(page: {
  username: string
  application: string
  scopes: readonly string[]
}): Html {
  return layout(
    'Need admin approval',
    html`<p>${page.username}</p>
      <p>
        ${page.application} needs permission to access resources in your organization that only an admin can grant.
        Please ask an admin to grant permission to this app before you can use it.
      </p>
      <form method="post">
        <button id="back" name="decision" value="back" type="submit">Return to the application without granting consent</button>
      </form>`,
  )
}

/** The page on which an administrator signs in and decides for the whole directory. */
export function adminConsentPage(page: {
  application: string
  scopes: readonly string[]
  error?: string | undefined
}): Html {
  return layout(
    'Permissions requested: review for your organization',
    html`<p>${page.application} would like to, for everyone in your organization:</p>
      <ul>
        ${page.scopes.map((scope) => html`<li>${meanings[scope] ?? scope}</li>`)}
      </ul>
      ${alert(page.error)}
      <form method="post">
        <label for="username">Email</label>
        <input id="username" name="username" type="email" autocomplete="username" />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" />
        <button id="decline" name="decision" value="decline" type="submit">Cancel</button>
        <button id="accept" name="decision" value="accept" type="submit">Accept</button>
      </form>`,
  )
}

/** The page at the end of a flow that can't return to the application. */
export function errorPage(page: { title: string; text: string }): Html {
  return layout(page.title, html`<p id="error" role="alert">${page.text}</p>`)
}
