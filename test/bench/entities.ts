import { markOf } from '../../shared/unified/startObjects.ts'
import { openWorld } from '../end-to-end/world.ts'
import { type DownloadGround, openGround, prepare, startDownload } from './downloadGround.ts'
import { watch } from './inspectedMemory.ts'
import type { Bench, Measurement } from './report.ts'

/** What a gigabyte of rows may need. */
const maxLiveMebibytes = 64
/** The platform ends a call after 230 s; the broker gives a page up after 180. */
const maxPageSeconds = 180

/** Ad groups with their three ads each: some 1.2 GB unpacked, and for a quick look a hundredth. */
const sizes = {
  whole: { campaigns: 1036, adGroups: 1000, keywords: 0 },
  quick: { campaigns: 8, adGroups: 1000, keywords: 0 },
}

/** An account's ad groups and ads, as rows and as pages of objects, in a small heap. */
export const entities: Bench = async ({ quick }) => {
  const world = await openWorld()
  try {
    const size = quick ? sizes.quick : sizes.whole
    const account = await prepare(world, { sizes: size })
    const ground = await openGround(
      world,
      account,
      `--inspect=127.0.0.1:0 --max-old-space-size=${maxLiveMebibytes}`,
    )
    const handle = await startDownload(ground, { entities: ['adGroups', 'ads'] })
    const { rows, megabytes, ...spent } = await readRows(ground, handle)
    const ads = rows - size.campaigns * size.adGroups
    const page = (kind: 'ads' | 'groups', query: string) => readPage(ground, { handle, kind, query })
    return {
      title: `entities: ${rows.toLocaleString('en')} ad groups and ads (${megabytes} MB unpacked) as rows and as objects`,
      ground: `Real: broker with ${maxLiveMebibytes} MiB of heap, host, bearer token. Microsoft Advertising: the stand-in, its file made before.`,
      measurements: [
        ...toMeasurements('all rows', spent),
        ...toMeasurements('the last ads of the file', await page('ads', `offset=${ads - 1000}&limit=1000`)),
        ...toMeasurements(
          'ads, sorted by time, to the 5,000th',
          await page('ads', 'sort=updated_at&order=desc&offset=4000&limit=1000'),
        ),
        ...toMeasurements(
          'ad groups, sorted by name, to the 5,000th',
          await page('groups', 'sort=name&order=desc&offset=4000&limit=1000'),
        ),
      ],
    }
  } finally {
    await world.close()
  }
}

interface Spent {
  readonly seconds: number
  readonly liveMebibytes: number
}

function toMeasurements(what: string, { seconds, liveMebibytes }: Spent): Measurement[] {
  return [
    {
      what,
      value: `${seconds.toFixed(1)} s`,
      target: `at most ${maxPageSeconds} s`,
      reached: seconds <= maxPageSeconds,
    },
    {
      what: '  most live memory of the broker',
      value: `${liveMebibytes.toFixed(0)} MiB`,
      target: `at most ${maxLiveMebibytes} MiB`,
      reached: liveMebibytes <= maxLiveMebibytes,
    },
  ]
}

/** As CSV, which is about as large as the unpacked file. */
async function readRows({ headers, memory, path }: DownloadGround, handle: string) {
  const looks = watch(memory)
  const beganAt = performance.now()
  const answer = await fetch(`${path}/${handle}`, { headers: { ...headers, accept: 'text/csv' } })
  let [bytes, last] = [0, '']
  for await (const piece of answer.body!) {
    bytes += piece.byteLength
    last = (last + Buffer.from(piece).toString('latin1')).slice(-100)
  }
  const seconds = (performance.now() - beganAt) / 1000
  const [, rows] = /# rows: (\d+)\r?\n$/.exec(last) ?? []
  if (!rows) throw new Error(`The rows end with ${last}.`)
  return {
    rows: Number(rows),
    megabytes: Math.round(bytes / 1e6),
    seconds,
    liveMebibytes: await looks.most(),
  }
}

/** A page of the same file, which has what each of both kinds needs. */
async function readPage(
  { headers, memory, tenant }: DownloadGround,
  {
    handle,
    kind,
    query,
  }: { readonly handle: string; readonly kind: 'ads' | 'groups'; readonly query: string },
): Promise<Spent> {
  const looks = watch(memory)
  const beganAt = performance.now()
  const answer = await fetch(`${tenant}/unified/${kind}?${query}&handle=${handle}.${markOf({ kind })}`, {
    headers,
  })
  const objects = (await answer.json()) as readonly { readonly campaign_id: string | null }[]
  const seconds = (performance.now() - beganAt) / 1000
  if (!Array.isArray(objects) || objects.length === 0 || objects.some(({ campaign_id }) => !campaign_id))
    throw new Error(`${kind} with ${query} are ${JSON.stringify(objects).slice(0, 300)}.`)
  return { seconds, liveMebibytes: await looks.most() }
}
