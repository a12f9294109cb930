/** `$LT$`, `$u20$` …: how the legacy mangling writes what a symbol may not hold. */
const ESCAPES: Record<string, string> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};

const LEGACY_HASH = /::h[0-9a-f]{16}$/;
const V0_DISAMBIGUATOR = /(?<=\w)\[[0-9a-f]{8,16}\]/g;

/** Demangles a name of Rust's legacy scheme, its hash dropped; undefined when it is not one. */
export function demangleLegacyRust(name: string): string | undefined {
  const body = /^_?_ZN(.*)17h[0-9a-f]{16}E(?:\.[\w.]+)?$/.exec(name)?.[1];
  if (body === undefined) return undefined;
  const parts: string[] = [];
  let at = 0;
  while (at < body.length) {
    const digits = /^\d+/.exec(body.slice(at, at + 5))?.[0];
    if (!digits) return undefined;
    const start = at + digits.length;
    at = start + Number(digits);
    if (at > body.length) return undefined;
    parts.push(unescapeLegacy(body.slice(start, at)));
  }
  return parts.length > 0 ? parts.join('::') : undefined;
}

/**
 * Completes what demanglers leave of Rust names: LLVM keeps the legacy escapes and the hash, binutils the
 * crate's disambiguator.
 */
export function tidyDemangled(name: string): string {
  if (LEGACY_HASH.test(name)) return name.replace(LEGACY_HASH, '').split('::').map(unescapeLegacy).join('::');
  return name.replace(V0_DISAMBIGUATOR, '');
}

function unescapeLegacy(part: string): string {
  const text = part.startsWith('_$') ? part.slice(1) : part;
  return text.replace(/\.\.|\$(u[0-9a-f]{1,6}|[A-Z]{1,2})\$/g, (whole, code: string | undefined) => {
    if (code === undefined) return '::';
    if (!code.startsWith('u')) return ESCAPES[code] ?? whole;
    const point = Number.parseInt(code.slice(1), 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
