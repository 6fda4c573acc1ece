import type { Json } from '../../src/domain/json.ts'

export interface Answer {
  status: number
  body: Json
  headers?: Readonly<Record<string, string>>
}

/** The error shape of Azure Resource Manager, with texts as recorded. */
export function armError(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } }
}

export function unauthorized(): Answer {
  return {
    ...armError(
      401,
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing or invalid.",
    ),
    headers: { 'www-authenticate': 'Bearer authorization_uri="https://login.microsoftonline.com/common"' },
  }
}

export function authorizationFailed(objectId: string, action: string, scope: string): Answer {
  return armError(
    403,
    'AuthorizationFailed',
    `The client '${objectId}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  )
}

export function subscriptionNotFound(subscription: string): Answer {
  return armError(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`)
}

export function invalidSubscription(subscription: string): Answer {
  return armError(
    404,
    'InvalidSubscriptionId',
    `The provided subscription identifier '${subscription}' is malformed or invalid.`,
  )
}

export function groupNotFound(group: string): Answer {
  return armError(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`)
}

export function parentNotFound(parent: string): Answer {
  return armError(
    404,
    'ParentResourceNotFound',
    `Can not perform requested operation on nested resource. Parent resource '${parent}' not found.`,
  )
}

export function resourceNotFound(typeAndName: string, group: string): Answer {
  return armError(
    404,
    'ResourceNotFound',
    `The Resource '${typeAndName}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  )
}

/** The error shape of the sign-in service. */
export function aadError(status: number, error: string, code: number, sentence: string): Answer {
  const trace = '00000000-0000-0000-0000-00000000aad0'
  const timestamp = '2026-11-22 10:00:00Z'
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${String(code)}: ${sentence}\r\nTrace ID: ${trace}\r\nCorrelation ID: ${trace}\r\nTimestamp: ${timestamp}`,
      error_codes: [code],
      timestamp,
      trace_id: trace,
      correlation_id: trace,
      error_uri: `https://login.microsoftonline.com/error?code=${String(code)}`,
    },
  }
}
