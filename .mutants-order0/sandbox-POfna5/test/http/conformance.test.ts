// @ts-nocheck
import { kyTransport } from 'shopwright';
import { describeTransport } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { undiciTransport } from '../../src/http/undici.ts';

describeTransport('kyTransport', () => kyTransport(), { describe, it, expect });
describeTransport('undiciTransport', () => undiciTransport(), { describe, it, expect });
