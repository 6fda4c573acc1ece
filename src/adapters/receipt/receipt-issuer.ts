import type { TransportOptions } from '../arm/transport.ts'
import { createRateBudget } from '../arm/rate-budget.ts'
import { createScrubber } from '../arm/scrubber.ts'
import type { IdTokenRequest } from '../arm/credential.ts'
import type { Secret } from '../../domain/secret.ts'
import type { ReceiptIssuerPort } from '../../ports/receipt-port.ts'

export interface ReceiptIssuerOptions {
  /** Where GitHub gives this job an ID token; absent: the job may not ask for one. */
  request?: IdTokenRequest
  /** For one answer with its repetitions. */
  timeoutMs: number
  signal: AbortSignal
  /** Called with every secret before it is used. */
  learnSecret: (secret: Secret) => void
  /** PEM, used instead of the built-in authorities. */
  ca?: string
}

/** GitHub's ID tokens and the keys behind them. The libraries for HTTP are loaded when they are needed. */
export function createReceiptIssuer(options: ReceiptIssuerOptions): ReceiptIssuerPort {
  const { request, timeoutMs, signal, learnSecret, ca } = options
  const tls = ca === undefined ? undefined : { ca }
  const scrubber = createScrubber()
  const shared: Omit<TransportOptions, 'who' | 'origin'> = {
    timeoutMs,
    signal,
    budget: createRateBudget(),
    onRequest: () => undefined,
    scrub: scrubber.scrub,
  }
  return {
    async idToken(audience) {
      const [{ requestIdToken }, { createTransport }] = await Promise.all([
        import('../arm/github-id-token.ts'),
        import('../arm/transport.ts'),
      ])
      const transportTo = (who: string, origin: string) => createTransport({ ...shared, who, origin })
      return requestIdToken(request, audience, { tls, transportTo, scrubber, learnSecret })
    },
    async keys(issuer) {
      const { readIssuerKeys } = await import('./issuer-keys.ts')
      return readIssuerKeys(issuer, shared, tls)
    },
  }
}
