/**
 * Bytes that are appended and never change: the keys and values of edits, one behind the other. Whoever reads them keeps
 * a reference to the piece they are in, so nothing is ever moved.
 */
const FIRST_PIECE_SIZE = 1024;
const PIECE_SIZE_MAX = 64 * 1024;
/** From here on what is appended gets a piece of its own. */
const LARGE_SIZE = PIECE_SIZE_MAX / 4;
/** Up to here a loop is quicker than a call. */
const LOOP_SIZE_MAX = 24;

export class EditArena {
  /** The pieces, by number; also those that {@link adopt} brought. */
  readonly pieces: Uint8Array[] = [];
  /** Where the bytes appended last are: number of the piece, and offset. */
  piece = 0;
  start = 0;
  #current: Uint8Array = NO_BYTES;
  #currentNumber = 0;
  #used = 0;
  #sizeBytes = 0;

  /** Of all pieces; adopted ones by what was said of them. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Appends two byte strings; `piece` and `start` then say where the first is, with the other behind it. */
  append(first: Uint8Array, second: Uint8Array): void {
    const size = first.length + second.length;
    if (size >= LARGE_SIZE) {
      const own = new Uint8Array(size);
      own.set(first);
      own.set(second, first.length);
      this.piece = this.#add(own);
      this.start = 0;
      return;
    }
    if (this.#current === NO_BYTES || this.#used + size > this.#current.length) this.#openPiece(size);
    const start = this.#used;
    copy(first, this.#current, start);
    copy(second, this.#current, start + first.length);
    this.#used = start + size;
    this.piece = this.#currentNumber;
    this.start = start;
  }

  /** Takes pieces that others have filled, of which `sizeBytes` are ours; answers the number of the first. */
  adopt(pieces: readonly Uint8Array[], sizeBytes: number): number {
    const first = this.pieces.length;
    for (const piece of pieces) this.pieces.push(piece);
    this.#sizeBytes += sizeBytes;
    return first;
  }

  #openPiece(size: number): void {
    const next = Math.min(PIECE_SIZE_MAX, Math.max(FIRST_PIECE_SIZE, this.#current.length * 2));
    this.#current = new Uint8Array(Math.max(next, size));
    this.#currentNumber = this.#add(this.#current);
    this.#used = 0;
  }

  #add(piece: Uint8Array): number {
    this.#sizeBytes += piece.length;
    return this.pieces.push(piece) - 1;
  }
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

function copy(from: Uint8Array, to: Uint8Array, at: number): void {
  const size = from.length;
  if (size > LOOP_SIZE_MAX) {
    to.set(from, at);
    return;
  }
  for (let i = 0; i < size; i++) to[at + i] = from[i] as number;
}
