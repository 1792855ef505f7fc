import { Hono } from 'hono'
import { html } from 'hono/html'
import { type RunningService, serve } from './service.ts'

/**
 * Starts the calling app's page that a sign-in returns to: it shows the broker's view of the tenant.
 * @throws PortTakenError if the port is in use.
 */
export function startReturnPage(port: number): Promise<RunningService> {
  const app = new Hono()
  app.get('/connected', (context) => context.html(showOutcome(context.req.query())))
  return serve(app.fetch, { name: 'return page', port })
}

function showOutcome(outcome: Record<string, string>) {
  const rows = Object.entries(outcome).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)
  return html`<!doctype html>
    <html lang="en">
      <head><meta charset="utf-8"><title>Back at the app</title></head>
      <body>
        <main>
          <h1>Back at the app</h1>
          <p>This page stands for your app’s own; the broker sent the browser here with:</p>
          <dl>${rows}</dl>
        </main>
      </body>
    </html>`
}
