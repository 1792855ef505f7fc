import type { Sources } from './arrows/readImports.ts'

/** What no published source may name, and why. */
const banned = {
  triggerMetadata:
    'the host puts headers, query and the whole body in it, refresh tokens too; take headers and params of the request',
}

/** Making an empty one reads nothing: `shared/http/guard.ts` answers a request through the library with it. */
const allowed = 'triggerMetadata: {}'

/** The files that can read the text of a `Secret`, and what for. */
const exposing = {
  'shared/access/secretCallers.ts': 'the keyed hash of a calling app’s secret',
  'shared/advertising/developerTokenProofs.ts': 'keys of a memory that never leaves the process',
  'shared/advertising/services.ts': 'the headers to Microsoft Advertising',
  'shared/identity/clientAssertion.ts':
    'the assertion in the body to the token endpoint, and the key that signs it',
  'shared/identity/clientCredentials.ts': 'the client secret in the body to the token endpoint',
  'shared/identity/redeemSecret.ts': 'a calling app’s secret on its way to its own issuer',
  'shared/identity/tokenEndpoint.ts': 'the refresh token in the body to the token endpoint',
  'shared/oauth/tokenAnswer.ts': 'the answer of a vend in OAuth’s shape',
  'shared/secret.ts': 'comparing two secrets',
  'shared/secrets/brokerSecrets.ts': 'cutting the blanks around a value',
  'shared/secrets/sealingKeys.ts': 'reading the set of sealing keys to add or drop one',
  'shared/secrets/secretEnd.ts': 'when the certificate inside ends',
  'shared/secrets/wellFormed.ts': 'what is wrong with a value',
  'shared/downloads/handle.ts': 'what a handle says, for its own tenant',
  'shared/storage/sealer.ts': 'sealing, and the keys that seal',
  'shared/storage/vault.ts': 'writing to the vault',
  'shared/tenants/signInName.ts': 'the name that goes into the sign-in request',
  'shared/vend/vend.ts': 'the answer of a vend',
}

/** The files that can open a sealed text, and what for. */
const opening = {
  'shared/connect/browserSeal.ts': 'the end of a callback, for the browser that has its key',
  'shared/operations/reseal.ts': 'sealing it again with the newest key',
  'shared/downloads/handle.ts': 'a handle, for its own tenant',
  'shared/storage/sealedGrants.ts': 'a refresh token, for its refresh',
  'shared/storage/sealer.ts': 'the sealer itself',
  'shared/tenants/signInName.ts': 'the name that goes into the sign-in request',
  'shared/vend/readOrRefresh.ts': 'an access token, for its vend',
}

/** The files that can write a tenant's row, and when. docs/architecture.md, "Writing the row", explains each. */
const writingRows = {
  'shared/tenants/changeTenant.ts': 'outside a lease',
  'shared/refresh/writeLeased.ts': 'under a lease',
  'shared/refresh/lease.ts': 'taking the lease and giving it back',
  'shared/tenants/ensureTenant.ts': 'creating the row',
  'shared/operations/rebuild.ts': 'while the app is stopped',
  'shared/tenants/patience.ts': 'repeating the write that another file asked for',
}

/** The files that can replace a row whole, and why that erases nothing that a later version has written beside it. */
const replacing = {
  'shared/storage/accountTable.ts': 'each discovery writes all of its rows again',
  'shared/storage/tenantTable.ts': 'its rows carry the columns that this version doesn’t know',
}

const replaces = /['"`]Replace['"`]/
/** A longer file has more than one subject. */
const maxLines = 350

const exposes = /(?:\.|\[\s*['"`])expose\b/
/** A call of `Sealer.open`, by whatever name the sealer has; taking the function out of it; and what decrypts at all. */
const opens = new RegExp(
  [
    /(?:\.|\[\s*['"`])open(?:['"`]\s*\])?\s*(?:\?\.)?\(/,
    /\{[^}]*\bopen\b[^}]*\}\s*(?::\s*Sealer|=.*sealer)/,
    /\b(?:compactDecrypt|flattenedDecrypt|generalDecrypt|jwtDecrypt|createDecipheriv)\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
)

/** A call of `TenantStore.create` or `.replace`, or taking one of them out of the store. */
const writesRow = new RegExp(
  [
    /\btenants\s*(?:\??\.)?\s*(?:\[\s*['"`])?(?<=[.['"`]\s*)(?:create|replace)\b/,
    /\{[^{}]*\b(?:create|replace)\b[^{}]*\}\s*(?::\s*TenantStore|=[^=\n]*\btenants\b)/,
  ]
    .map(({ source }) => source)
    .join('|'),
)

/** What only listed files can do. */
const listed = [
  {
    files: exposing,
    pattern: exposes,
    advice: 'expose: pass the Secret on; only the files listed in scripts/sourceFaults.ts can read its text',
    unused: 'exposes no secret',
  },
  {
    files: opening,
    pattern: opens,
    advice: 'open: only the files listed in scripts/sourceFaults.ts can open a sealed text',
    unused: 'opens no sealed text',
  },
  {
    files: writingRows,
    pattern: writesRow,
    advice:
      'create, replace: change a tenant’s row with changeTenant; only the files listed in scripts/sourceFaults.ts write it by themselves',
    unused: 'writes no tenant’s row',
  },
]

/** Everything in published sources that is banned, secrets that are read where no one has to, and long files. */
export function faultsOfSources(sources: Sources): string[] {
  const unused = listed.flatMap(({ files, pattern, unused: why }) =>
    Object.keys(files).flatMap((path) => (pattern.test(sources.get(path) ?? '') ? [] : [`${path}: ${why}`])),
  )
  return [
    ...[...sources].flatMap(([path, text]) =>
      text
        .split('\n')
        .flatMap((line, index) => faultsOf(path, line).map((fault) => `${path}:${index + 1}: ${fault}`)),
    ),
    ...[...sources].flatMap(([path, text]) => unlistedUses(path, text)),
    ...[...sources].flatMap(([path, text]) => {
      const lines = text.trimEnd().split('\n').length
      return lines > maxLines ? [`${path}: has ${lines} lines, more than ${maxLines}: divide it`] : []
    }),
    ...unused.map((fault) => `${fault}: take it out of the list in scripts/sourceFaults.ts`),
  ]
}

function faultsOf(path: string, line: string): string[] {
  const named = Object.entries(banned).filter(([name]) => line.replace(allowed, '').includes(name))
  const isReplaced = replaces.test(line) && !(path in replacing)
  return [
    ...named.map(([name, why]) => `${name}: ${why}`),
    ...(isReplaced
      ? ['Replace: write the row with Merge, which keeps the columns that only a later version knows']
      : []),
  ]
}

/** Looks at the whole text, since a call can go over several lines. */
function unlistedUses(path: string, text: string): string[] {
  return listed
    .filter(({ files }) => !(path in files))
    .flatMap(({ pattern, advice }) =>
      [...text.matchAll(new RegExp(pattern, 'g'))].map(
        ({ index }) => `${path}:${text.slice(0, index).split('\n').length}: ${advice}`,
      ),
    )
}
