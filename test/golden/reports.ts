import type { Waiver } from '../../src/domain/manifest.ts'
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

/** A change that takes a source and a check away, proposes a waiver, and meets words that are void, expired or for another thing. */
export function changedReport(): Report {
  const soon = { ...attestation, expires: '2026-12-03T00:00:00.000Z' }
  const known: Waiver = { ...waiver, fingerprint: 'sha256:0123456789abcdef', location: at(34) }
  const expired = { ...waiver, check: controlServerFails.id, subjects: ['sales'], expires: NOW, location: at(35) }
  const proposed = { ...expired, by: '@somebody', expires: '2027-01-01T00:00:00.000Z', location: at(36) }
  const facts = { manifest: 'Sales to Azure SQL Database', location: at(14) }
  return summarise({
    manifests: [
      {
        manifest: manifest({ attestations: [soon], waivers: [known, expired, proposed] }),
        results: [controlServerFails, portPasses, nsgPasses, browserDoesNotApply, applianceIsManual, firewallFails],
        side: {
          attestations: [soon],
          waivers: [known, expired],
          commit: '9c1d5e6f708192a3b4c5d6e7f8091a2b3c4d3f2a',
          isSame: () => true,
        },
      },
    ],
    removed: [
      { kind: 'source', name: 'erp', ...facts },
      { kind: 'database', name: 'sales/Orders', ...facts, from: 'default/Orders', to: 'default/OrdersNew' },
      { kind: 'check', check: 'source/sql-browser-is-reachable', name: 'sales', ...facts },
      { kind: 'severity', check: 'tools/assessment-is-clean', ...facts, from: 'required', to: 'recommended' },
      { kind: 'setting', name: 'dms.nsg-ports', ...facts, from: 'seed', to: 'current' },
      { kind: 'waiver', check: firewallFails.id, ...facts },
      {
        kind: 'manifest',
        name: 'Wave 2 `x` @org/team',
        manifest: 'Wave 2 `x` @org/team',
        location: at(1, 'waves/wave-2.yml'),
      },
    ],
    trusted: false,
    run: { ...RUN, trusted: false },
  })
}

/** The change deletes the only manifest. */
export function allRemovedReport(): Report {
  const name = 'Sales to Azure SQL Database'
  const message = 'No file matches `.github/dms-preflight.yml` (input `manifest`)'
  return summarise({
    problems: [{ severity: 'error', message }],
    removed: [{ kind: 'manifest', name, manifest: name, location: at(1) }],
    trusted: false,
    run: { ...RUN, trusted: false },
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
