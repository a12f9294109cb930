import { describe, expect, it } from 'vitest';
import { capture } from './capture.ts';

describe('capture', () => {
  it('keeps both outputs and the exit status', async () => {
    expect(await capture(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      outcome: { kind: 'exit', code: 3 },
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('keeps what was printed before a signal', async () => {
    const { outcome, stdout } = await capture(['sh', '-c', 'echo here; kill -SEGV $$']);
    expect(outcome).toEqual({ kind: 'signal', signal: 'SIGSEGV' });
    expect(stdout).toBe('here\n');
  });

  it('ends what hangs, its children included', async () => {
    const { outcome, stdout } = await capture(['sh', '-c', 'echo before; sleep 1000 & wait'], {
      timeoutMs: 200,
    });
    expect(outcome).toEqual({ kind: 'timeout', afterMs: 200 });
    expect(stdout).toBe('before\n');
  });

  it('says when there is no such program', async () => {
    await expect(capture(['/nonexistent/program'])).rejects.toThrow('ENOENT');
  });
});
