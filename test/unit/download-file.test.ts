import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../shared/config.ts'
import { openFile } from '../../shared/downloads/openFile.ts'
import type { UpstreamCall } from '../../shared/passthrough/send.ts'
import { minimalSettings } from './settingRefusals.ts'

/** A reader who stays. */
const left = new AbortController().signal

const storage = 'https://bingadsappsstorageprod.blob.core.windows.net/a.zip?sig=x'

/** What becomes of an address, and the calls that were made. */
async function open(address: string, { status = 200, length = '4' as string | null } = {}) {
  const calls: UpstreamCall[] = []
  const body = Readable.from([Buffer.from('file')])
  const config = parseConfig(minimalSettings)
  const send = async (call: UpstreamCall) => {
    calls.push(call)
    return { status, headers: new Headers(length === null ? {} : { 'content-length': length }), body }
  }
  const environment = { advertisingUrl: 'https://{host}.api.bingads.microsoft.com' }
  const opened = await openFile({ send, config, environment }, address, left).catch((error) => error)
  return { opened, calls, body }
}

describe('a file’s address', () => {
  test.each([
    storage,
    storage.replace('/a', ':443/a'),
    'https://download.api.bingads.microsoft.com/a',
    'https://reporting.api.bingads.microsoft.com/a',
    'https://bulk.api.bingads.microsoft.com/a',
  ])('%s is read, with no header of the broker’s', async (address) => {
    const { opened, calls } = await open(address)
    expect(opened.ok).toBe(true)
    expect(calls).toMatchObject([{ method: 'GET', headers: {}, body: undefined }])
  })

  test.each([
    storage.replace('https', 'http'),
    storage.replace('/a', ':444/a'),
    storage.replace('.windows.net', '.windows.net.example'),
    'https://169.254.169.254/metadata',
    'https://other.blob.core.windows.net/a',
    'https://campaign.api.bingads.microsoft.com/a',
  ])('%s is left to the app, and not called', async (address) => {
    expect(await open(address)).toMatchObject({
      opened: { ok: false, because: 'host_not_listed' },
      calls: [],
    })
  })

  test('that is none is a failed download, not our failure', async () => {
    const { opened, calls } = await open('no address')
    expect(opened).toMatchObject({ code: 'download_failed' })
    expect(calls).toEqual([])
  })

  test.each([
    ['100000000', true, undefined],
    ['100000001', false, 'too_large'],
    [null, false, 'length_unknown'],
  ])('with the length %s is read: %s', async (length, ok, because) => {
    const { opened, body } = await open(storage, { length })
    expect(opened).toMatchObject({ ok, ...(because && { because }) })
    expect(body.destroyed).toBe(!ok)
  })

  test.each([
    [403, 'address_expired'],
    [404, 'address_expired'],
    [302, 'file_unavailable'],
    [206, 'file_unavailable'],
    [503, 'file_unavailable'],
  ])('that answers %i is a problem: %s', async (status, reason) => {
    const { opened, body } = await open(storage, { status })
    expect(opened).toMatchObject({ code: 'download_failed', extras: { members: { reason } } })
    expect(body.destroyed).toBe(true)
  })
})
