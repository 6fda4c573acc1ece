const FOREIGN_TEXT_LIMIT_CHARACTERS = 500

/** Text of another side, on one line and cut, so that it can stand in a message. It is escaped where it is rendered. */
export function boundText(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
  return line.length <= FOREIGN_TEXT_LIMIT_CHARACTERS ? line : `${line.slice(0, FOREIGN_TEXT_LIMIT_CHARACTERS - 1)}…`
}
