import { readFileSync } from 'node:fs';

/** What Node puts where bytes are no UTF-8: a word that holds it may have lost its own bytes. */
const LOST = '\ufffd';

/**
 * The script with which /bin/sh starts a program whose arguments or environment are not UTF-8, which
 * Node cannot hand on: it writes their true bytes, as the kernel keeps them for our own process.
 * Undefined where Node loses nothing. `args` are the last words of our own command line.
 */
export function scriptForRawWords(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  read: (path: string) => Buffer = (path) => readFileSync(path),
): { script: string; env: NodeJS.ProcessEnv } | undefined {
  const lossy = Object.keys(env).filter((name) => env[name]?.includes(LOST) && IDENTIFIER.test(name));
  if (lossy.length === 0 && !args.some((word) => word.includes(LOST))) return undefined;
  const command = splitWords(read('/proc/self/cmdline'));
  const raw = args.length === 0 ? [] : command.slice(-args.length);
  if (raw.length !== args.length || raw.some((word, index) => word.toString() !== args[index]))
    return undefined;
  const rawEnv = splitWords(read('/proc/self/environ'));
  const lines = lossy.flatMap((name) => {
    const entry = rawEnv.find((word) => word.toString() === `${name}=${env[name]}`);
    return entry ? assign(name, entry.subarray(name.length + 1)) : [];
  });
  lines.push('set --');
  for (const word of raw) lines.push(...assign('crossfree_word', word), 'set -- "$@" "$crossfree_word"');
  // the shell itself is not what is to be observed
  const { LD_PRELOAD, ...rest } = env;
  if (LD_PRELOAD !== undefined)
    lines.push(...assign('LD_PRELOAD', Buffer.from(LD_PRELOAD)), 'export LD_PRELOAD');
  lines.push(...assign('crossfree_word', Buffer.from(program)), 'exec "$crossfree_word" "$@"');
  return { script: lines.join('\n'), env: rest };
}

/** What a shell can assign to. */
const IDENTIFIER = /^[A-Za-z_]\w*$/;

function splitWords(bytes: Buffer): Buffer[] {
  const words: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    if (end < 0) break;
    words.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return words;
}

/** The dot keeps the newlines at the end, which a command's output loses. */
function assign(name: string, bytes: Uint8Array): string[] {
  return [`${name}=$(printf '${printfText(bytes)}.')`, `${name}=\${${name}%.}`];
}

/** Bytes as printf's format in single quotes takes them. */
function printfText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w ./:=,@+]/.test(character) && byte < 0x80
      ? character
      : `\\${byte.toString(8).padStart(3, '0')}`;
  }).join('');
}
