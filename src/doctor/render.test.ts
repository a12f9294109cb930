import { expect, it } from 'vitest';
import { renderDoctor } from './render.ts';

it('shows what is there, what is missing, and the line that mends it', () => {
  const text = renderDoctor(
    {
      schema: 'crossfree/doctor@1',
      observes: false,
      checks: [
        { id: 'a', title: 'runtime', state: 'missing', detail: 'not built', remedy: 'npm run build' },
        { id: 'b', title: 'gcc', state: 'ok', detail: '/usr/bin/gcc\x1b' },
      ],
    },
    false,
  );
  expect(text).toBe(`This machine cannot observe programs.
  missing  runtime  not built
           mend it: npm run build
  ok       gcc      /usr/bin/gcc\\x1b
`);
});
