import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { createAz } from '../../scripts/azure/az.ts'
import { findAz } from '../../scripts/azure/findAz.ts'

test('on Windows, the Azure CLI is the Python program beside its batch file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'broker-az-'))
  try {
    const wbin = join(folder, 'wbin')
    mkdirSync(wbin)
    writeFileSync(join(wbin, 'az.cmd'), '')
    const path = [join(folder, 'none'), wbin].join(delimiter)
    expect(findAz('win32', path)).toEqual({ file: join(folder, 'python.exe'), first: ['-IBm', 'azure.cli'] })
    expect(findAz('win32', folder)).toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('arguments reach the program as they are, through no shell', async () => {
  const program = { file: process.execPath, first: ['-p', 'JSON.stringify(process.argv.slice(1))', '--'] }
  const args = [
    'rest',
    '--body',
    '{"a":"$(id) `id` %PATH% & \\" \'"}',
    '--url',
    "https://x/(appId='1')?$select=id",
  ]
  expect(await createAz(program)(...args)).toEqual([...args, '--only-show-errors', '--output', 'json'])
})

test('without an Azure CLI, the error says so', async () => {
  await expect(createAz({ file: 'no-such-az', first: [] })('account', 'show')).rejects.toMatchObject({
    code: 'ENOENT',
  })
})

test('an answer that isn’t JSON is a failure of the command, and doesn’t end the process', async () => {
  const program = { file: process.execPath, first: ['-p', '"Deployed."', '--'] }
  await expect(createAz(program)('functionapp', 'show')).rejects.toThrow(
    /something else than JSON: Deployed\./,
  )
})
