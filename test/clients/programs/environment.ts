/** What `npm run check:clients` tells each program. */
function told(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is missing: run npm run check:clients`)
  return value
}

export const brokerUrl = told('BROKER_URL')
export const brokerToken = told('BROKER_TOKEN')
/** The tenant that the program connects; nobody else does. */
export const tenant = told('TENANT')
export const returnUrl = told('RETURN_URL')

/** Stands for the advertiser: opens the link in a browser, signs in, and consents. */
export async function signIn(connectUrl: string): Promise<void> {
  const answer = await fetch(told('ADVERTISER_URL'), { method: 'POST', body: connectUrl })
  if (!answer.ok) throw new Error(`the advertiser couldn’t connect: ${await answer.text()}`)
}

/** Waits as long as the broker says before the next question. */
export async function waitAsTold({ headers }: { readonly headers: Headers }): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Number(headers.get('retry-after')) * 1000))
}
