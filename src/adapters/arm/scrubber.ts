import type { Secret } from '../../domain/secret.ts'

export interface Scrubber {
  /** Takes the secrets known so far, in plain and in form encoding, and anything like a token out of a text. */
  scrub: (text: string) => string
  learn: (secret: Secret) => void
}

const TOKEN = /eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g

export function createScrubber(): Scrubber {
  const forms = new Set<string>()
  return {
    scrub: (text) => [...forms].reduce((clean, form) => clean.replaceAll(form, '***'), text).replace(TOKEN, '***'),
    learn(secret) {
      const value = secret.reveal()
      if (value === '') return
      const inForm = new URLSearchParams([['', value]]).toString().slice(1)
      for (const form of [value, encodeURIComponent(value), inForm]) forms.add(form)
    },
  }
}
