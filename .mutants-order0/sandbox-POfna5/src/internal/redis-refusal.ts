// @ts-nocheck
import { bareMessage } from './redact.ts';

/** Why a Redis server has refused a command: what the storage and the queue on Redis tell the host. */
interface RedisRefusal {
  /** What is wrong and how to fix it; follows the name of the server. */
  readonly message: string;
  /** Whether the same command can succeed later without any change. */
  readonly passes: boolean;
}

const temporary = (message: string): RedisRefusal => ({ message, passes: true });

const permanent = (message: string): RedisRefusal => ({ message, passes: false });

/** By the first word of the reply (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). */
const refusals: Readonly<Record<string, RedisRefusal>> = {
  LOADING: temporary('is still loading its data. Try again'),
  BUSY: temporary('is busy with a script that does not end. Try again, or end that script with SCRIPT KILL'),
  TRYAGAIN: temporary('is moving these keys to another node. Try again'),
  CLUSTERDOWN: temporary('has no node for these keys: the cluster is down. Try again'),
  MASTERDOWN: temporary('is a replica without its master. Try again'),
  READONLY: temporary('is a replica, which accepts no writes. Try again after the failover, or connect to the master'),
  NOREPLICAS: temporary('has too few replicas to accept writes. Try again'),
  MISCONF: temporary('accepts no writes, because it cannot save to its disk. See its log'),
  OOM: temporary('is full. Raise maxmemory, or delete what is not needed; nothing was written'),
  NOAUTH: permanent('requires a password. Give the client its `password`'),
  WRONGPASS: permanent('does not take the password. Check `username` and `password` of the client'),
  WRONGTYPE: permanent('has a key of another program under this name. Set another prefix'),
  CROSSSLOT: permanent('is a cluster, and the client does not know it. Use `new Cluster(…)` of ioredis'),
  MOVED: permanent('is a cluster, and the client does not know it. Use `new Cluster(…)` of ioredis'),
};

/** A user's rights that are missing, by the reply (https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/). */
function noPermission(message: string): RedisRefusal {
  const command = /\brun the '([^']+)'/.exec(message)?.[1];
  if (command !== undefined) {
    const name = command.toUpperCase();
    return permanent(`does not allow this user the command ${name}. Grant it with ACL SETUSER, as +${command}`);
  }
  // Redis 7.0 does not say which one.
  if (/can't run this command/.test(message)) {
    return permanent(
      'does not allow this user a command that a script runs. Grant +@read, +@write and +time with ACL SETUSER',
    );
  }
  const what = /\bchannels?\b/.test(message) ? ['channels', '&'] : ['keys', '~'];
  return permanent(
    `does not allow this user the ${what[0]}. Grant those of the prefix with ACL SETUSER, as ${what[1]}PREFIX*`,
  );
}

const tooManyClients = temporary('has too many connections. Raise maxclients, or open fewer');

/** Reads a client's error; `undefined` where it did not come from a server, such as a lost connection. */
export function readRedisRefusal(error: unknown): RedisRefusal | undefined {
  if (!(error instanceof Error)) return undefined;
  // The client of a cluster that finds no node has the reply of the last one it asked.
  if ('lastNodeError' in error) return readRedisRefusal(error.lastNodeError);
  if (error.name !== 'ReplyError') return undefined;
  if (/max number of clients reached/.test(error.message)) return tooManyClients;
  if (/\bNOPERM\b|ACL failure|executing the script can't/.test(error.message)) return noPermission(error.message);
  // Errors of scripts have the word after ERR or a dash.
  const word = /^(?:ERR )?(?:-)?([A-Z]+)\b/.exec(error.message)?.[1] ?? '';
  return refusals[word] ?? permanent(`refused a command: ${bareMessage(error)}`);
}
