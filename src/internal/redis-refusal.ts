import { bareMessage } from './redact.ts';

/** What a Redis server refuses, and whether that passes by itself. */
interface RedisRefusal {
  /** What is wrong and how to mend it; follows the name of the server. */
  readonly message: string;
  /** Whether the same command can be done later, with nothing changed. */
  readonly passes: boolean;
}

const passes = (message: string): RedisRefusal => ({ message, passes: true });

const lasts = (message: string): RedisRefusal => ({ message, passes: false });

/** By the first word of the answer (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). */
const refusals: Readonly<Record<string, RedisRefusal>> = {
  LOADING: passes('is still loading its data. Try again'),
  BUSY: passes('is busy with a script that does not end. Try again, or end that script with SCRIPT KILL'),
  TRYAGAIN: passes('is moving these keys to another node. Try again'),
  CLUSTERDOWN: passes('has no node for these keys: the cluster is down. Try again'),
  MASTERDOWN: passes('is a replica without its master. Try again'),
  READONLY: passes('is a replica, and takes no writes. Try again after the failover, or connect to the master'),
  NOREPLICAS: passes('has too few replicas to take writes. Try again'),
  MISCONF: passes('takes no writes, since it cannot save to its disk. See its log'),
  OOM: passes('is full. Raise maxmemory, or delete what is not needed; nothing was written'),
  NOAUTH: lasts('wants a password. Give the client its `password`'),
  WRONGPASS: lasts('does not take the password. Check `username` and `password` of the client'),
  NOPERM: lasts('does not allow this user the commands. Grant EVAL, EVALSHA, SCAN and those on the keys of the prefix'),
  WRONGTYPE: lasts('has a key of another program under this name. Set another prefix'),
  CROSSSLOT: lasts('is a cluster, and the client does not know it. Use `new Cluster(…)` of ioredis'),
  MOVED: lasts('is a cluster, and the client does not know it. Use `new Cluster(…)` of ioredis'),
};

const tooManyClients = passes('has too many connections. Raise maxclients, or open fewer');

/** Reads what a server answered instead of a result; `undefined` where the error did not come from a server. */
export function readRedisRefusal(error: unknown): RedisRefusal | undefined {
  if (!(error instanceof Error)) return undefined;
  // A cluster's client that finds no node has the answer of the last one it asked.
  if ('lastNodeError' in error) return readRedisRefusal(error.lastNodeError);
  if (error.name !== 'ReplyError') return undefined;
  if (/max number of clients reached/.test(error.message)) return tooManyClients;
  // Scripts put the word behind their own name, or behind ERR.
  const word = /^(?:ERR )?(?:-)?([A-Z]+)\b/.exec(error.message)?.[1] ?? '';
  return refusals[word] ?? lasts(`refused a command: ${bareMessage(error)}`);
}
