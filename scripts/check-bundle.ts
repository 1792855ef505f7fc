import { execFileSync } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

const bundle = join(import.meta.dirname, '..', 'dist', 'broker.cjs')
/** Cold starts read all of it, so growth by a tenth needs a reason. Identifiers aren't minified, see decision 0002. */
const maxBytes = 2_650_000

/** The bundle's load time in a fresh process, the best of three; the Functions library warns about the missing host. */
function loadMilliseconds(): number {
  const program =
    'console.warn=()=>{};const t=performance.now();require(process.argv[1]);process.stdout.write("\\n"+(performance.now()-t))'
  const once = () =>
    Number(execFileSync(process.execPath, ['-e', program, bundle], { encoding: 'utf8' }).split('\n').at(-1))
  return Math.min(once(), once(), once())
}

const { size } = await stat(bundle).catch(() => {
  console.error('There is no dist/broker.cjs. Run: npm run build')
  process.exit(1)
})
const loaded = loadMilliseconds().toFixed(0)
console.log(`dist/broker.cjs: ${size} bytes of at most ${maxBytes}; loads in ${loaded} ms`)
if (size > maxBytes) {
  console.error('It is too large. See what is in it: npx esbuild … --analyze')
  process.exitCode = 1
}
