import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { startBroker } from '../../local/broker-process.ts'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { type Stack, startStack } from '../../local/stack.ts'

/** The running broker, and an advertiser who opens links. */
export interface ClientsWorld {
  /** The variables of a program, which connects a tenant of its own; `programs/environment.ts` explains them. */
  environmentOf(program: string): Record<string, string>
  close(): Promise<void>
}

/** Starts the local stack, the built broker, and the advertiser. */
export async function openWorld(): Promise<ClientsWorld> {
  const stack = await startStack({ ports: 'free' })
  const started: { stop(): Promise<unknown> }[] = [stack]
  const close = async () => {
    for (const each of started.reverse()) await each.stop()
  }
  try {
    const broker = await startBroker({ stack, host: 'embedded' })
    started.push(broker)
    await makeReportsAtOnce(stack)
    const advertiser = await startAdvertiser(stack)
    started.push(advertiser)
    const shared = {
      BROKER_URL: broker.origin,
      BROKER_TOKEN: await stack.callerToken(),
      RETURN_URL: stack.returnUrl,
      ADVERTISER_URL: advertiser.origin,
    }
    return { environmentOf: (program) => ({ ...shared, TENANT: program }), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Programs ask for a report's rows at once; each wait would take seconds. */
async function makeReportsAtOnce({ parts }: Stack): Promise<void> {
  await fetch(`${parts.advertising.origin}/_control/options`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pendingPolls: 0 }),
  })
}

/** Opens each connect link that it receives, in a browser without JavaScript, until the browser is back at the app. */
async function startAdvertiser(stack: Stack) {
  const server = createServer(async (request, response) => {
    const visit = await createVisitor()
      .signIn({
        authorizeUrl: await text(request),
        username: 'ada@outlook.example',
        password: 'open-sesame',
        stopAt: stack.returnUrl,
      })
      .catch((error: Error) => ({ stopped: false, url: error.message }))
    const isConnected = visit.stopped && new URL(visit.url).searchParams.get('status') === 'connected'
    response.writeHead(isConnected ? 200 : 502).end(visit.url)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}
