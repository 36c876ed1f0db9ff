/**
 * A path or another word as a shell takes it, for a command that an error tells to paste: as it is where it has only
 * harmless characters, else in single quotes.
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
