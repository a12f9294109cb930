import { spawnSync } from 'node:child_process';
import { findTool, toolEnvironment, versioned } from './find-tool.ts';
import { demangleLegacyRust, tidyDemangled } from './rust-names.ts';

const TIMEOUT_MS = 20_000;

/**
 * Readable names of mangled ones (Rust legacy and v0, C++). What needs a tool that is not installed
 * (c++filt or llvm-cxxfilt) stays as it is.
 */
export function demangle(names: Iterable<string>): Map<string, string> {
  const result = new Map<string, string>();
  const rest: string[] = [];
  for (const name of new Set(names)) {
    const legacy = demangleLegacyRust(name);
    if (legacy !== undefined) result.set(name, legacy);
    else if (/^_?_[ZR]\w/.test(name) && !/\s/.test(name)) rest.push(name);
  }
  if (rest.length === 0) return result;
  const lines = filter(rest);
  rest.forEach((name, index) => {
    const line = lines[index];
    if (line !== undefined && line !== '' && line !== name) result.set(name, tidyDemangled(line));
  });
  return result;
}

function filter(names: string[]): string[] {
  const tool = findTool(['c++filt', ...versioned('llvm-cxxfilt')]);
  if (!tool) return [];
  const done = spawnSync(tool, [], {
    input: `${names.join('\n')}\n`,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 1 << 28,
    env: toolEnvironment(),
  });
  const lines = (done.stdout ?? '').split('\n');
  return lines.length > names.length ? lines : [];
}
