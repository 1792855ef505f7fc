/** The app's return URL with the outcome as parameters; its own query is kept. */
export function returnUrlWith(
  { returnUrl, tenant, id }: { readonly returnUrl: string; readonly tenant: string; readonly id: string },
  outcome: Readonly<Record<string, string | undefined>>,
): string {
  const url = new URL(returnUrl)
  for (const [name, value] of Object.entries({ tenant, session: id, ...outcome })) {
    if (value) url.searchParams.set(name, value)
  }
  return url.href
}
