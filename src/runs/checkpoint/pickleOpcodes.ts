/**
 * The opcodes of pickle protocols 2 to 5 that tensors and plain values need.
 *
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export const opcode = {
  proto: 0x80,
  frame: 0x95,
  stop: 0x2e, // .
  mark: 0x28, // (
  pop: 0x30, // 0
  popMark: 0x31, // 1
  none: 0x4e, // N
  newTrue: 0x88,
  newFalse: 0x89,
  binInt: 0x4a, // J
  binInt1: 0x4b, // K
  binInt2: 0x4d, // M
  long1: 0x8a,
  long4: 0x8b,
  binFloat: 0x47, // G
  shortBinString: 0x55, // U
  binString: 0x54, // T
  shortBinUnicode: 0x8c,
  binUnicode: 0x58, // X
  binUnicode8: 0x8d,
  shortBinBytes: 0x43, // C
  binBytes: 0x42, // B
  binBytes8: 0x8e,
  byteArray8: 0x96,
  emptyTuple: 0x29, // )
  tuple1: 0x85,
  tuple2: 0x86,
  tuple3: 0x87,
  tuple: 0x74, // t
  emptyList: 0x5d, // ]
  append: 0x61, // a
  appends: 0x65, // e
  emptySet: 0x8f,
  addItems: 0x90,
  frozenSet: 0x91,
  emptyDict: 0x7d, // }
  setItem: 0x73, // s
  setItems: 0x75, // u
  binPut: 0x71, // q
  longBinPut: 0x72, // r
  memoize: 0x94,
  binGet: 0x68, // h
  longBinGet: 0x6a, // j
  global: 0x63, // c
  stackGlobal: 0x93,
  reduce: 0x52, // R
  newObj: 0x81,
  newObjEx: 0x92,
  build: 0x62, // b
  binPersId: 0x51, // Q
} as const;
