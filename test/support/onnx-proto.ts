/** Writes ONNX files: the few messages of `onnx.proto` that a graph of a language model needs, as protobuf. */

/** Element types of `TensorProto.DataType`. */
export const elementType = { float: 1, uint8: 2, int32: 6, int64: 7 } as const;
export type ElementType = keyof typeof elementType;

export interface Weight {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Little-endian, row after row. */
  readonly bytes: Uint8Array;
}

/** A whole number is an `INT`; a `float` or a list is told by its shape. */
export type Attribute = number | { readonly float: number } | readonly number[];

export interface Node {
  readonly op: string;
  /** The operators' own where absent. */
  readonly domain?: string;
  /** An empty name is an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** An input or output of the graph; a dimension with a name is known only when it runs. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly weights: readonly Weight[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** The file of a graph, with the operators of ONNX 21 and those of onnxruntime. */
export function writeModel(graph: Graph): Uint8Array {
  return join([
    varint(1, 10),
    text(2, "sagent-tests"),
    bytes(7, writeGraph(graph)),
    bytes(8, join([text(1, ""), varint(2, 21)])),
    bytes(8, join([text(1, "com.microsoft"), varint(2, 1)])),
  ]);
}

/** The bytes of a list of numbers. */
export function raw(values: Float32Array | BigInt64Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function writeGraph({ nodes, weights, inputs, outputs }: Graph): Uint8Array {
  return join([
    ...nodes.map((node, index) => bytes(1, writeNode(node, `n${index}`))),
    text(2, "model"),
    ...weights.map((weight) => bytes(5, writeWeight(weight))),
    ...inputs.map((port) => bytes(11, writePort(port))),
    ...outputs.map((port) => bytes(12, writePort(port))),
  ]);
}

function writeNode({ op, domain, inputs, outputs, attributes = {} }: Node, name: string): Uint8Array {
  return join([
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, name),
    text(4, op),
    ...Object.entries(attributes).map(([key, value]) => bytes(5, writeAttribute(key, value))),
    ...(domain ? [text(7, domain)] : []),
  ]);
}

function writeAttribute(name: string, value: Attribute): Uint8Array {
  if (typeof value === "number") return join([text(1, name), varint(3, value), varint(20, 2)]);
  if ("float" in value) return join([text(1, name), float(2, value.float), varint(20, 1)]);
  return join([text(1, name), ...value.map((each) => varint(8, each)), varint(20, 7)]);
}

function writeWeight({ name, type, dims, bytes: raw }: Weight): Uint8Array {
  return join([...dims.map((dim) => varint(1, dim)), varint(2, elementType[type]), text(8, name), bytes(9, raw)]);
}

function writePort({ name, type, dims }: Port): Uint8Array {
  const shape = dims.map((dim) => bytes(1, typeof dim === "number" ? varint(1, dim) : text(2, dim)));
  const tensor = join([varint(1, elementType[type]), bytes(2, join(shape))]);
  return join([text(1, name), bytes(2, bytes(1, tensor))]);
}

function varint(field: number, value: number): Uint8Array {
  return join([tag(field, 0), uint(BigInt.asUintN(64, BigInt(value)))]);
}

function float(field: number, value: number): Uint8Array {
  return join([tag(field, 5), new Uint8Array(Float32Array.of(value).buffer)]);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return join([tag(field, 2), uint(BigInt(value.length)), value]);
}

function tag(field: number, wire: number): Uint8Array {
  return uint(BigInt((field << 3) | wire));
}

function uint(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = value;
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Uint8Array.from([...out, Number(rest)]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Bun.concatArrayBuffers(parts as Uint8Array[], Number.POSITIVE_INFINITY, true);
}
