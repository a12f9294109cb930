import { checkAllocators } from './allocators.ts';
import type { Check, Health } from './check.ts';
import { checkKernel } from './kernel.ts';
import { checkObserving } from './observing.ts';
import { checkTools } from './tools.ts';

/** Looks at this machine; really observes a small program. */
export async function examine(): Promise<Health> {
  const observing = await checkObserving();
  const checks: Check[] = [...observing, ...(await checkTools()), ...checkAllocators(), ...checkKernel()];
  return {
    schema: 'crossfree/doctor@1',
    observes: observing.every(({ state }) => state === 'ok'),
    checks,
  };
}
