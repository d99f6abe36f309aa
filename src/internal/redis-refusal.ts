import { bareMessage } from './redact.ts';

/** Why a Redis server refused a command, as the storage and the queue on Redis report it to the host. */
interface RedisRefusal {
  /** What is wrong and how to fix it. Is appended to the name of the server. */
  readonly message: string;
  /** Whether the same command can succeed later without any change. */
  readonly passes: boolean;
}

const temporary = (message: string): RedisRefusal => ({ message, passes: true });

const permanent = (message: string): RedisRefusal => ({ message, passes: false });

/** By the first word of the reply (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). */
const refusals: Readonly<Record<string, RedisRefusal>> = {
  LOADING: temporary('is still loading its data. Try again'),
  BUSY: temporary('is busy with a long script. Try again, or stop the script with SCRIPT KILL'),
  TRYAGAIN: temporary('is moving these keys to another node. Try again'),
  CLUSTERDOWN: temporary('has no node for these keys: the cluster is down. Try again'),
  MASTERDOWN: temporary('is a replica without its master. Try again'),
  READONLY: temporary('is a replica, which accepts no writes. Try again after the failover, or connect to the master'),
  NOREPLICAS: temporary('has too few replicas to accept writes. Try again'),
  MISCONF: temporary('accepts no writes, because it cannot save to its disk. See its log'),
  OOM: temporary('is out of memory. Raise maxmemory, or delete unneeded data; nothing was written'),
  NOAUTH: permanent('requires a password. Give the client its `password`'),
  WRONGPASS: permanent('rejects the password. Check `username` and `password` of the client'),
  WRONGTYPE: permanent('has a key of another program under this name. Set another prefix'),
  CROSSSLOT: permanent('is a cluster, but the client is not made for one. Use `new Cluster(…)` of ioredis'),
  MOVED: permanent('is a cluster, but the client is not made for one. Use `new Cluster(…)` of ioredis'),
};

/**
 * Which rights the user lacks, from the reply
 * (https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/).
 */
function noPermission(message: string): RedisRefusal {
  const command = /\brun the '([^']+)'/.exec(message)?.[1];
  if (command !== undefined) {
    const name = command.toUpperCase();
    return permanent(`does not allow this user to run ${name}. Allow it with ACL SETUSER: +${command}`);
  }
  // Redis 7.0 does not name the command.
  if (/can't run this command/.test(message)) {
    return permanent(
      'does not allow this user to run a command of a script. Allow +@read, +@write and +time with ACL SETUSER',
    );
  }
  const what = /\bchannels?\b/.test(message) ? ['channels', '&'] : ['keys', '~'];
  return permanent(
    `does not allow this user to use the ${what[0]}. Allow those of the prefix with ACL SETUSER: ${what[1]}PREFIX*`,
  );
}

const tooManyClients = temporary('has too many connections. Raise maxclients, or open fewer');

/** Reads a client's error; `undefined` if it did not come from a server, such as a lost connection. */
export function readRedisRefusal(error: unknown): RedisRefusal | undefined {
  if (!(error instanceof Error)) return undefined;
  // If a cluster client finds no node, its error contains the reply of the last node that it asked.
  if ('lastNodeError' in error) return readRedisRefusal(error.lastNodeError);
  if (error.name !== 'ReplyError') return undefined;
  if (/max number of clients reached/.test(error.message)) return tooManyClients;
  if (/\bNOPERM\b|ACL failure|executing the script can't/.test(error.message)) return noPermission(error.message);
  // In errors of scripts, the word comes after `ERR` or a dash.
  const word = /^(?:ERR )?(?:-)?([A-Z]+)\b/.exec(error.message)?.[1] ?? '';
  return refusals[word] ?? permanent(`refused a command: ${bareMessage(error)}`);
}
