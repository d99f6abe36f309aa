import type { LimiterStatus } from 'shopwright/limiter';
import type { PushProgress } from 'shopwright/sync';

/** Shows the progress: a moving bar on a terminal, otherwise a line now and then. */
export function createProgress(limiter: () => LimiterStatus | undefined): {
  show(progress: PushProgress): void;
  end(): void;
} {
  const terminal = process.stdout.isTTY === true;
  const startedAt = performance.now();
  let lastShownAt = 0;

  const text = ({ finished, total = finished, counts }: PushProgress): string => {
    const share = total === 0 ? 1 : finished / total;
    const width = 24;
    const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░');
    const points = limiter();
    return [
      `${bar} ${finished}/${total}`,
      `done ${counts.created + counts.updated + counts.unchanged}`,
      `failed ${counts.failed + counts.invalid}`,
      `skipped ${counts.skipped}`,
      `points ${points ? `${Math.floor(points.available)}/${points.maximumAvailable}` : 'not known yet'}`,
      `${timeToGo(finished, total, performance.now() - startedAt)} to go`,
    ].join('  ');
  };

  return {
    show(progress) {
      const now = performance.now();
      const last = progress.finished === progress.total;
      if (!last && now - lastShownAt < (terminal ? 50 : 2000)) return;
      lastShownAt = now;
      process.stdout.write(terminal ? `\r\u001b[K${text(progress)}` : `${text(progress)}\n`);
    },
    end() {
      if (terminal) process.stdout.write('\n');
    },
  };
}

function timeToGo(finished: number, total: number, elapsedMs: number): string {
  if (finished === 0) return '?';
  const seconds = Math.ceil(((total - finished) * elapsedMs) / finished / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
