import { readFileSync } from 'node:fs';
import { runtimeLayout } from '../plan/installation.ts';

/** A function that the runtime intercepts. */
export interface RuntimeFunction {
  name: string;
  /** What a person reads: `operator delete` for `_ZdlPv`. */
  shown: string;
  kind: 'none' | 'allocate' | 'release' | 'reallocate';
}

/** The runtime's list: records refer to it by index. Empty when the description cannot be read. */
export function runtimeFunctions(path = runtimeLayout()): RuntimeFunction[] {
  try {
    const layout = JSON.parse(readFileSync(path, 'utf8')) as { functions?: RuntimeFunction[] };
    return Array.isArray(layout.functions) ? layout.functions : [];
  } catch {
    return [];
  }
}
