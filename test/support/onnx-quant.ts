/** Weights of a GGUF file as onnxruntime's `MatMulNBits` takes them: the same bits in another order, nothing is rounded. */
import { raw, type Weight } from "./onnx-proto.ts";

/** Elements that share a scale, in both formats. */
export const blockSize = 32;

/** A matrix in a GGUF file: `rows` results of `columns` factors each. */
export interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly bytes: Uint8Array;
}

/**
 * `Q4_1` of GGUF: a scale `d` and a least value `m` (half floats), then 16 bytes whose low halves are the first 16
 * elements; an element is `d * q + m`. `MatMulNBits` has pairs in a byte and `d * (q - 8)`, which leaves `m + 8 * d` for
 * each block: the factors `.rest` of the sums of the input's blocks, one column a row of the matrix. (It also takes a zero
 * of its own for each block, but onnxruntime then is ten times slower.)
 */
export function fourBits({ name, rows, columns, bytes }: Matrix): Weight[] {
  const blocks = (rows * columns) / blockSize;
  const packed = new Uint8Array(blocks * 16);
  const scales = new Float32Array(blocks);
  const rests = new Float32Array(blocks);
  const perRow = columns / blockSize;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let block = 0; block < blocks; block++) {
    const at = block * 20;
    const scale = view.getFloat16(at, true);
    scales[block] = scale;
    const column = Math.floor(block / perRow);
    rests[(block % perRow) * rows + column] = view.getFloat16(at + 2, true) + 8 * scale;
    const to = block * 16;
    for (let pair = 0; pair < 8; pair++) {
      const one = view.getUint8(at + 4 + 2 * pair);
      const two = view.getUint8(at + 5 + 2 * pair);
      packed[to + pair] = (one & 15) | ((two & 15) << 4);
      packed[to + 8 + pair] = (one >> 4) | (two & 240);
    }
  }
  return [
    { name, type: "uint8", dims: [rows, perRow, 16], bytes: packed },
    { name: `${name}.scale`, type: "float", dims: [rows, perRow], bytes: raw(scales) },
    { name: `${name}.rest`, type: "float", dims: [perRow, rows], bytes: raw(rests) },
  ];
}

/** `Q8_0` of GGUF: a scale and 32 signed bytes. `MatMulNBits` has them 128 higher. */
export function eightBits({ name, rows, columns, bytes }: Matrix): Weight[] {
  const blocks = (rows * columns) / blockSize;
  const packed = new Uint8Array(blocks * blockSize);
  const scales = new Float32Array(blocks);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let block = 0; block < blocks; block++) {
    const at = block * 34;
    scales[block] = view.getFloat16(at, true);
    for (let each = 0; each < blockSize; each++) packed[block * blockSize + each] = view.getUint8(at + 2 + each) ^ 128;
  }
  const perRow = columns / blockSize;
  return [
    { name, type: "uint8", dims: [rows, perRow, blockSize], bytes: packed },
    { name: `${name}.scale`, type: "float", dims: [rows, perRow], bytes: raw(scales) },
  ];
}
