/** Everything that is published, in the order of a package: the bundle, and what the Functions host reads. */
export const publishedFiles = ['dist/broker.cjs', 'host.json', 'package.json'] as const
