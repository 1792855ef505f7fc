import { registerHooks } from 'node:module'

const specifier = '@azure/functions-core'
const url = 'azure-functions-core:module'
const slot = Symbol.for('msads-token-broker.azure-functions-core')

// The export name 'module.exports' makes `require` return the object itself (Node.js "Modules: CommonJS",
// require(esm)).
const source = (names: readonly string[]) => `
const core = globalThis[Symbol.for(${JSON.stringify(slot.description)})]
export const { ${names.join(', ')} } = core
export { core as default, core as 'module.exports' }
`

/**
 * Answers every `require` and `import` of `@azure/functions-core` in this process with `api`.
 * The real worker does the same to `Module.prototype.require` (`src/setupCoreModule.ts`); here one hook handles
 * CommonJS and ES modules alike.
 * @throws Error if this process has already supplied the module: a process loads only one app.
 */
export function supplyCoreModule(api: Record<string, unknown>): void {
  const globals = globalThis as Record<symbol, unknown>
  if (globals[slot]) throw new Error('This process has loaded an app already; start another process.')
  globals[slot] = api
  registerHooks({
    resolve: (wanted, context, next) =>
      wanted === specifier ? { url, format: 'module', shortCircuit: true } : next(wanted, context),
    load: (wanted, context, next) =>
      wanted === url
        ? { format: 'module', source: source(Object.keys(api)), shortCircuit: true }
        : next(wanted, context),
  })
}
