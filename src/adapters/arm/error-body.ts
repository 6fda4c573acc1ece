import { isJsonObject } from '../../domain/json.ts'

export interface ErrorBody {
  code: string
  message: string
}

/**
 * Code and message of an error answer. Resource providers send `{error: {code, message, details}}`, the same without
 * `error` (Microsoft.Sql), with capital letters, or plain text. Undefined: no such body (empty, HTML, other JSON).
 */
export function parseErrorBody(text: string): ErrorBody | undefined {
  const body = parseJson(text)
  if (!isJsonObject(body)) return undefined
  const inner = member(body, 'error')
  return codeAndMessage(isJsonObject(inner) ? inner : body)
}

function codeAndMessage(error: Record<string, unknown>): ErrorBody | undefined {
  const code = member(error, 'code')
  if (typeof code !== 'string' || code === '') return undefined
  const details = member(error, 'details')
  const nested = Array.isArray(details) ? details.filter(isJsonObject).map((detail) => member(detail, 'message')) : []
  const messages = [member(error, 'message'), ...nested].filter((message) => typeof message === 'string')
  return { code, message: [...new Set(messages.map((message) => message.trim()))].join(' ') }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/** A member by its name, or by its name in other letters. */
export function member(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name]
  const other = Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase())
  return other === undefined ? undefined : object[other]
}
