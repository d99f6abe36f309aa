import { spawnSync } from 'node:child_process';

/** Whether the build of shopwright has an entry, such as `shopwright/limiter/redis`. */
export function hasEntry(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Whether the machine has a `redis-server`. */
export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
}
