/** Options of `npm start`; the usage text in `readStartOptions.ts` explains them. */
export const startOptions = {
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  host: { type: 'string' },
  'no-demo': { type: 'boolean', default: false },
  'stack-only': { type: 'boolean', default: false },
  folder: { type: 'string' },
  'return-url': { type: 'string', multiple: true },
  real: { type: 'boolean', default: false },
  environment: { type: 'string' },
  credentials: { type: 'string' },
  'no-browser': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const
