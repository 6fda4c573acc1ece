import type { Report } from '../../src/domain/report.ts'
import { summariseReport, type ReportInput } from '../../src/report/summarise.ts'
import {
  adminRuleUnknown,
  applianceIsManual,
  at,
  attestation,
  blocked,
  browserDoesNotApply,
  check,
  controlServerFails,
  firewallFails,
  manifest,
  nsgFails,
  nsgPasses,
  NOW,
  portPasses,
  portTimesOut,
  RUN,
  waiver,
} from './fixtures.ts'

const portIsDirect = check({ ...portPasses, proof: 'direct' })
const passes = [
  nsgPasses,
  check({ ...nsgPasses, subject: { kind: 'nsg-port', name: 'snet-dms:53' } }),
  check(),
  browserDoesNotApply,
]
const login = 'source/login-is-accepted'
const behindPort = [
  blocked(login, 'Login is accepted', 'source/engine-port-is-reachable'),
  blocked('source/login-has-control-server', 'Login has CONTROL SERVER', login),
  blocked('source/firewall-appliance-lets-dms-in', 'Firewall appliance lets DMS in', 'source/engine-port-is-reachable'),
]

export function summarise(more: Partial<ReportInput> = {}): Report {
  return summariseReport({
    run: RUN,
    title: '',
    manifests: [],
    problems: [],
    notices: [],
    now: new Date(NOW),
    trusted: true,
    toolVersion: '1.2.3',
    ...more,
  })
}

export function readyReport(): Report {
  return summarise({
    manifests: [{ manifest: manifest({ generation: 'modern' }), results: [portIsDirect, ...passes] }],
    run: { ...RUN, vantage: { name: 'dms-subnet', verified: true } },
  })
}

export function conditionsReport(): Report {
  const vouching = manifest({ attestations: [attestation], waivers: [waiver] })
  return summarise({
    manifests: [
      { manifest: vouching, results: [portPasses, ...passes, applianceIsManual, firewallFails, adminRuleUnknown] },
    ],
  })
}

export function undeterminedReport(): Report {
  const results = [portPasses, portTimesOut, ...behindPort, ...passes, adminRuleUnknown, applianceIsManual]
  return summarise({
    manifests: [{ manifest: manifest({ attestations: [attestation] }), results }],
    trusted: false,
    run: { ...RUN, trusted: false },
  })
}

export function notReadyReport(): Report {
  const wave = manifest({
    path: 'waves/wave-2.yml',
    name: 'Wave 2',
    location: at(1, 'waves/wave-2.yml'),
    waivers: [{ ...waiver, expires: '2026-11-01T00:00:00.000Z', location: at(40, 'waves/wave-2.yml') }],
  })
  const erp = check({
    ...controlServerFails,
    subject: { kind: 'sql-server', name: 'erp' },
    summary: 'The login `dms` on `erp` lacks CONTROL SERVER; it has `CONNECT SQL`',
    location: at(9, 'waves/wave-2.yml'),
  })
  return summarise({
    manifests: [
      {
        manifest: manifest({ attestations: [attestation] }),
        results: [controlServerFails, nsgFails, firewallFails, portPasses, applianceIsManual, browserDoesNotApply],
      },
      { manifest: wave, results: [erp, nsgFails, portTimesOut, ...behindPort, firewallFails] },
    ],
  })
}

export function badManifestReport(): Report {
  return summarise({
    problems: [
      { severity: 'error', location: at(3), message: 'Unknown key `scenari`; did you mean `scenario`?' },
      {
        severity: 'error',
        location: at(14),
        message: 'The password stands here in the clear: name an environment variable, "${NAME}"',
      },
    ],
  })
}
