/** A value in gdb's machine interface: a text, a tuple or a list. */
export type MiValue = string | MiTuple | MiValue[];
export interface MiTuple {
  [name: string]: MiValue;
}

/** Reads `name=value,name=value`. The names of a list’s members, as in `[frame={…},frame={…}]`, are left out. */
export function parseMi(text: string): MiTuple {
  let at = 0;
  const value = (): MiValue => {
    if (text[at] === '"') {
      const end = closingQuote(text, at);
      const string = cString(text.slice(at, end + 1));
      at = end + 1;
      return string;
    }
    const open = text[at];
    at += 1;
    return open === '{' ? pairs('}') : list();
  };
  const list = (): MiValue[] => {
    const values: MiValue[] = [];
    while (at < text.length && text[at] !== ']') {
      const name = /^[\w-]+=/.exec(text.slice(at, at + 64))?.[0] ?? '';
      at += name.length;
      values.push(value());
      if (text[at] === ',') at += 1;
    }
    at += 1;
    return values;
  };
  const pairs = (end: string): MiTuple => {
    const tuple: MiTuple = {};
    while (at < text.length && text[at] !== end) {
      const equals = text.indexOf('=', at);
      if (equals < 0) break;
      const name = text.slice(at, equals);
      at = equals + 1;
      tuple[name] = value();
      if (text[at] === ',') at += 1;
    }
    at += 1;
    return tuple;
  };
  return pairs('');
}

function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

/** A C string with its quotes; octal escapes are bytes of UTF-8. */
export function cString(quoted: string): string {
  const bytes: number[] = [];
  const inner = quoted.replace(/^"|"$/g, '');
  for (const [, octal, escaped, plain = ''] of inner.matchAll(/\\([0-7]{3})|\\(.)|([^\\])/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(...Buffer.from(escaped === undefined ? plain : (ESCAPES[escaped] ?? escaped)));
  }
  return Buffer.from(bytes).toString('utf8');
}

/** Every tuple of a list. */
export function tuplesOf(value: MiValue | undefined): MiTuple[] {
  return Array.isArray(value)
    ? value.filter((one): one is MiTuple => typeof one === 'object' && !Array.isArray(one))
    : [];
}
