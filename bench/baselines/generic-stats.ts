import { createRequire } from 'node:module';

/** What the gRPC library itself brings to decode messages. */
const require = createRequire(createRequire(import.meta.url).resolve('@grpc/grpc-js'));

interface GenericType {
  decode(message: Buffer): unknown;
  toObject(message: unknown, options: object): { stat: { name: string; value: string }[] };
}

/** As command.proto of Xray-core has it. */
const PROTO = `syntax = "proto3";
message Stat { string name = 1; int64 value = 2; }
message QueryStatsResponse { repeated Stat stat = 1; }`;

/**
 * Frozen baseline of xray-poll: a reply decoded as @grpc/proto-loader does it with exact integers (`longs: String`), and
 * each value made a bigint. No name is looked at, nothing is put together.
 */
export class GenericStats {
  readonly #type: GenericType;

  constructor() {
    const protobuf = createRequire(require.resolve('@grpc/proto-loader'))('protobufjs') as {
      parse(proto: string, options: object): { root: { lookupType(name: string): GenericType } };
    };
    this.#type = protobuf.parse(PROTO, { keepCase: true }).root.lookupType('QueryStatsResponse');
  }

  /** @returns the sum of all counters, so that nothing can be left out */
  decode(reply: Buffer): bigint {
    const { stat } = this.#type.toObject(this.#type.decode(reply), { longs: String, defaults: true });
    let sum = 0n;
    for (const { value } of stat) sum += BigInt(value);
    return sum;
  }
}
