import { findShadowed } from './shadowedRoutes.ts'

// Outside a host, the Functions library warns about every registration.
console.warn = () => undefined
await import('../functions/main.ts')
const { routes } = await import('../shared/http/route.ts')

const faults = findShadowed(routes)
for (const { shadowed, by } of faults) {
  console.error(
    `${by.name} (${by.path}) takes requests meant for ${shadowed.name} (${shadowed.path}): the Functions host tries functions in the order of their names. Rename one of them.`,
  )
}
if (faults.length > 0) process.exitCode = 1
else console.log(`${routes.length} routes, none shadowed by another`)
