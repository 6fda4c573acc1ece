import * as z from 'zod'
import { parseDurationMs } from '../domain/duration.ts'
import { nearestName } from '../domain/nearest.ts'

/**
 * What is wrong with a key that a map does not know. Errors of zod carry a text only, so that of `unrecognized_keys`
 * is a JSON list of these, one for each key.
 */
export interface KeyFault {
  /** Follows the name of the key, or that of the map where the key is not shown. */
  phrase: string
  isKeyShown: boolean
  near?: string
}

/** A manifest shows 200 problems at most; what stands beyond needs no search for the nearest name. */
const MOST_ADVICE = 200
const PLAIN_FAULT: KeyFault = { phrase: 'holds an unknown key', isKeyShown: false }

interface MapOptions {
  /** Keys that the manifest's format knows and this version does not: why not, and what to do. */
  held?: Readonly<Record<string, string>>
  /** Secrets may stand here: an unknown key is not repeated. */
  holdsSecrets?: boolean
  description?: string
}

/** A map that takes these keys and no other. All error texts here are phrases that follow the name of the place. */
export function strictMap<Shape extends z.ZodRawShape>(shape: Shape, options: MapOptions = {}) {
  const names = Object.keys(shape)
  const error = (issue: z.core.$ZodRawIssue): string =>
    issue.code === 'unrecognized_keys'
      ? JSON.stringify(
          issue.keys.map((key, index) => (index < MOST_ADVICE ? keyFault(key, names, options) : PLAIN_FAULT)),
        )
      : `must be a map with ${names.map((name) => `\`${name}\``).join(', ')}`
  const schema = z.strictObject(shape, { error })
  return options.description === undefined ? schema : schema.meta({ description: options.description })
}

function keyFault(key: string, names: readonly string[], { held = {}, holdsSecrets = false }: MapOptions): KeyFault {
  const reason = Object.hasOwn(held, key) ? held[key] : undefined
  if (reason !== undefined) return { phrase: `is not supported yet: ${reason}`, isKeyShown: true }
  const near = nearestName(key, names)
  const known = `known here: ${names.join(', ')}`
  const advice = near === undefined ? known : `did you mean "${near}"?`
  const isKeyShown = !holdsSecrets && /^[A-Za-z][\w .-]{0,60}$/.test(key)
  return {
    phrase: isKeyShown ? `is not a known key; ${advice}` : `holds an unknown key; ${advice}`,
    isKeyShown,
    ...(near === undefined ? {} : { near }),
  }
}

type TextMeta = {
  description: string
  examples?: string[]
  pattern?: string
}

/** A text; `problemOf` says what is wrong with one, and `form` what is expected instead of anything else. */
export function text(form: string, meta: TextMeta, problemOf: (text: string) => string | undefined = noProblem) {
  return z
    .string({ error: form })
    .superRefine((value, context) => {
      const problem = value === '' ? form : problemOf(value)
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
    })
    .meta(meta)
}

function noProblem(): undefined {
  return undefined
}

/** One of some words; `held` ones are right, but not supported yet. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
  description: string,
  held: readonly string[] = [],
) {
  const supported = words.join(', ')
  return z
    .enum(words, {
      error: ({ input }) => {
        if (typeof input !== 'string') return `must be ${words.length > 1 ? `one of ${supported}` : supported}`
        if (held.includes(input)) return `is not supported yet as ${input}; supported: ${supported}`
        const near = nearestName(input, words)
        const advice = near === undefined || words.length === 1 ? '' : `; did you mean "${near}"?`
        return `must be ${words.length > 1 ? `one of ${supported}` : supported}${advice}`
      },
    })
    .meta({ description })
}

export function yesOrNo(description: string, held: readonly string[] = []) {
  return z
    .boolean({
      error: ({ input }) =>
        typeof input === 'string' && held.includes(input)
          ? `is not supported yet as ${input}; supported: true, false`
          : 'must be true or false',
    })
    .meta({ description })
}

export function port(description: string) {
  return z.int({ error: PORT_FORM }).min(1, { error: PORT_FORM }).max(65535, { error: PORT_FORM }).meta({ description })
}
const PORT_FORM = 'must be a port, a number from 1 to 65535'

const DURATION_FORM = 'must be a duration: 30 or 30s (seconds), 15m, 6h or 30d'

/** `30`, `30s`, `15m`, `6h`, `30d`; a bare number is seconds. */
export function duration(description: string) {
  const written = text(DURATION_FORM, { description, pattern: '^[0-9]{1,9}[smhd]?$' }, (value) =>
    parseDurationMs(value) === undefined ? DURATION_FORM : undefined,
  )
  const seconds = z
    .int({ error: DURATION_FORM })
    .min(1, { error: DURATION_FORM })
    .max(315_360_000, { error: DURATION_FORM })
  return z.union([written, seconds], { error: DURATION_FORM }).meta({ description, examples: ['6h', '30d'] })
}
