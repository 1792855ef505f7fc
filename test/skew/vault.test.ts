import { testReleases } from './releases.ts'

testReleases('vault')
