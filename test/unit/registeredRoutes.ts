/** Every route that the functions register. Outside a host, the library warns about each. */
export async function registeredRoutes() {
  const { warn } = console
  console.warn = () => undefined
  await import('../../functions/main.ts')
  console.warn = warn
  const { routes } = await import('../../shared/http/route.ts')
  return routes
}
