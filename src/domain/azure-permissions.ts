/**
 * What one role gives at a scope, as Azure's list of permissions tells it. Data actions are kept apart: `*` among the
 * actions gives none of them (https://learn.microsoft.com/azure/role-based-access-control/role-definitions).
 */
export interface PermissionSet {
  actions: readonly string[]
  notActions: readonly string[]
  dataActions: readonly string[]
  notDataActions: readonly string[]
}

/** Everything that is known of somebody's rights at one scope. Deny assignments, which go before roles, are not read. */
export interface Access {
  granted: readonly PermissionSet[]
}

export type Plane = 'control' | 'data'

/**
 * Whether somebody may do `action`, letter case aside. Roles add up: what one of them leaves out (`notActions`) another
 * may give. With `*` in it, `action` stands for all actions of that form, and is granted only when one role gives them
 * all: never wrongly `true`.
 */
export function isActionGranted({ granted }: Access, action: string, plane: Plane = 'control'): boolean {
  return granted.some((set) => {
    const [given, without] = plane === 'control' ? [set.actions, set.notActions] : [set.dataActions, set.notDataActions]
    return (
      given.some((pattern) => isActionCovered(pattern, action)) &&
      !without.some((pattern) => isActionTouched(pattern, action))
    )
  })
}

/** Those of `required` that are not granted, in their order. */
export function missingActions(access: Access, required: readonly string[], plane: Plane = 'control'): string[] {
  return required.filter((action) => !isActionGranted(access, action, plane))
}

/** The same rights as far as they concern `required`: what cannot touch any of it is left out. */
export function relevantAccess({ granted }: Access, required: readonly string[]): Access {
  const relevant = (patterns: readonly string[]): string[] =>
    patterns.filter((pattern) => required.some((action) => isActionTouched(pattern, action)))
  const sets = granted.map((set) => ({
    actions: relevant(set.actions),
    notActions: relevant(set.notActions),
    dataActions: relevant(set.dataActions),
    notDataActions: relevant(set.notDataActions),
  }))
  return { granted: sets.filter(({ actions, dataActions }) => actions.length + dataActions.length > 0) }
}

/** Whether `pattern` takes in all that `action` stands for; `*` is any text, the empty one and slashes included. */
export function isActionCovered(pattern: string, action: string): boolean {
  const text = action.toLowerCase()
  const [first = '', ...parts] = pattern.toLowerCase().split('*')
  const last = parts.pop()
  if (last === undefined) return first === text
  const end = text.length - last.length
  if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return false
  let at = first.length
  // The earliest place for each part leaves the most room to those after it. A `*` of the text is met by no letter.
  for (const part of parts) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

/** Whether there is an action that is meant by both. */
export function isActionTouched(pattern: string, other: string): boolean {
  const [left, right] = [pattern.toLowerCase(), other.toLowerCase()]
  // `row[column]`: what is left of both from here on has an action in common; built from the ends to the front.
  let below: boolean[] = []
  for (let line = left.length; line >= 0; line -= 1) {
    const row: boolean[] = []
    for (let column = right.length; column >= 0; column -= 1) {
      const [a, b] = [left[line], right[column]]
      const isSkipping = (a === '*' && below[column] === true) || (b === '*' && row[column + 1] === true)
      const isStaying =
        a !== undefined &&
        b !== undefined &&
        ((a === '*' && row[column + 1] === true) ||
          (b === '*' && below[column] === true) ||
          (a === b && below[column + 1] === true))
      row[column] = (a === undefined && b === undefined) || isSkipping || isStaying
    }
    below = row
  }
  return below[0] === true
}
