import { NativeConnection } from '@temporalio/worker';
import { execa } from 'execa';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectClient } from '../../client/connection.js';
import { loadConfiguration } from '../../configuration/configuration.js';

let directory: string;
const path = (name: string) => join(directory, name);
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-configuration-'));
});
afterAll(() => rm(directory, { recursive: true }));
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (/^(TEMPORAL|CAU)_/.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv('XDG_CONFIG_HOME', directory);
  vi.stubEnv('HOME', directory);
  vi.stubEnv('TEMPORAL_CONFIG_FILE', path('no.toml'));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a setting', () => {
  it('comes from the flag before the environment before our file before the Temporal configuration before the default', async () => {
    await writeFile(path('temporal.toml'), '[profile.default]\naddress = "toml:7233"\nnamespace = "of-toml"\n');
    await writeFile(path('own.yaml'), 'temporal:\n  address: file:7233\n');
    const address = (flags: Parameters<typeof loadConfiguration>[0]) => {
      const { value, origin } = loadConfiguration(flags).address;
      return [value, origin];
    };
    expect(address({})).toEqual(['127.0.0.1:7233', 'default']);
    vi.stubEnv('TEMPORAL_CONFIG_FILE', path('temporal.toml'));
    expect(address({})).toEqual(['toml:7233', 'temporal configuration']);
    expect(loadConfiguration({}).namespace).toEqual({ value: 'of-toml', origin: 'temporal configuration' });
    expect(address({ config: path('own.yaml') })).toEqual(['file:7233', `file ${path('own.yaml')}`]);
    vi.stubEnv('TEMPORAL_ADDRESS', 'environment:7233');
    expect(address({ config: path('own.yaml') })).toEqual(['environment:7233', 'environment TEMPORAL_ADDRESS']);
    expect(address({ config: path('own.yaml'), temporalAddress: 'flag:7233' })).toEqual(['flag:7233', 'flag']);
  });

  it.each([
    [
      'of an unknown name',
      'nodeWorker:\n  alowRestart: true\n',
      /nodeWorker: unknown field "alowRestart" \(did you mean "allowRestart"\?\); allowed: driver, .*, metrics\.$/,
    ],
    ['of a wrong type', 'nodeWorker:\n  allowRestart: perhaps\n', /nodeWorker\.allowRestart: must be true or false\.$/],
    ['of a target with a field too many', 'coordinator:\n  notify:\n    chat: { command: page, shell: true }\n', /coordinator\.notify\.chat: .*"shell"/],
    ['of a target that is a path', 'coordinator:\n  notify:\n    chat: { command: /bin/sh }\n', /coordinator\.notify\.chat\.command: .*not a path/],
    ['of a target with a key that is none', 'coordinator:\n  notify:\n    "a b": { command: page }\n', /coordinator\.notify\.a b: its key must be a name of /],
    [
      'of an address for metrics that is none',
      'coordinator:\n  metrics: nowhere\n',
      /coordinator\.metrics: must be an address and a port, such as 127\.0\.0\.1:9464\.$/,
    ],
    ['in a file that is no YAML', 'cluster: [', /cannot be read: Flow sequence .* at line 1, column \d+\.$/],
  ])('%s is refused, naming file and field', async (_title, content, words) => {
    await writeFile(path('wrong.yaml'), content);
    const load = () => loadConfiguration({ config: path('wrong.yaml') });
    expect(load).toThrow(expect.objectContaining({ code: 'ConfigurationInvalid', message: expect.stringMatching(words) }));
    expect(load).toThrow(/wrong\.yaml/);
  });

  it.each([
    ['cluster', 'CAU_CLUSTER'],
    ['node', 'CAU_NODE'],
  ] as const)('of a %s with a name that none can have is refused wherever it comes from', (what, variable) => {
    const refusal = (origin: string) =>
      expect.objectContaining({
        code: 'ConfigurationInvalid',
        message: expect.stringMatching(new RegExp(`^${what} \\(${origin}\\): must be a name of .*\\(given: "a b"\\)\\.$`)),
      });
    expect(() => loadConfiguration({ [what]: 'a b' })).toThrow(refusal('flag'));
    vi.stubEnv(variable, 'a b');
    expect(() => loadConfiguration({})).toThrow(refusal(`environment ${variable}`));
    expect(loadConfiguration({ [what]: 'ab' })[what].value).toBe('ab');
  });

  it('of a namespace that no Temporal can have is refused wherever it comes from, and is told where that is', async () => {
    const refusal = (words: RegExp) => expect.objectContaining({ code: 'ConfigurationInvalid', message: expect.stringMatching(words) });
    for (const bad of ['x'.repeat(1001), 'zürich', 'a\u202e', 'a\tb']) {
      expect(() => loadConfiguration({ namespace: bad })).toThrow(refusal(/^The namespace of Temporal \(flag\) must be/));
      vi.stubEnv('TEMPORAL_NAMESPACE', bad);
      expect(() => loadConfiguration({})).toThrow(refusal(/^The namespace of Temporal \(environment TEMPORAL_NAMESPACE\) must be/));
      vi.stubEnv('TEMPORAL_NAMESPACE', undefined);
      await writeFile(path('namespace.yaml'), JSON.stringify({ temporal: { namespace: bad } }));
      expect(() => loadConfiguration({ config: path('namespace.yaml') })).toThrow(refusal(/namespace\.yaml\) must be/));
      // What counts is the one that is used.
      expect(loadConfiguration({ config: path('namespace.yaml'), namespace: 'ours' }).namespace).toEqual({ value: 'ours', origin: 'flag' });
    }
    expect(loadConfiguration({ namespace: 'x'.repeat(1000) }).namespace.value).toHaveLength(1000);
  });

  it('of a Temporal profile that is not there is refused', async () => {
    await writeFile(path('profile.yaml'), 'temporal:\n  profile: nowhere\n');
    expect(() => loadConfiguration({ config: path('profile.yaml') })).toThrow(expect.objectContaining({ code: 'ConfigurationInvalid' }));
  });
});

describe('TLS and credentials are read as the Temporal CLI reads them, and used by commands and workers alike:', () => {
  let server: Http2SecureServer;
  let address: string;
  const seen: { client: string | undefined; authorization: string | undefined; team: unknown }[] = [];

  /** A service behind mutual TLS that answers every call with an empty message: enough for the first question of a client. */
  beforeAll(async () => {
    await createCertificates();
    const [key, cert, ca] = await Promise.all(['server.key', 'server.pem', 'ca.pem'].map((name) => readFile(path(name))));
    server = createSecureServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true });
    server.on('stream', (stream, headers) => {
      const socket = stream.session?.socket as TLSSocket | undefined;
      seen.push({ client: [socket?.getPeerCertificate().subject.CN].flat()[0], authorization: headers.authorization, team: headers['team'] });
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    address = `localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  async function connectBoth(): Promise<void> {
    seen.length = 0;
    const configuration = loadConfiguration({});
    await (await connectClient(configuration)).close();
    await (await NativeConnection.connect({ ...configuration.connection, address: configuration.address.value })).close();
  }

  it('from a profile of temporal.toml', async () => {
    const profile = [
      '[profile.production]',
      `address = "${address}"`,
      'api_key = "secret-of-toml"',
      '[profile.production.tls]',
      `client_cert_path = "${path('client.pem')}"`,
      `client_key_path = "${path('client.key')}"`,
      `server_ca_cert_path = "${path('ca.pem')}"`,
      '[profile.production.grpc_meta]',
      'team = "ops"',
    ];
    await writeFile(path('tls.toml'), profile.join('\n'));
    vi.stubEnv('TEMPORAL_CONFIG_FILE', path('tls.toml'));
    vi.stubEnv('TEMPORAL_PROFILE', 'production');
    await connectBoth();
    const call = { client: 'cau', authorization: 'Bearer secret-of-toml', team: 'ops' };
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify(call)]));
    expect(seen.length).toBeGreaterThanOrEqual(2);
  });

  it('from the environment', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', address);
    vi.stubEnv('TEMPORAL_TLS_CLIENT_CERT_PATH', path('client.pem'));
    vi.stubEnv('TEMPORAL_TLS_CLIENT_KEY_PATH', path('client.key'));
    vi.stubEnv('TEMPORAL_TLS_SERVER_CA_CERT_PATH', path('ca.pem'));
    vi.stubEnv('TEMPORAL_API_KEY', 'secret-of-environment');
    await connectBoth();
    expect(seen.length).toBeGreaterThanOrEqual(2);
    for (const call of seen) expect(call).toMatchObject({ client: 'cau', authorization: 'Bearer secret-of-environment' });
  });

  it('and without them nobody gets in', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', address);
    await expect(connectClient(loadConfiguration({}))).rejects.toMatchObject({ code: 'TemporalUnavailable' });
  });
});

/** A certificate authority, and certificates by it for the service and for a client named `cau`. */
async function createCertificates(): Promise<void> {
  const openssl = (command: string) => execa('openssl', command.split(' '), { cwd: directory });
  await writeFile(path('names'), 'subjectAltName=DNS:localhost\n');
  await openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority');
  for (const [name, subject] of [
    ['server', 'localhost'],
    ['client', 'cau'],
  ]) {
    await openssl(`req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${subject}`);
    await openssl(`x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out ${name}.pem -days 2 -extfile names`);
  }
}
