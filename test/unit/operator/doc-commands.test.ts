import { expect, test } from 'vitest'
import { faultsOfCommands } from '../../../scripts/docCommands.ts'
import { commandLines } from '../../../scripts/options.ts'

const scripts = new Set([
  'broker',
  'start',
  'test',
  'doctor',
  'diagnose',
  'import',
  'migrate-grants',
  'check',
])
const faultsOf = (text: string) => faultsOfCommands(text, scripts, commandLines)

test('a valid command has no fault, regardless of what follows it in the shell', () => {
  expect(
    faultsOf(`
\`\`\`sh
npm start -- --once   # leaves after the main job
npm ci && npm run check && npm run -s check
npm run diagnose -- --tenant acme < failed.json
npm run import -- tenants.csv --dry-run --url 'https://broker.example.com'
\`\`\`
\`npm run broker -- <verb>\`, \`npm run broker -- --help\`, \`npm run broker -- refuse-app <app> --reason stolen\`,
\`npm run doctor\`, \`npm run doctor -- --url <broker> --json\`; \`npm test -- doctor.test.ts\`, \`npm run migrate-grants -- --help\`. npm run doctor in prose.`),
  ).toEqual([])
})

test.each([
  ['`npm run nothing`', 'is no script'],
  ['`npm run doctor -- --verbose`', "Unknown option '--verbose'"],
  ['`npm run doctor --url https://broker.example.com`', 'npm keeps what has no --'],
  ['`npm run diagnose -- --url <broker> <tenant>`', 'is a stray word'],
  ['`npm run broker -- refuse <app>`', 'refuse is no verb'],
  ['`npm run broker -- --verbose`', "Unknown option '--verbose'"],
  ['`npm run broker -- vend`', '--tenant is missing'],
  ['`npm run broker -- allow-app <app> <other>`', 'is a stray word'],
  ['`npm run broker -- refused-apps --reason x`', "Unknown option '--reason'"],
  ['`npm run migrate-grants`', '--to is missing'],
  ['a table | `npm run diagnose` | cell', '--tenant is missing'],
])('%s is a fault', (text, fault) => {
  expect(faultsOf(text)).toEqual([expect.stringContaining(fault)])
})
