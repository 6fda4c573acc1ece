export interface Annotation {
  level: 'error' | 'warning' | 'notice'
  title?: string
  file?: string
  line?: number
  col?: number
  endLine?: number
  endColumn?: number
  message: string
}

export interface WorkflowCommand {
  name: string
  properties: Readonly<Record<string, string>>
  message: string
}

/** What the runner would do with a line of output: `::name key=value,key=value::message`, or the old `##[name]message`. */
export function parseWorkflowCommand(line: string): WorkflowCommand | undefined {
  const modern = /^\s*::([^\s:]+)(?: ((?:[^:]|:(?!:))*))?::(.*)$/.exec(line)
  if (modern !== null) {
    return {
      name: modern[1] ?? '',
      properties: parseProperties(modern[2] ?? ''),
      message: unescapeData(modern[3] ?? ''),
    }
  }
  // The runner looks for this form anywhere in a line (actions/runner, ActionCommand.TryParse).
  const old = /##\[([^\s\]]+)(?: ([^\]]*))?\](.*)$/.exec(line)
  return old === null ? undefined : { name: old[1] ?? '', properties: {}, message: old[3] ?? '' }
}

/** All commands of a step's output in their order; lines between `stop-commands` and its token are text. */
export function parseWorkflowCommands(output: string): WorkflowCommand[] {
  const commands: WorkflowCommand[] = []
  let token: string | undefined
  for (const line of output.split(/\r\n|\n|\r/)) {
    const command = parseWorkflowCommand(line)
    if (command === undefined) continue
    if (token !== undefined) {
      if (command.name === token) token = undefined
      continue
    }
    if (command.name === 'stop-commands') token = command.message
    commands.push(command)
  }
  return commands
}

export function annotationsOf(commands: readonly WorkflowCommand[]): Annotation[] {
  return commands.flatMap(({ name, properties, message }) => {
    if (name !== 'error' && name !== 'warning' && name !== 'notice') return []
    return [
      {
        level: name,
        ...textOf(properties, 'title'),
        ...textOf(properties, 'file'),
        ...numberOf(properties, 'line'),
        ...numberOf(properties, 'col'),
        ...numberOf(properties, 'endLine'),
        ...numberOf(properties, 'endColumn'),
        message,
      },
    ]
  })
}

/** The file behind GITHUB_OUTPUT, GITHUB_ENV or GITHUB_STATE: `name=value` lines and heredocs; refuses what the runner refuses. */
export function parseFileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2)
      const end = lines.indexOf(delimiter, at + 1)
      if (delimiter === '' || end < 0) throw new Error(`Matching delimiter not found '${delimiter}'`)
      values[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n')
      at = end
    } else if (equals > 0) {
      values[line.slice(0, equals)] = line.slice(equals + 1)
    } else {
      throw new Error(`Invalid format '${line}'`)
    }
  }
  return values
}

function textOf<K extends string>(properties: Readonly<Record<string, string>>, key: K): { [P in K]?: string } {
  const value = properties[key]
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string }
}

function numberOf<K extends string>(properties: Readonly<Record<string, string>>, key: K): { [P in K]?: number } {
  const value = properties[key]
  return (value === undefined ? {} : { [key]: Number(value) }) as { [P in K]?: number }
}

function parseProperties(text: string): Record<string, string> {
  const properties: Record<string, string> = {}
  for (const part of text.split(',')) {
    const equals = part.indexOf('=')
    if (equals > 0) properties[part.slice(0, equals).trim()] = unescapeProperty(part.slice(equals + 1))
  }
  return properties
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','))
}
