import { join } from 'node:path';
import { type BareAllocator, bareAllocators, runOn } from './bare-allocators.ts';
import { compile } from './compile.ts';
import type { Workbench } from './experiment.ts';
import { type Sample, samplesOf } from './samples.ts';

/** What one allocator showed; `failed` says why when the specimen did not come to its end. */
export interface AllocatorFacts {
  name: string;
  samples: Sample[];
  failed?: string;
}

/** Asks for one kind of facts (a word that `heap-facts.c` knows) on these allocators, with nothing else preloaded. */
export async function heapFacts(
  bench: Workbench,
  what: string,
  allocators: readonly BareAllocator[] = bareAllocators(),
  env: NodeJS.ProcessEnv = {},
): Promise<AllocatorFacts[]> {
  const program = await compile(
    ['gcc', '-O1', '-w', '-fno-builtin-malloc', '-fno-builtin-free'],
    join(bench.specimens, 'heap-facts.c'),
    join(bench.directory, 'heap-facts'),
  );
  const facts: AllocatorFacts[] = [];
  for (const allocator of allocators) {
    const { name } = allocator;
    bench.progress(`heap-facts ${what} on ${name}`);
    const captured = await runOn(allocator, [program, what], { directory: bench.directory, env });
    try {
      facts.push({ name, samples: samplesOf(captured) });
    } catch (error) {
      facts.push({ name, samples: [], failed: (error as Error).message });
    }
  }
  return facts;
}

/** glibc alone: for what only its heap has. */
export const GLIBC: readonly BareAllocator[] = [{ name: 'glibc' }];

/** The samples of one allocator; none when it is not there. */
export function factsOf(facts: readonly AllocatorFacts[], name = 'glibc'): Sample[] {
  return facts.find((each) => each.name === name)?.samples ?? [];
}
